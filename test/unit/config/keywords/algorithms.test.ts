import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BadValue } from '../../../../src/core/config/badValue.ts';
import { assembleAlgorithms, ciphers, selectAlgorithms } from '../../../../src/core/config/keywords/algorithms.ts';

test('a list replaces, appends, removes or puts first, and patterns stand for known names', () => {
  const of = { known: ['a1', 'a2', 'b1', 'b2', 'old'], preferred: ['a1', 'a2', 'b1'] };
  assert.deepEqual(selectAlgorithms(undefined, of), ['a1', 'a2', 'b1']);
  assert.deepEqual(selectAlgorithms('old,a1,nonsense', of), ['old', 'a1']);
  assert.deepEqual(selectAlgorithms('+old,a1', of), ['a1', 'a2', 'b1', 'old']);
  assert.deepEqual(selectAlgorithms('-a*', of), ['b1']);
  assert.deepEqual(selectAlgorithms('^b*', of), ['b1', 'b2', 'a1', 'a2']);
  assert.deepEqual(selectAlgorithms('nonsense', of), []);
});

test('OpenSSH refuses a list that leaves no algorithm, and a negation', () => {
  assert.throws(() => assembleAlgorithms('nonsense', ciphers), BadValue);
  assert.throws(() => assembleAlgorithms('+!aes128-ctr', ciphers), BadValue);
  assert.deepEqual(assembleAlgorithms('-*', ciphers), []);
});
