import assert from 'node:assert/strict';
import test from 'node:test';
import { mount, Store } from '../../../src/base/store.ts';

void test('a watcher gets each change, and none after it stops watching', () => {
  const store = new Store(1);
  const heard: number[] = [];
  const end = store.watch((value) => heard.push(value));
  store.set(2);
  store.set(2);
  end();
  store.set(3);
  assert.deepEqual(heard, [2]);
});

void test('mount applies a projection at once, and again only after it changes', () => {
  const store = new Store({ name: 'devbox', traffic: 0 });
  const applied: string[] = [];
  const end = mount(
    store,
    ({ name }) => name,
    (name) => applied.push(name),
  );
  store.set({ name: 'devbox', traffic: 10 });
  store.set({ name: 'other', traffic: 10 });
  end();
  store.set({ name: 'third', traffic: 0 });
  assert.deepEqual(applied, ['devbox', 'other']);
});
