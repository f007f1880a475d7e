import assert from 'node:assert/strict';
import test from 'node:test';
import { requestAgain } from '../../../../src/core/session/forwards/forwardRequests.ts';
import { forwardState, openAt } from '../../../support/state.ts';

void test('a stopped forward is made again with its label, choices and local port', () => {
  const forward = forwardState(5000, { origin: 'user', label: 'Blog', protocol: 'https', status: openAt(5001) });
  const { spec } = forward;
  assert.deepEqual(requestAgain(forward), {
    spec,
    origin: 'user',
    localPort: 'near',
    label: 'Blog',
    remotePort: 5000,
    lastPort: 5001,
    protocol: 'https',
  });
});

void test('a paused forward comes back paused, and a protected one protected', () => {
  const { isPaused, isProtected } = requestAgain(forwardState(1080, { isProtected: true, status: { kind: 'paused' } }));
  assert.deepEqual([isPaused, isProtected], [true, true]);
});
