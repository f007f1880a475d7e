import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, describe, test } from 'node:test';
import { start } from '../../support/child.ts';
import { noOwnNetwork } from '../../support/ownNetwork.ts';
import type { NamesAnswer, NamesJob } from '../../support/resolveNames.ts';

const zone = {
  'web.corp.example': 'host7.dc.example',
  'chain.corp.example': 'mid.corp.example',
  'mid.corp.example': 'host7.dc.example',
  'plain.corp.example': '127.0.0.1',
  'elsewhere.corp.example': 'host.other.example',
  'upper.corp.example': 'Host8.DC.example',
  'twice.lab.example': 'host9.dc.example',
  'host7.dc.example': '127.0.0.7',
  'host8.dc.example': '127.0.0.8',
  'host9.dc.example': '127.0.0.9',
  'host.other.example': '127.0.0.10',
};
const domains = 'CanonicalDomains corp.example';
const rules = 'CanonicalizePermittedCNAMEs *.corp.example:*.dc.example';
const usual = ['CanonicalizeHostname yes', domains, rules];

/** Lines of a configuration, a host, and the expected name and port. */
const cases: readonly (readonly [
  what: string,
  lines: readonly string[],
  host: string,
  expected: string | undefined,
])[] = [
  ['a permitted alias is followed', usual, 'web', 'host7.dc.example:22'],
  ['an alias of an alias is followed to its end', usual, 'chain', 'host7.dc.example:22'],
  ['a name that is no alias is completed', usual, 'plain', 'plain.corp.example:22'],
  ['an alias with a target outside the rules is not followed', usual, 'elsewhere', 'elsewhere.corp.example:22'],
  ['an alias to a name in capitals', usual, 'upper', 'upper.corp.example:22'],
  ['a complete name', usual, 'web.corp.example', 'host7.dc.example:22'],
  ['a name with a final dot', usual, 'web.corp.example.', 'host7.dc.example:22'],
  ['a typed name in capitals', usual, 'WEB', 'host7.dc.example:22'],
  ['a name that no domain has, with rules', usual, 'missing', undefined],
  ['a name that no domain has', ['CanonicalizeHostname yes', domains], 'missing', 'missing:22'],
  [
    'a name that no domain has, without fallback',
    ['CanonicalizeHostname yes', domains, 'CanonicalizeFallbackLocal no'],
    'missing',
    undefined,
  ],
  [
    'several domains',
    ['CanonicalizeHostname yes', 'CanonicalDomains nowhere.example lab.example', 'CanonicalizePermittedCNAMEs *:*'],
    'twice',
    'host9.dc.example:22',
  ],
  [
    'lists in a rule',
    [
      'CanonicalizeHostname yes',
      domains,
      'CanonicalizePermittedCNAMEs x.corp.example,web.*:*.other.example,*.dc.example',
    ],
    'web',
    'host7.dc.example:22',
  ],
  [
    'an exception in a rule',
    ['CanonicalizeHostname yes', domains, 'CanonicalizePermittedCNAMEs !web.*,*.corp.example:*'],
    'web',
    'web.corp.example:22',
  ],
  [
    'the second rule',
    ['CanonicalizeHostname yes', domains, 'CanonicalizePermittedCNAMEs a.example:* *.corp.example:*'],
    'web',
    'host7.dc.example:22',
  ],
  [
    'a rule in capitals',
    ['CanonicalizeHostname yes', domains, 'CanonicalizePermittedCNAMEs *.CORP.example:*.DC.example'],
    'web',
    'host7.dc.example:22',
  ],
  ['no rules', ['CanonicalizeHostname yes', domains, 'CanonicalizePermittedCNAMEs none'], 'web', 'web.corp.example:22'],
  ['too many dots', ['CanonicalizeHostname yes', domains, 'CanonicalizeMaxDots 0'], 'a.b', 'a.b:22'],
  ['canonicalization is off', ['CanonicalizeHostname no', domains, rules], 'web.corp.example', 'web.corp.example:22'],
  ['an unknown name, with rules only', ['CanonicalizeHostname no', rules], 'missing', undefined],
  [
    'a name that only the proxy knows, with always',
    ['CanonicalizeHostname always', domains, rules, 'ProxyJump jump'],
    'missing',
    'missing:22',
  ],
  ['behind a proxy', [...usual, 'ProxyJump jump'], 'web', 'web:22'],
  [
    'behind a proxy, with always',
    ['CanonicalizeHostname always', domains, rules, 'ProxyJump jump'],
    'web',
    'host7.dc.example:22',
  ],
  [
    'the canonical name decides which block applies',
    [...usual, 'Match canonical host *.dc.example', 'Port 99', 'Host *', 'Port 98'],
    'web',
    'host7.dc.example:98',
  ],
  [
    'the final reading matches Host with the canonical name',
    [...usual, 'Host host7.dc.example', 'Port 99'],
    'web',
    'host7.dc.example:99',
  ],
];

void describe('CanonicalizeHostname completes names', { skip: !process.env['CI'] && noOwnNetwork }, () => {
  let folder: string;
  let answers: readonly NamesAnswer[];
  before(async () => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'names-'));
    const files = cases.map(([, lines], index) => {
      const file = path.join(folder, `config${index}`);
      fs.writeFileSync(file, `${lines.join('\n')}\n`);
      return file;
    });
    const resolver = path.join(folder, 'resolv.conf');
    fs.writeFileSync(resolver, 'nameserver 127.0.0.1\noptions timeout:1 attempts:1\n');
    const setup = `ip link set lo up && mount --bind '${resolver}' /etc/resolv.conf && exec "$@"`;
    const program = [process.execPath, '--import', 'tsx', 'test/support/resolveNames.ts'];
    const inside = ['--net', '--mount', '--propagation', 'private', 'sh', '-c', setup, 'sh', ...program];
    const child = start('unshare', inside, { stdio: ['pipe', 'pipe', 'inherit'] });
    const job: NamesJob = { zone, cases: cases.map(([, , host], index) => ({ file: files[index] ?? '', host })) };
    child.stdin?.end(JSON.stringify(job));
    assert.ok(child.stdout);
    answers = JSON.parse(await text(child.stdout)) as readonly NamesAnswer[];
  });
  after(() => fs.rmSync(folder, { recursive: true, force: true }));

  for (const [index, [what, , host, expected]] of cases.entries()) {
    test(`${what}: ${host} becomes ${expected ?? 'nothing'}, as with ssh -G`, () => {
      assert.equal(answers[index]?.ssh, expected);
      assert.equal(answers[index]?.ours, expected);
    });
  }
});
