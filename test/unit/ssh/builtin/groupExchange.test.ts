import assert from 'node:assert/strict';
import { createDiffieHellmanGroup, getDiffieHellman } from 'node:crypto';
import { test } from 'node:test';
import { ChosenGroup } from '../../../../src/core/ssh/builtin/groupExchange.ts';

const known = getDiffieHellman('modp14');
const prime = known.getPrime();
const two = Buffer.of(2);

void test('both sides compute the same secret, with node:crypto as the other side', () => {
  const theirs = createDiffieHellmanGroup('modp14');
  theirs.generateKeys();
  const ours = new ChosenGroup(prime, two);
  const secret = BigInt(`0x${theirs.computeSecret(ours.generateKeys()).toString('hex')}`);
  assert.equal(BigInt(`0x${ours.computeSecret(theirs.getPublicKey()).toString('hex')}`), secret);
  assert.deepEqual(ours.getPrime(), prime);
  assert.deepEqual(ours.getGenerator(), two);
});

void test('every exchange has a new secret', () => {
  assert.notDeepEqual(new ChosenGroup(prime, two).generateKeys(), new ChosenGroup(prime, two).generateKeys());
});

void test('a group outside the requested sizes is refused before any computation', () => {
  assert.throws(() => new ChosenGroup(getDiffieHellman('modp5').getPrime(), two), /1536 bits/);
  assert.throws(() => new ChosenGroup(Buffer.alloc(64 * 1024, 0xff), two), /524288 bits/);
});

void test('numbers that would reveal the secret are refused', () => {
  const last = Buffer.from(prime);
  last.writeUInt8(last.readUInt8(last.length - 1) - 1, last.length - 1);
  for (const number of [Buffer.alloc(0), Buffer.of(0), Buffer.of(1), last, prime]) {
    assert.throws(() => new ChosenGroup(prime, two).computeSecret(number), /outside/);
    assert.throws(() => new ChosenGroup(prime, number), /outside/);
  }
});
