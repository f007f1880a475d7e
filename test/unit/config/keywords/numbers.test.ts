import assert from 'node:assert/strict';
import { test } from 'node:test';
import { canonicalAddress } from '../../../../src/core/config/effective/address.ts';
import { assembleAlgorithms, ciphers } from '../../../../src/core/config/keywords/algorithms.ts';
import { BadValue } from '../../../../src/core/config/badValue.ts';
import { isInNetworks } from '../../../../src/core/config/reading/networks.ts';
import {
  bytes,
  escapeCharacter,
  fileMode,
  port,
  qualityOfService,
  seconds,
} from '../../../../src/core/config/keywords/numbers.ts';

void test('the units of a time add up', () => {
  assert.equal(seconds('1m30s'), '90');
  assert.equal(seconds('1w2D3h'), String(604_800 + 2 * 86_400 + 3 * 3600));
  for (const bad of ['', '1x', '-1', 'm', '1.5', '99999w']) assert.throws(() => seconds(bad), BadValue, bad);
});

void test('a long text that is no time is refused fast', () => {
  assert.throws(() => seconds(`${'1'.repeat(20_000)}x`), BadValue);
});

void test('a size may have a unit and a fraction', () => {
  assert.equal(bytes('1.5K'), '1536');
  assert.equal(bytes('1G'), String(2 ** 30));
  for (const bad of ['', 'K', '-1', '1KB', '9999E']) assert.throws(() => bytes(bad), BadValue, bad);
});

void test('a port is a number or the name of a service', () => {
  assert.equal(port('ssh'), '22');
  for (const bad of ['0', '65536', '-1', 'no such', '']) assert.throws(() => port(bad), BadValue, bad);
});

void test('modes, service classes and escape characters print as in ssh -G', () => {
  assert.equal(fileMode('22'), '022');
  assert.deepEqual(['ef', 'CS1', '0x10', '3', 'af43'].map(qualityOfService), ['ef', 'cs1', 'lowdelay', '0x03', 'af43']);
  assert.deepEqual(['~', '^A', '\\', ' '].map(escapeCharacter), ['~', String.raw`\^A`, '\\\\', String.raw`\040`]);
});

void test('every spelling of an address becomes the same text', () => {
  const cases: Readonly<Record<string, string | undefined>> = {
    '127.1': '127.0.0.1',
    '0x7f.1': '127.0.0.1',
    '010.0.0.1': '8.0.0.1',
    'FE80::0001': 'fe80::1',
    '::ffff:1.2.3.4': '::ffff:1.2.3.4',
    '1.2.3.256': undefined,
    h1: undefined,
  };
  for (const [text, expected] of Object.entries(cases)) assert.equal(canonicalAddress(text, 'any'), expected, text);
  assert.equal(canonicalAddress('::1', 'inet'), undefined);
});

void test('a list of algorithms may append, remove and put first', () => {
  const [first = ''] = ciphers.preferred;
  assert.deepEqual(assembleAlgorithms('+3des-cbc', ciphers), [...ciphers.preferred, '3des-cbc']);
  assert.deepEqual(assembleAlgorithms(`-${first}`, ciphers), ciphers.preferred.slice(1));
  assert.equal(assembleAlgorithms('^aes256-ctr', ciphers)[0], 'aes256-ctr');
  assert.deepEqual(assembleAlgorithms('aes*-cbc', ciphers), ['aes128-cbc', 'aes192-cbc', 'aes256-cbc']);
});

void test('a network contains its addresses, except those of a negated network', () => {
  assert.ok(isInNetworks(['10.1.2.3'], '192.168.0.0/16,10.0.0.0/8'));
  assert.ok(!isInNetworks(['10.1.2.3'], '10.0.0.0/8,!10.1.0.0/16'));
  assert.ok(isInNetworks(['fe80::5'], 'fe80::/10'));
  assert.throws(() => isInNetworks([], '10.0.0.0/33'), BadValue);
});
