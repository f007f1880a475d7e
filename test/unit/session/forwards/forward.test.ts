import assert from 'node:assert/strict';
import test from 'node:test';
import { never } from '../../../../src/base/delay.ts';
import { UserError } from '../../../../src/base/userError.ts';
import { parseForward } from '../../../../src/core/spec/grammar.ts';
import type { RunningForward } from '../../../../src/core/forward/runningForward.ts';
import { Forward } from '../../../../src/core/session/forwards/forward.ts';
import { requestFor, typedRequest } from '../../../../src/core/session/forwards/forwardRequests.ts';
import { until } from '../../../support/until.ts';

const traffic = { openConnections: 0, totalConnections: 0, bytesToRemote: 0, bytesFromRemote: 0 };
const listening = {
  bound: [{ kind: 'tcp', address: '127.0.0.1', port: 5000 }],
  traffic: () => traffic,
  close: async () => {},
} as const;
const deps = {
  onChange: () => undefined,
  findWindow: async () => undefined,
  onReleased: () => undefined,
  shareMs: () => 0,
};
const bind = { kind: 'tcp', host: undefined, port: 5000 } as const;

void test('a forward waits for the port of a killed window, whose process ends before its port is free', async () => {
  let give: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => (give = resolve));
  let isGone = false;
  let refusals = 3;
  const forward = new Forward('1', requestFor(5000, 'auto'), {
    ...deps,
    open: async ({ spec }): Promise<RunningForward> => {
      assert.deepEqual(spec.bind, bind);
      if (refusals > 0) {
        refusals -= isGone ? 1 : 0;
        throw new UserError({ code: 'portInUse', bind, owner: { pid: 1, name: 'code' } });
      }
      return listening;
    },
    findWindow: async () => (isGone ? undefined : { ended, close: () => undefined }),
    onReleased: () => void forward.start(never),
  });
  await forward.start(never);
  assert.deepEqual(forward.state.status, { kind: 'elsewhere', localPort: 5000 });
  isGone = true;
  give();
  await until('the forward', () => forward.state.status.kind === 'open');
  assert.equal(refusals, 0);
});

void test('more time that arrives before the expiry runs keeps the forward open', async () => {
  let shareMs = 1;
  const forward = new Forward('1', typedRequest(parseForward('local', '*:5000:localhost:1')), {
    ...deps,
    open: async () => listening,
    shareMs: () => shareMs,
  });
  await forward.start(never);
  await until('the end of its time', () => forward.isExpired);
  shareMs = 60_000;
  forward.extend();
  await forward.expire(never);
  assert.equal(forward.state.status.kind, 'open');
});

void test('a refusal from before a pause is not shown of the resumed forward', async () => {
  let refuse: ((error: Error) => void) | undefined;
  const bound = parseForward('remote', '5000:localhost:1');
  const forward = new Forward('1', typedRequest(bound), {
    ...deps,
    open: async () => ({ ...listening, attach: () => new Promise<void>((_, reject) => (refuse = reject)) }),
  });
  await forward.start(never);
  const attached = forward.attach(async () => ({ port: 5000, close: async () => {} }), never);
  const answer = await until('the question', () => refuse);
  await forward.stop({ kind: 'paused' });
  await forward.start(never);
  answer(new UserError({ code: 'remoteBindRefused', bind: bound.bind }));
  await attached;
  assert.deepEqual(forward.state.status, { kind: 'open', bound: listening.bound, traffic });
});
