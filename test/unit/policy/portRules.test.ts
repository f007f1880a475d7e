import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  attributesFor,
  hasRule,
  type PortRules,
  readPortRules,
  type RuleSubject,
} from '../../../src/core/policy/portRules.ts';

function rules(portsAttributes: unknown, otherPortsAttributes?: unknown): PortRules {
  return readPortRules([{ portsAttributes, otherPortsAttributes }], ['flask', 'Next.js']);
}

function label(portsAttributes: unknown, subject: Partial<RuleSubject>): string | undefined {
  return attributesFor({ port: 3000, addresses: ['127.0.0.1'], ...subject }, rules(portsAttributes)).label;
}

const named = (...keys: string[]): unknown => Object.fromEntries(keys.map((key) => [key, { label: key }]));

void test('a port is named by its number', () => {
  assert.equal(label(named('3000'), {}), '3000');
  assert.equal(label(named('3000'), { port: 3001 }), undefined);
});

void test('a range includes both of its ends', () => {
  for (const port of [3000, 3050, 3100]) assert.equal(label(named('3000-3100'), { port }), '3000-3100');
  for (const port of [2999, 3101]) assert.equal(label(named('3000-3100'), { port }), undefined);
});

void test('an address and a port mean the server at that address, IPv6 in brackets', () => {
  assert.equal(label(named('10.0.0.1:3000'), { addresses: ['10.0.0.1'] }), '10.0.0.1:3000');
  assert.equal(label(named('10.0.0.1:3000'), { addresses: ['10.0.0.2'] }), undefined);
  assert.equal(label(named('[2001:db8::1]:3000'), { addresses: ['2001:db8::1'] }), '[2001:db8::1]:3000');
});

void test('a program on all addresses matches each of them', () => {
  assert.equal(label(named('10.0.0.1:3000'), { addresses: ['0.0.0.0'] }), '10.0.0.1:3000');
  assert.equal(label(named('[::1]:3000'), { addresses: ['0.0.0.0'] }), undefined);
  assert.equal(label(named('[::1]:3000'), { addresses: ['::'] }), '[::1]:3000');
});

void test('localhost means every loopback address', () => {
  for (const address of ['127.0.0.1', '127.0.0.53', '::1', '0.0.0.0', '::']) {
    assert.equal(label(named('localhost:3000'), { addresses: [address] }), 'localhost:3000');
  }
  assert.equal(label(named('localhost:3000'), { addresses: ['10.0.0.1'] }), undefined);
});

void test('a framework is named by its id or its name, in any case', () => {
  assert.equal(label(named('Flask'), { frameworks: ['flask', 'Flask'] }), 'Flask');
  assert.equal(label(named('next.js'), { frameworks: ['next', 'Next.js'] }), 'next.js');
});

void test('any other key is a regular expression on the command line', () => {
  assert.equal(label(named('.+\\/server\\.js'), { command: 'node /app/server.js' }), '.+\\/server\\.js');
  assert.equal(label(named('node.*:3000'), { command: 'node --listen a:3000' }), 'node.*:3000');
  assert.equal(label(named('server'), {}), undefined);
});

void test('most exact first: address and port, port, narrow range, wide range, framework, expression', () => {
  const subject = { command: 'python app.py', frameworks: ['flask', 'Flask'] };
  const keys = ['python', 'flask', '1-65535', '2999-3001', '3000', '127.0.0.1:3000'];
  while (keys.length > 0) assert.equal(label(named(...keys), subject), keys.pop());
});

void test('less exact rules, ranges and expressions too, complete the most exact one', () => {
  const given = rules({
    '3000': { label: 'Web' },
    '3000-3999': { label: 'range', requireLocalPort: true },
    node: { protocol: 'https', onAutoForward: 'silent' },
  });
  assert.deepEqual(attributesFor({ port: 3000, addresses: ['::'], command: 'node x' }, given), {
    label: 'Web',
    requireLocalPort: true,
    protocol: 'https',
    onAutoForward: 'silent',
  });
});

void test('otherPortsAttributes counts only for ports that no rule matches, and completes no rule', () => {
  const given = rules({ '3000': { label: 'Web' } }, { onAutoForward: 'ignore' });
  assert.deepEqual(attributesFor({ port: 3000, addresses: ['::'] }, given), { label: 'Web' });
  assert.deepEqual(attributesFor({ port: 3001, addresses: ['::'] }, given), { onAutoForward: 'ignore' });
  assert.equal(hasRule({ port: 3000, addresses: ['::'] }, given), true);
  assert.equal(hasRule({ port: 3001, addresses: ['::'] }, given), false);
});

void test('a host’s own rules come before those for all hosts, and those before VS Code’s', () => {
  const layers = [
    { '3000': { label: 'mine' } },
    { '3000': { label: 'all', protocol: 'https' } },
    { '1-9999': { label: 'code' } },
  ];
  const given = readPortRules(
    layers.map((portsAttributes) => ({ portsAttributes })),
    [],
  );
  assert.deepEqual(attributesFor({ port: 3000, addresses: ['::'] }, given), { label: 'mine', protocol: 'https' });
});

void test('invalid keys are reported and ignored', () => {
  const given = rules({
    '0': {},
    '70000': {},
    '5-2': {},
    'host:99999': {},
    '(': {},
    ' ': {},
    '3000': { label: 'Web' },
  });
  assert.deepEqual(given.badKeys.toSorted(), [' ', '(', '0', '5-2', '70000', 'host:99999']);
  assert.equal(given.rules.length, 1);
});

void test('values of a wrong type are ignored', () => {
  const given = rules({ '3000': { label: 5, onAutoForward: 'explode', protocol: 'ftp', requireLocalPort: 'yes' } });
  assert.deepEqual(attributesFor({ port: 3000, addresses: ['::'] }, given), {});
  for (const nonsense of [undefined, null, 5, 'text', [1], { '3000': null }]) {
    assert.deepEqual(attributesFor({ port: 3000, addresses: ['::'] }, rules(nonsense, nonsense)), {});
  }
});

void test('the values of VS Code’s fields are kept, and elevateIfNeeded is accepted and ignored', () => {
  for (const onAutoForward of ['notify', 'openBrowser', 'openBrowserOnce', 'openPreview', 'silent', 'ignore']) {
    const attributes = { label: 'a', onAutoForward, protocol: 'http', requireLocalPort: true };
    const given = rules({ '1': { ...attributes, elevateIfNeeded: true } });
    assert.deepEqual(given.badKeys, []);
    assert.deepEqual(attributesFor({ port: 1, addresses: ['::'] }, given), attributes);
  }
});

void test('rules are plain data', () => {
  const given = rules({ '3000': { label: 'Web' }, 'a.*b': {} }, { onAutoForward: 'silent' });
  assert.deepEqual(structuredClone(given), given);
});
