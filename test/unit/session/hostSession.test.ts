import assert from 'node:assert/strict';
import net from 'node:net';
import test, { type TestContext } from 'node:test';
import { never } from '../../../src/base/delay.ts';
import { silentLog } from '../../../src/base/log.ts';
import { isProblem, UserError } from '../../../src/base/userError.ts';
import type { HostConfig } from '../../../src/core/config/hostConfig.ts';
import { requestFor, typedRequest } from '../../../src/core/session/forwards/forwardRequests.ts';
import { HostSession, type HostSessionOptions } from '../../../src/core/session/hostSession.ts';
import { shortMemory } from '../../../src/core/session/memory/memory.ts';
import { realSenses } from '../../../src/core/session/link/networkEvents.ts';
import { defaultSettings } from '../../../src/core/session/settings.ts';
import { type ForwardState, type HostState, localPort } from '../../../src/core/session/state.ts';
import { parseForward } from '../../../src/core/spec/grammar.ts';
import { connection } from '../../support/connection.ts';
import { freePort } from '../../support/freePort.ts';
import { hostConfig } from '../../support/hostConfig.ts';
import { hostState } from '../../support/state.ts';
import { until } from '../../support/until.ts';

/** A session over connections that carry nothing real; its local listeners are real. */
function session(t: TestContext, change: Partial<HostSessionOptions> = {}, config: Partial<HostConfig> = {}) {
  let host = hostState();
  const connections: ReturnType<typeof connection>[] = [];
  const options: HostSessionOptions = {
    open: async () => {
      const next = connection();
      connections.push(next);
      return { connection: next, config: hostConfig(config) };
    },
    settings: { get: () => defaultSettings },
    memory: shortMemory(),
    senses: realSenses,
    findWindow: async () => undefined,
    proxyPassword: async () => undefined,
    log: silentLog,
    read: () => host,
    write: (write) => (host = write(host)),
    isOwnPort: () => false,
    expected: () => [],
    onAutoForward: () => undefined,
    ...change,
  };
  const made = new HostSession(options);
  t.after(() => made.close());
  return { session: made, options, connections, host: (): HostState => host };
}

async function answers(port: number): Promise<boolean> {
  const socket = net.connect(port, '127.0.0.1');
  const isOpen = await new Promise<boolean>((resolve) => {
    socket.on('connect', () => resolve(true)).on('error', () => resolve(false));
  });
  socket.destroy();
  return isOpen;
}

void test('a forward connects first, and its listener survives the loss of the connection', async (t) => {
  const { session: made, host, connections } = session(t);
  const port = await freePort();
  const forward = await made.forward(requestFor(port, 'user'), never);
  assert.equal(localPort(forward), port);
  assert.equal(host().link.kind, 'online');
  connections[0]?.lose();
  await until('the loss', () => host().link.kind !== 'online' || connections.length > 1);
  assert.ok(await answers(port));
  await until('the next connection', () => host().link.kind === 'online');
  assert.equal(host().forwards[0]?.status.kind, 'open');
});

void test('a host that cannot be reached gets no forward', async (t) => {
  const refused = new UserError({ code: 'connectionRefused', host: 'devbox', address: '127.0.0.1', port: 22 });
  const { session: made, host } = session(t, { open: () => Promise.reject(refused) });
  await assert.rejects(made.forward(requestFor(3000, 'user'), never), refused);
  assert.deepEqual(host().forwards, []);
  assert.deepEqual(host().link, { kind: 'failed', why: refused.problem });
});

void test('connecting opens the forwards of the configuration', async (t) => {
  const port = await freePort();
  const spec = parseForward('local', `${port}:localhost:3000`);
  const { session: made, host } = session(t, {}, { forwards: [spec] });
  await made.connect(never);
  await until('the forward', () => host().forwards[0]?.status.kind === 'open');
  assert.equal(host().forwards[0]?.origin, 'config');
});

void test('disconnecting ends listeners and forgets remote ports; the forwards come back with the next connection', async (t) => {
  const { session: made, host } = session(t);
  const port = await freePort();
  await made.forward(requestFor(port, 'user'), never);
  await made.disconnect();
  assert.deepEqual(host(), hostState());
  assert.equal(await answers(port), false);
  await made.connect(never);
  await until('the forward', () => host().forwards[0]?.status.kind === 'open');
  assert.equal(localPort(host().forwards[0] as ForwardState), port);
});

void test('another session of the same host has the forwards that the user made', async (t) => {
  const { session: first, options } = session(t);
  const port = await freePort();
  const { id } = await first.forward(requestFor(port, 'user', 'api'), never);
  await first.forward(requestFor(await freePort(), 'auto'), never);
  await first.forwards.pause(id);
  await first.close();
  const { session: second, host } = session(t, { memory: options.memory });
  await second.connect(never);
  await until('the forward', () => host().forwards.length > 0);
  const [forward, ...others] = host().forwards;
  assert.deepEqual([forward?.label, forward?.status.kind, others], ['api', 'paused', []]);
});

void test('SECURITY: a protected proxy without its password does not open', async (t) => {
  const { session: made, host } = session(t);
  const request = { ...typedRequest(parseForward('dynamic', String(await freePort()))), isProtected: true };
  await assert.rejects(made.forward(request, never), (error) => isProblem(error, 'proxyPasswordMissing'));
  assert.deepEqual(host().forwards[0]?.status, { kind: 'failed', why: { code: 'proxyPasswordMissing' } });
});

void test('closing frees all ports, and what ends with the window is still remembered as wanted', async (t) => {
  const { session: made, options } = session(t);
  const port = await freePort();
  await made.forward(requestFor(port, 'user'), never);
  await made.close();
  assert.equal(await answers(port), false);
  const saved = options.memory.get('host devbox') as { readonly forwards: readonly unknown[] };
  assert.equal(saved.forwards.length, 1);
});
