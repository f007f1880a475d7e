import assert from 'node:assert/strict';
import { test } from 'node:test';
import { shortMemory } from '../../../src/core/session/memory/memory.ts';
import { MemoryWatch, MirroredMemory } from '../../../src/engine/mirroredMemory.ts';

void test('a value that the mirror writes is stored, and is not reported back as news', async () => {
  const memory = shortMemory();
  const watch = new MemoryWatch(memory);
  const mirror = new MirroredMemory([], (key, value) => watch.write(key, value));
  await mirror.update('host box', { forwards: [] });
  assert.deepEqual(memory.get('host box'), { forwards: [] });
  assert.deepEqual(mirror.get('host box'), { forwards: [] });
  assert.deepEqual(watch.news(), []);
});

void test('a value that another window stores or removes is news once', async () => {
  const memory = shortMemory();
  await memory.update('old', 1);
  const watch = new MemoryWatch(memory);
  const mirror = new MirroredMemory(watch.news(), async () => undefined);
  await memory.update('new', 2);
  await memory.update('old', undefined);
  mirror.take(watch.news());
  assert.deepEqual([mirror.keys(), mirror.get('new'), mirror.get('old')], [['new'], 2, undefined]);
  assert.deepEqual(watch.news(), []);
});

void test('an own value that VS Code reports back late is no news', async () => {
  const memory = shortMemory();
  const watch = new MemoryWatch(memory);
  await watch.write('host box', { forwards: ['5000'] });
  await watch.write('host box', { forwards: [] });
  for (const late of [['5000'], []]) {
    await memory.update('host box', { forwards: late });
    assert.deepEqual(watch.news(), []);
  }
  await memory.update('host box', { forwards: ['of another window'] });
  assert.deepEqual(watch.news(), [['host box', { forwards: ['of another window'] }]]);
});
