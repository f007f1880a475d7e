import assert from 'node:assert/strict';
import { test } from 'node:test';
import { boundedLog } from '../../../src/base/boundedLog.ts';
import { silentLog } from '../../../src/base/log.ts';

void test('a log takes 1,000 lines in ten seconds, then gives the number of dropped lines', () => {
  const lines: string[] = [];
  const write = (line: string): void => void lines.push(line);
  let now = 0;
  const log = boundedLog({ ...silentLog, debug: write, warn: write }, () => now);
  for (let line = 0; line < 1500; line++) log.debug(`port ${line} is new`);
  assert.equal(lines.length, 1000);
  now = 9999;
  log.debug('still too early');
  assert.equal(lines.length, 1000);
  now = 10_000;
  log.debug('the next period');
  assert.deepEqual(lines.slice(1000), ['501 lines are left out', 'the next period']);
});

void test('a long line is cut', () => {
  const lines: string[] = [];
  boundedLog({ ...silentLog, error: (line) => lines.push(line) }).error('x'.repeat(5000));
  assert.equal(lines[0]?.length, 2001);
});
