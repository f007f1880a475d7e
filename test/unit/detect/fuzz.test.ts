import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { readFrame } from '../../../src/core/detect/conversation.ts';
import { parseHttp } from '../../../src/core/detect/identify/http.ts';
import { judge } from '../../../src/core/detect/identify/judge.ts';
import { parseContainer } from '../../../src/core/detect/cgroup.ts';
import { parseLsof } from '../../../src/core/listing/lsof.ts';
import { parseNetstatBsd, parseNetstatLinux, parseNetstatWindows } from '../../../src/core/listing/netstat.ts';
import { parseProcFds, parseProcNet } from '../../../src/core/listing/procNet.ts';
import { parseSockstat } from '../../../src/core/listing/sockstat.ts';
import { parseSs, parseSsOwners } from '../../../src/core/listing/ss.ts';
import { parseTimes } from '../../../src/core/detect/times.ts';

const captured = fs.readFileSync(new URL('../../fixtures/listeners-linux.txt', import.meta.url), 'latin1');
const parsers = [
  parseSs,
  parseSsOwners,
  parseProcNet,
  parseNetstatLinux,
  parseNetstatBsd,
  parseNetstatWindows,
  parseLsof,
  parseSockstat,
];

/** Random bytes, and real output with random cuts, repetitions and replacements. */
const hostile = fc.oneof(
  fc.uint8Array({ maxLength: 2000 }).map((bytes) => Buffer.from(bytes).toString('utf8')),
  fc
    .array(
      fc.oneof(
        fc.tuple(fc.nat(captured.length), fc.nat(200)).map(([from, length]) => captured.slice(from, from + length)),
        fc.constantFrom('LISTEN 0 5 ', 'users:((', '",pid=1,fd=2)', '\n', ':', '[', '%', '.', '*:80 ', '\0', ' '),
        fc.string({ maxLength: 20 }),
      ),
      { maxLength: 40 },
    )
    .map((parts) => parts.join('')),
);

void test('no input makes a parser throw or return an impossible port', () => {
  fc.assert(
    fc.property(hostile, (text) => {
      for (const parse of parsers) {
        for (const { port, address } of parse(text)) {
          assert.ok(Number.isInteger(port) && port >= 1 && port <= 65535);
          assert.match(address, /^[\da-f:.]+$/);
        }
      }
      parseProcFds(text);
      parseContainer(text);
      assert.ok(parseTimes(text) >= 0);
    }),
    { numRuns: 500 },
  );
});

void test('no answer of a server makes the judge throw, and the title is one short line', () => {
  const answer = fc.oneof(
    hostile,
    hostile.map((text) => `HTTP/1.1 200 OK\r\nServer: x\r\n\r\n<title>${text}</title>`),
  );
  fc.assert(
    fc.property(answer, fc.integer({ min: 1, max: 65535 }), (text, port) => {
      const http = parseHttp(Buffer.from(text, 'latin1'));
      const heard = http
        ? ({ kind: 'http', scheme: 'http', answer: http } as const)
        : ({ kind: 'other', text } as const);
      const { title, name } = judge({ port, addresses: ['127.0.0.1'] }, heard);
      assert.ok(name.length > 0 && name.length <= 100);
      assert.ok(title === undefined || (title.length <= 100 && !/[\p{Cc}\p{Cf}]/u.test(title)));
    }),
    { numRuns: 500 },
  );
});

void test('a frame is whole, partial or wrong, and never longer than the received bytes', () => {
  const start = fc.constantFrom('= \n', '=\n', '+ 5\n', '+ 99999999\n', '- 1\n', 'times\n', 'times\n.\n', '+ -1\n', '');
  fc.assert(
    fc.property(start, fc.uint8Array({ maxLength: 200 }), (head, tail) => {
      const bytes = Buffer.concat([Buffer.from(head), tail]);
      const frame = readFrame(bytes);
      if (frame.kind === 'whole') assert.ok(frame.length <= bytes.length);
      if (frame.kind === 'partial') assert.ok(frame.wantedBytes > bytes.length);
    }),
  );
});

const megabyte = 1 << 20;
const long: Readonly<Record<string, string>> = {
  'rows that never end': 'LISTEN '.repeat(megabyte / 7),
  blanks: `LISTEN 0 5 ${' '.repeat(megabyte)}x`,
  'names without end': `LISTEN 0 5 *:80 *:* users:(${'("a",pid=1,fd=2),'.repeat(megabyte / 17)}`,
  digits: '1'.repeat(megabyte),
  brackets: '['.repeat(megabyte),
  'half rows': 'LISTEN 0 5 *:80 *:*\n"'.repeat(megabyte / 22),
  links: '/proc/1/fd:\nl 1 -> socket:['.repeat(megabyte / 27),
};

for (const [what, text] of Object.entries(long)) {
  void test(`a megabyte of ${what} is parsed in linear time`, { timeout: 5000 }, () => {
    for (const parse of parsers) parse(text);
    parseProcFds(text);
    parseContainer(text);
  });
}

void test('a hostile page of 64 KiB is parsed in linear time', { timeout: 5000 }, () => {
  for (const piece of [
    '<title',
    '<title ',
    '<title>',
    '"tagline" ',
    '<meta name="generator" content="',
    '{"timestamp":',
    '<title>a- ',
    '404',
  ]) {
    const body = piece.repeat((1 << 16) / piece.length);
    const answer = { status: 200, headers: new Map<string, string>(), body };
    judge({ port: 80, addresses: ['::'] }, { kind: 'http', scheme: 'http', answer });
    const commandLine = Array.from({ length: 100 }, () => piece.repeat(1024 / piece.length));
    judge({ port: 80, addresses: ['::'], process: { pid: 1, name: 'x', commandLine } });
  }
});
