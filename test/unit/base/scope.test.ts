import assert from 'node:assert/strict';
import test from 'node:test';
import { Scope } from '../../../src/base/scope.ts';

void test('a scope undoes its steps in reverse order and waits for each', async () => {
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

void test('what is deferred after the end is undone at once', async () => {
  const scope = new Scope();
  await scope.close();
  let isUndone = false;
  scope.defer(() => {
    isUndone = true;
  });
  await scope.close();
  assert.ok(isUndone);
});

void test('a failing step does not keep the others from running', async () => {
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
