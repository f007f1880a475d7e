import assert from 'node:assert/strict';
import test from 'node:test';
import { journal } from '../../../../src/core/session/memory/journal.ts';
import type { ForwardStatus, HostState, LinkState } from '../../../../src/core/session/state.ts';
import { recordedLog } from '../../../support/recordedLog.ts';
import { facts, forwardState, hostState, noTraffic, online, openAt } from '../../../support/state.ts';

function written(before: Partial<HostState>, after: Partial<HostState>): readonly string[] {
  const { log, lines } = recordedLog();
  journal(hostState(before), hostState(after), log);
  return lines;
}

void test('each change of the link is one line', () => {
  const retryAt = Date.now() + 3000;
  const links: readonly (readonly [LinkState, readonly string[]])[] = [
    [{ kind: 'connecting', since: 0 }, ['info: connecting']],
    [online, ['info: online: SSH-2.0-OpenSSH_9.2p1, aes128-gcm@openssh.com']],
    [
      { ...online, facts: { ...facts, via: ['jump'] } },
      ['info: online: SSH-2.0-OpenSSH_9.2p1, aes128-gcm@openssh.com, via jump'],
    ],
    [{ kind: 'waiting', retryAt, why: { code: 'linkLost' } }, ['info: away (linkLost), next try in 3 s']],
    [
      { kind: 'failed', why: { code: 'loginNeeded' } },
      ['warn: not retried before the user acts: {"code":"loginNeeded"}'],
    ],
    [{ kind: 'idle' }, []],
  ];
  for (const [link, expected] of links) assert.deepEqual(written({}, { link }), expected, link.kind);
  assert.deepEqual(written({ link: online }, { link: { kind: 'idle' } }), ['info: disconnected']);
  assert.deepEqual(written({ link: online }, { link: online }), []);
});

void test('the watch is one line when it begins and one when it cannot go on', () => {
  const watching = (pollMs: number) => ({ detection: { kind: 'watching', method: 'ss', pollMs } }) as const;
  assert.deepEqual(written({}, watching(500)), ['info: watching ports by ss']);
  assert.deepEqual(written(watching(500), watching(1000)), []);
  const unavailable = { detection: { kind: 'unavailable', reason: 'noShell', detail: '' } } as const;
  assert.deepEqual(written({}, unavailable), ['warn: cannot see remote ports: noShell']);
});

void test('each change of a forward is one line; its counters are none', () => {
  const name = 'local forward 5000:localhost:5000';
  const forwards = (status: ForwardStatus) => ({ forwards: [forwardState(5000, { status })] });
  const table: readonly (readonly [ForwardStatus, string])[] = [
    [{ kind: 'opening' }, `info: ${name} is opening`],
    [openAt(5001), `info: ${name} listens on 127.0.0.1 5001`],
    [
      openAt(5001, { trouble: { code: 'linkLost' } }),
      `warn: ${name} listens on 127.0.0.1 5001, its latest connection failed: {"code":"linkLost"}`,
    ],
    [{ kind: 'elsewhere', localPort: 5000 }, `info: ${name} is in another window, at local port 5000`],
    [{ kind: 'elsewhere' }, `info: ${name} is in another window`],
    [{ kind: 'dormant' }, `info: ${name} is dormant`],
    [{ kind: 'failed', why: { code: 'cancelled' } }, `warn: ${name} failed: {"code":"cancelled"}`],
  ];
  for (const [status, line] of table) assert.deepEqual(written({}, forwards(status)), [line], status.kind);
  const busy = openAt(5001, { traffic: { ...noTraffic, totalConnections: 1 } });
  assert.deepEqual(written(forwards(openAt(5001)), forwards(busy)), []);
  assert.deepEqual(written(forwards(busy), {}), [`info: ${name} ended`]);
});
