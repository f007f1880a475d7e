import assert from 'node:assert/strict';
import test from 'node:test';
import { UserError } from '../../../src/base/userError.ts';
import type { OpenForward } from '../../../src/core/forward/forward.ts';
import { Forward } from '../../../src/core/session/forward.ts';
import { requestFor } from '../../../src/core/session/forwardRequests.ts';
import { until } from '../../support/until.ts';

const never = new AbortController().signal;
const traffic = { openConnections: 0, totalConnections: 0, bytesToRemote: 0, bytesFromRemote: 0 };
const bind = { kind: 'tcp', host: undefined, port: 5000 } as const;

void test('the port of a killed window is waited for, though the window goes before the port', async () => {
  let give: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => (give = resolve));
  let isGone = false;
  let refusals = 3;
  const forward = new Forward('1', requestFor(5000, 'auto'), {
    open: async ({ spec }): Promise<OpenForward> => {
      assert.deepEqual(spec.bind, bind);
      if (refusals > 0) {
        refusals -= isGone ? 1 : 0;
        throw new UserError({ code: 'portInUse', bind, owner: { pid: 1, name: 'code' } });
      }
      return {
        bound: [{ kind: 'tcp', address: '127.0.0.1', port: 5000 }],
        traffic: () => traffic,
        close: async () => {},
      };
    },
    onChange: () => undefined,
    findWindow: async () => (isGone ? undefined : { ended, close: () => undefined }),
    onReleased: () => void forward.start(never),
    shareMs: () => 0,
  });
  await forward.start(never);
  assert.deepEqual(forward.state.status, { kind: 'elsewhere', localPort: 5000 });
  isGone = true;
  give();
  await until('the forward', () => forward.state.status.kind === 'listening');
  assert.equal(refusals, 0);
});
