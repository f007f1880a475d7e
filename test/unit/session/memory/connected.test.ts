import assert from 'node:assert/strict';
import test from 'node:test';
import { ConnectedHosts } from '../../../../src/core/session/memory/connected.ts';
import { forgetUnused, shortMemory } from '../../../../src/core/session/memory/memory.ts';
import type { ForwardState } from '../../../../src/core/session/state.ts';
import { forwardState, hostState, online as onlineLink } from '../../../support/state.ts';
import { until } from '../../../support/until.ts';

const idle = hostState();
const online = hostState({ link: onlineLink });
const day = 24 * 3_600_000;

const autoForward = (port: number): ForwardState => forwardState(port, { status: { kind: 'opening' } });

void test('a host is remembered as soon as it is online, with its auto-forwarded ports', async () => {
  const memory = shortMemory();
  const window = new ConnectedHosts(memory, Date.now());
  window.follow(idle, { ...idle, link: { kind: 'connecting', since: 0 } }, []);
  assert.deepEqual(window.all(), []);
  window.follow(idle, online, ['Port=2222']);
  window.follow(online, { ...online, forwards: [autoForward(5000)] }, ['Port=2222']);
  // Without close(): a window may be killed.
  const host = await until('what is written', () =>
    new ConnectedHosts(memory, Date.now()).all().find(({ autoForwarded }) => autoForwarded.length > 0),
  );
  assert.deepEqual(
    { ...host, usedAt: 0 },
    { name: 'devbox', options: ['Port=2222'], autoForwarded: [5000], usedAt: 0 },
  );
});

void test('auto-forwarded ports are kept during a reconnect, until the user stops them', () => {
  const memory = shortMemory();
  const window = new ConnectedHosts(memory, Date.now());
  const forwarding = { ...online, forwards: [autoForward(5000), autoForward(8000)] };
  window.follow(idle, forwarding, []);
  window.follow(forwarding, { ...idle, link: { kind: 'waiting', retryAt: 0, why: { code: 'linkLost' } } }, []);
  window.follow(idle, online, []);
  window.follow(forwarding, { ...online, forwards: [autoForward(8000)] }, []);
  assert.deepEqual(window.all()[0]?.autoForwarded, [8000]);
});

void test('a host that the user disconnected does not come back', async () => {
  const memory = shortMemory();
  const window = new ConnectedHosts(memory, Date.now());
  window.follow(idle, online, []);
  await window.forget('devbox');
  window.follow(online, idle, []);
  await window.close(Date.now());
  assert.deepEqual(new ConnectedHosts(memory, Date.now()).all(), []);
});

void test('forwards that end with the window are still remembered', async () => {
  const memory = shortMemory();
  const window = new ConnectedHosts(memory, Date.now());
  window.follow(idle, { ...online, forwards: [autoForward(5000)] }, []);
  const closed = window.close(Date.now());
  window.follow({ ...online, forwards: [autoForward(5000)] }, idle, []);
  await closed;
  assert.deepEqual(new ConnectedHosts(memory, Date.now()).all()[0]?.autoForwarded, [5000]);
});

void test('a window that was not opened for a fortnight has forgotten its hosts', async () => {
  const memory = shortMemory();
  const window = new ConnectedHosts(memory, 0);
  window.follow(idle, online, []);
  await window.close(100 * day);
  assert.equal(new ConnectedHosts(memory, 114 * day).all().length, 1);
  assert.equal(new ConnectedHosts(memory, 114 * day + 1).all().length, 0);
});

void test('a host that was not used for a fortnight is forgotten, with its forwards; other hosts are not', async () => {
  const memory = shortMemory();
  await memory.update('host old', { forwards: [], localPorts: { 1: 2 }, usedAt: 0 });
  await memory.update('host new', { forwards: [], localPorts: { 1: 2 }, usedAt: day });
  await memory.update('allowedCommands', ['hash']);
  await forgetUnused(memory, 14 * day + 1);
  assert.deepEqual(memory.keys(), ['host new', 'allowedCommands']);
});
