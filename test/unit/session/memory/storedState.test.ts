import assert from 'node:assert/strict';
import fs from 'node:fs';
import test from 'node:test';
import { parseForward } from '../../../../src/core/spec/grammar.ts';
import { ConnectedHosts } from '../../../../src/core/session/memory/connected.ts';
import { requestFor } from '../../../../src/core/session/forwards/forwardRequests.ts';
import { HostRecord } from '../../../../src/core/session/memory/hostRecord.ts';
import { type Memory, shortMemory } from '../../../../src/core/session/memory/memory.ts';
import type { ForwardState } from '../../../../src/core/session/state.ts';
import { hostState, openAt } from '../../../support/state.ts';

/** Written by version 0.1 after a session with forwards of every kind. CAUTION: users have this on their disks. */
const stored = JSON.parse(
  fs.readFileSync(new URL('../../../fixtures/stored-state.json', import.meta.url), 'utf8'),
) as Record<'memory' | 'windowMemory', Record<string, unknown>>;

function load(values: Record<string, unknown>): Memory {
  const memory = shortMemory();
  for (const [key, value] of Object.entries(values)) void memory.update(key, value);
  return memory;
}

void test('the forwards that the user made come back from stored state', () => {
  const record = new HostRecord(load(stored.memory), 'devbox');
  const requests = record.wanted({ forwards: [], gatewayPorts: false }, true);
  const user = { origin: 'user', isPaused: false } as const;
  const parsed = (kind: 'local' | 'dynamic' | 'remote', text: string): unknown =>
    JSON.parse(JSON.stringify(parseForward(kind, text)));
  assert.deepEqual(requests, [
    {
      ...user,
      spec: parsed('local', '5001:localhost:5000'),
      localPort: 'exact',
      label: 'api',
      remotePort: 5000,
      lastPort: 5001,
    },
    { ...user, spec: parsed('local', '5432:localhost:5432'), localPort: 'near', remotePort: 5432, lastPort: 5432 },
    { ...user, spec: parsed('dynamic', '1080'), localPort: 'exact', isProtected: true, lastPort: 1080 },
    { ...user, spec: parsed('remote', '*:8800:/tmp/app.sock'), localPort: 'exact', isPaused: true },
  ]);
  const lastPort = (port: number): unknown => record.withChoices(requestFor(port, 'auto')).lastPort;
  assert.deepEqual([lastPort(3000), lastPort(8080), record.method], [3001, undefined, 'ss']);
});

void test('the hosts that a window was connected to come back from stored state', () => {
  const hosts = new ConnectedHosts(load(stored.windowMemory), 1_795_919_135_555);
  assert.deepEqual(hosts.all(), stored.windowMemory['connected']);
});

void test('the same session writes the same stored state', async () => {
  const memory = shortMemory();
  const record = new HostRecord(memory, 'devbox');
  const user = { origin: 'user' } as const;
  const forwards: readonly ForwardState[] = [
    {
      ...user,
      id: '1',
      spec: parseForward('local', '5001:localhost:5000'),
      label: 'api',
      remotePort: 5000,
      status: openAt(5001),
    },
    { ...user, id: '2', spec: parseForward('local', '5432:localhost:5432'), remotePort: 5432, status: openAt(5432) },
    { ...user, id: '3', spec: parseForward('dynamic', '1080'), isProtected: true, status: openAt(1080) },
    { ...user, id: '4', spec: parseForward('remote', '*:8800:/tmp/app.sock'), status: { kind: 'paused' } },
    {
      id: '5',
      origin: 'auto',
      spec: parseForward('local', '3000:localhost:3000'),
      remotePort: 3000,
      status: openAt(3001),
    },
  ];
  record.noteForwards(forwards);
  await record.save(hostState({ forwards, detection: { kind: 'watching', method: 'ss', pollMs: 500 } }));
  const written = JSON.parse(JSON.stringify(memory.get('host devbox'))) as object;
  assert.deepEqual({ ...written, usedAt: 1_795_919_135_550 }, stored.memory['host devbox']);
});
