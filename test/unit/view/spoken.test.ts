import assert from 'node:assert/strict';
import test from 'node:test';
import { treeRows } from '../../../src/view/rows.ts';
import { spoken } from '../../../src/view/spoken.ts';
import { emptyState, type HostState } from '../../../src/core/session/state.ts';
import { forwardState, hostState, online, remotePort } from '../../support/state.ts';

/** What a screen reader says of a host and of the rows below it. */
function heard(host: HostState): readonly string[] {
  return treeRows({ ...emptyState, hosts: [host] })
    .flatMap((row) => [row, ...row.children])
    .map(spoken);
}

void test('a screen reader hears that a host is not connected', () => {
  assert.deepEqual(heard(hostState()), ['devbox, not connected']);
});

void test('a screen reader hears which remote ports are not forwarded', () => {
  const remotePorts = [5000, 6000].map((port) => ({ ...remotePort(port), seenAt: 0, wasThere: false }));
  const [host, forwarded, other] = heard(hostState({ link: online, remotePorts, forwards: [forwardState(5000)] }));
  assert.match(host ?? '', /^devbox, connected/u);
  assert.match(forwarded ?? '', /^5000, forwarded to localhost:5000/u);
  assert.doesNotMatch(forwarded ?? '', /not forwarded/u);
  assert.match(other ?? '', /^6000, node, not forwarded$/u);
});
