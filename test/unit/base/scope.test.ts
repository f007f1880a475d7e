import assert from 'node:assert/strict';
import test from 'node:test';
import { Scope } from '../../../src/base/scope.ts';

void test('a scope runs its steps in reverse order and awaits each', async () => {
  const scope = new Scope();
  const seen: string[] = [];
  scope.defer(() => seen.push('first'));
  scope.defer(async () => {
    await Promise.resolve();
    seen.push('second');
  });
  await scope.close();
  assert.deepEqual(seen, ['second', 'first']);
});

void test('closing twice runs every step once', async () => {
  const scope = new Scope();
  let count = 0;
  scope.defer(() => count++);
  await Promise.all([scope.close(), scope.close()]);
  assert.equal(count, 1);
});

void test('a step deferred in a closed scope runs at once', async () => {
  const scope = new Scope();
  await scope.close();
  let isUndone = false;
  scope.defer(() => {
    isUndone = true;
  });
  await scope.close();
  assert.ok(isUndone);
});

void test('the other steps run after a failed step', async () => {
  const scope = new Scope();
  let isUndone = false;
  scope.defer(() => {
    isUndone = true;
  });
  scope.defer(() => {
    throw new Error('broken');
  });
  await assert.rejects(scope.close(), /broken/u);
  assert.ok(isUndone);
});
