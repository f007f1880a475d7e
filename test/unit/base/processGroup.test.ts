import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { endGroup, signalGroup, spawnShell } from '../../../src/base/processGroup.ts';

const isWindows = process.platform === 'win32';

void test('a signal to the group ends the whole pipeline', { skip: isWindows && 'no groups' }, async () => {
  const child = spawnShell('sleep 60 | sleep 60 & echo started; wait', process.env, 'pipe');
  await once(child.stdout, 'data');
  signalGroup(child, 'SIGTERM');
  // Node emits 'close' only after every process of the pipeline has closed the output.
  await once(child, 'close', { signal: AbortSignal.timeout(5000) });
});

void test('a program that ignores SIGTERM is killed', { skip: isWindows && 'no signals' }, async () => {
  const child = spawnShell("trap '' TERM; echo started; while :; do sleep 60; done", process.env, 'pipe');
  await once(child.stdout, 'data');
  const ended = once(child, 'close', { signal: AbortSignal.timeout(5000) });
  await endGroup(child, ended);
  assert.deepEqual(await ended, [null, 'SIGKILL']);
});

void test('a signal to a group that has ended does nothing', async () => {
  const child = spawnShell('exit 3', process.env, 'ignore');
  assert.deepEqual(await once(child, 'exit'), [3, null]);
  signalGroup(child, 'SIGTERM');
});
