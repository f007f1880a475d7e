import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import test from 'node:test';
import { never } from '../../../../src/base/delay.ts';
import { isProblem } from '../../../../src/base/userError.ts';
import type { ExecChannel } from '../../../../src/core/detect/exec.ts';
import { type KubectlProblem, RemoteKubectl } from '../../../../src/core/session/forwards/remoteKubectl.ts';

/** A kubectl whose exit is told only by `end`, however often it is closed. */
function started() {
  const stdout = new PassThrough();
  let end: () => void = () => undefined;
  const exit = new Promise<{ status: number | undefined }>((resolve) => (end = () => resolve({ status: undefined })));
  const one = { isClosed: false, stdout, end: () => end() };
  const channel: ExecChannel = {
    stdin: new PassThrough(),
    stdout,
    stderr: new PassThrough(),
    exit,
    close: () => (one.isClosed = true),
  };
  return { one, channel };
}

void test('a kubectl that does not start in time is ended, and its late exit leaves the next one in use', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const all: ReturnType<typeof started>['one'][] = [];
  const kubectl = new RemoteKubectl({
    kubectl: { options: [], target: 'svc/web', port: '80' },
    exec: async () => async () => {
      const { one, channel } = started();
      all.push(one);
      return channel;
    },
    dial: async () => new PassThrough(),
  });
  const late = kubectl.listening(never);
  late.catch(() => undefined);
  await setImmediate();
  t.mock.timers.tick(90_000);
  await assert.rejects(late, (error) => isProblem<KubectlProblem>(error, 'kubectlFailed'));
  assert.equal(all[0]?.isClosed, true);

  const next = kubectl.listening(never);
  await setImmediate();
  all[1]?.stdout.write('Forwarding from 127.0.0.1:41234 -> 80\n');
  assert.equal(await next, 41_234);
  all[0].end();
  await setImmediate();
  assert.equal(await kubectl.listening(never), 41_234);
  assert.equal(all.length, 2);
  assert.equal(all[1]?.isClosed, false);

  all[1].end();
  await setImmediate();
  kubectl.listening(never).catch(() => undefined);
  await setImmediate();
  assert.equal(all.length, 3, 'a kubectl that has ended starts again at the next use');
  all[2]?.end();
});
