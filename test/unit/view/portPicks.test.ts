import assert from 'node:assert/strict';
import test from 'node:test';
import type { SeenPort } from '../../../src/core/session/state.ts';
import { readTypedForwards } from '../../../src/core/config/typed.ts';
import { detectedPicks, type PortPick, portPicks } from '../../../src/view/portPicks.ts';
import { flaskPort, forwardState, hostState, remoteForward, sshdPort } from '../../support/state.ts';

function typedPick(text: string, hostName: string): PortPick | undefined {
  return portPicks(text, readTypedForwards(text, hostName), hostName, undefined).typed;
}

const unknown: SeenPort = { port: 7000, addresses: ['::'], seenAt: 0, wasThere: false };
const host = hostState({ remotePorts: [flaskPort(), unknown, sshdPort] });

void test('remote ports are offered with port, program and process, without infrastructure', () => {
  assert.deepEqual(detectedPicks(host), [
    { label: '5000  Flask', description: 'flask', icon: 'beaker', choice: { kind: 'remotePort', port: 5000 } },
    { label: '7000', description: '', icon: 'circle-outline', choice: { kind: 'remotePort', port: 7000 } },
  ]);
});

void test('a forwarded port is not offered again', () => {
  const forward = forwardState(5000, { status: { kind: 'paused' } });
  const labels = detectedPicks({ ...host, forwards: [forward] }).map(({ label }) => label);
  assert.deepEqual(labels, ['7000']);
});

void test('the remote end of a -R forward is not offered', () => {
  const labels = detectedPicks({ ...host, forwards: [remoteForward(7000)] }).map(({ label }) => label);
  assert.deepEqual(labels, ['5000  Flask']);
});

void test('an unknown host has no ports to offer', () => {
  assert.deepEqual(detectedPicks(undefined), []);
});

void test('a typed port that the list has is that row, and never a longer number', () => {
  const typed = (text: string): string | undefined =>
    portPicks(text, readTypedForwards(text, 'devbox'), 'devbox', host).typed?.label;
  assert.deepEqual(['5', '500', '5000', '50000'].map(typed), ['5', '500', undefined, '50000']);
});

void test('an empty text is neither a forward nor an error', () => {
  assert.equal(typedPick('  ', 'devbox'), undefined);
});

void test('a typed port shows the local port and its destination', () => {
  const pick = typedPick(' 8000:8080 ', 'devbox');
  assert.equal(pick?.label, '8000:8080');
  assert.equal(pick.description, 'local 8000 → localhost:8080 from devbox');
  assert.ok(pick.choice?.kind === 'specs');
  assert.equal(pick.choice.specs.length, 1);
});

void test('a range is one row that forwards all of its ports', () => {
  const pick = typedPick('9090-9092', 'devbox');
  assert.ok(pick?.choice?.kind === 'specs');
  assert.deepEqual(
    pick.choice.specs.map(({ bind }) => bind.kind === 'tcp' && bind.port),
    [9090, 9091, 9092],
  );
});

for (const [text, kind, description] of [
  ['-L 8000:localhost:8080', 'local', 'local 8000 → localhost:8080 from devbox'],
  ['-NR 1:0:0:22', 'remote', '1:0 on devbox → 0:22 on this machine'],
  ['-R 1080', 'remoteDynamic', '1080 on devbox → SOCKS proxy on the remote'],
  ['ssh -D 1080 devbox', 'dynamic', 'local 1080 → SOCKS proxy from devbox'],
] as const) {
  void test(`${text} is a forward of the host of the box`, () => {
    const pick = typedPick(text, 'devbox');
    assert.deepEqual([pick?.label, pick?.description], [text, description]);
    assert.ok(pick?.choice?.kind === 'specs');
    assert.equal(pick.choice.specs[0]?.kind, kind);
  });
}

void test('a command for another host, or with other options, keeps its own host', () => {
  for (const text of ['ssh -L 8000:localhost:80 other', 'ssh -C -L 8000:localhost:80 devbox']) {
    const pick = typedPick(text, 'devbox');
    assert.ok(pick?.choice?.kind === 'host');
    assert.equal(pick.choice.host.name, text.split(' ').at(-1));
    assert.equal(pick.choice.host.forwards.length, 1);
  }
});

void test('a command without forwards or with an error cannot be chosen', () => {
  for (const text of ['ssh devbox', '-N', '-L 8000', 'ssh -Z other']) {
    assert.deepEqual([typedPick(text, 'devbox')?.icon, typedPick(text, 'devbox')?.choice], ['error', undefined]);
  }
});

void test('a text that is no forward is an error that cannot be chosen', () => {
  const pick = typedPick('99999', 'devbox');
  assert.equal(pick?.icon, 'error');
  assert.equal(pick.choice, undefined);
  assert.notEqual(pick.label, '');
});
