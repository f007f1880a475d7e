import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { test, type TestContext } from 'node:test';
import { MessageChannel } from 'node:worker_threads';
import { UserError } from '../../../src/base/userError.ts';
import { CallChannel } from '../../../src/engine/callChannel.ts';
import { until } from '../../support/until.ts';

interface Calls {
  add(a: number, b: number): Promise<number>;
  wait(signal: AbortSignal): Promise<string>;
  fail(how: 'problem' | 'bug'): Promise<void>;
}

/** Both ends of a channel. The far end serves `Calls`, the near end `own`. */
function channels(t: TestContext, changes: Partial<Calls> = {}, beforeAnswer?: () => void) {
  const { port1, port2 } = new MessageChannel();
  t.after(() => port1.close());
  const aborted: AbortSignal[] = [];
  const served: Calls = {
    add: async (a, b) => a + b,
    wait: (signal) =>
      new Promise((_, reject) => {
        aborted.push(signal);
        signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
      }),
    fail: async (how) => {
      if (how === 'problem') throw new UserError({ code: 'portInUse', port: 5000 });
      throw new TypeError('a bug');
    },
    ...changes,
  };
  const far = new CallChannel<Calls>(port2, served, beforeAnswer);
  const near = new CallChannel<Calls>(port1, served);
  return { far, near, aborted };
}

void test('the other side answers a call, and both sides may call at the same time', async (t) => {
  const { near, far } = channels(t);
  assert.deepEqual(await Promise.all([near.remote.add(1, 2), far.remote.add(3, 4)]), [3, 7]);
});

void test('an abort reaches the other side, and the call rejects with the reason of its own signal', async (t) => {
  const { near, aborted } = channels(t);
  const controller = new AbortController();
  const waiting = near.remote.wait(controller.signal);
  await until('the call', () => aborted.length === 1);
  controller.abort(new Error('enough'));
  await assert.rejects(waiting, { message: 'enough' });
  assert.equal(aborted[0]?.aborted, true);
});

void test('a call whose signal has already aborted is not sent', async (t) => {
  const { near, aborted } = channels(t);
  await assert.rejects(near.remote.wait(AbortSignal.abort(new Error('no'))), { message: 'no' });
  assert.equal(await near.remote.add(1, 1), 2);
  assert.deepEqual(aborted, []);
});

void test('an abort after the answer changes nothing', async (t) => {
  const { near } = channels(t, { wait: async () => 'done' });
  const controller = new AbortController();
  assert.equal(await near.remote.wait(controller.signal), 'done');
  controller.abort();
  assert.equal(await near.remote.add(1, 1), 2);
});

void test('a problem keeps its facts, and a bug keeps its name and stack', async (t) => {
  const { near } = channels(t);
  await assert.rejects(near.remote.fail('problem'), (error) => {
    assert.ok(error instanceof UserError);
    assert.deepEqual(error.problem, { code: 'portInUse', port: 5000 });
    return true;
  });
  await assert.rejects(near.remote.fail('bug'), (error: Error) => {
    assert.equal(error.name, 'TypeError');
    assert.match(error.stack ?? '', /callChannel\.test/u);
    return true;
  });
});

void test('beforeAnswer runs before each answer, also before a failure', async (t) => {
  let sent = 0;
  const { near } = channels(t, {}, () => (sent += 1));
  await near.remote.add(1, 2);
  await assert.rejects(near.remote.fail('bug'));
  assert.equal(sent, 2);
});

void test('an answer that is not plain data fails the call, and the channel stays usable', async (t) => {
  const { near } = channels(t, { add: async () => (() => 1) as unknown as number });
  await assert.rejects(near.remote.add(1, 2), { name: 'DataCloneError' });
  assert.equal(await near.remote.fail('bug').catch(() => 'failed'), 'failed');
});

void test('an argument that is not plain data fails the call, and leaves nothing at its signal', async (t) => {
  const { near } = channels(t);
  const { signal } = new AbortController();
  const remote = near.remote as unknown as { wait(argument: unknown, signal: AbortSignal): Promise<string> };
  const odd = (): number => 1;
  await assert.rejects(remote.wait(odd, signal), { name: 'DataCloneError' });
  assert.deepEqual(getEventListeners(signal, 'abort'), []);
});

void test('a problem that is not plain data fails the call', async (t) => {
  const { near } = channels(t, {
    fail: async () => {
      throw new UserError({ code: 'odd', fact: () => 1 });
    },
  });
  await assert.rejects(near.remote.fail('problem'), /could not be cloned/u);
});

void test('when the other side is gone, its calls are aborted, and present and later calls to it fail', async (t) => {
  const { near, far, aborted } = channels(t);
  const waiting = near.remote.wait(new AbortController().signal);
  void far.remote.wait(new AbortController().signal).catch(() => undefined);
  await until('both calls', () => aborted.length === 2);
  near.end(new Error('gone'));
  await assert.rejects(waiting, { message: 'gone' });
  await assert.rejects(near.remote.add(1, 2), { message: 'gone' });
  await until('the abort of the call from there', () => aborted.some((signal) => signal.aborted));
});
