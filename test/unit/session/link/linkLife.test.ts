import assert from 'node:assert/strict';
import test from 'node:test';
import {
  afterAttendedAttempt,
  type AfterAttempt,
  afterBackgroundAttempt,
  afterLoss,
  atOnce,
  type Connecting,
  firstRetry,
  type LinkLife,
  linkStateOf,
  noDoubt,
  type Online,
  runOf,
  uselessOf,
} from '../../../../src/core/session/link/linkLife.ts';
import { CountedConnection } from '../../../../src/core/session/link/countedConnection.ts';
import type { Problem } from '../../../../src/core/problem.ts';
import { connection } from '../../../support/connection.ts';

const refused: Problem = { code: 'connectionRefused', host: 'devbox', address: '127.0.0.1', port: 22 };
const wrongKey: Problem = { code: 'authFailed', host: 'devbox', user: 'me', tried: [], accepted: [] };
const waited = { code: 'timeout', host: 'devbox', phase: 'auth' } as const;
const silent: Problem = { ...waited, phase: 'handshake' };
const proxyFailed = { code: 'proxyFailed', host: 'devbox', command: 'nc', detail: '' } as const;
const cancelled: Problem = { code: 'cancelled' };
const linkLost: Problem = { code: 'linkLost' };
const run = new AbortController();

const online: Online = {
  kind: 'online',
  run,
  since: 5,
  connection: new CountedConnection(connection()),
  doubt: noDoubt,
  useless: 0,
};
const connecting: Connecting = {
  kind: 'connecting',
  run,
  since: 5,
  attempt: Promise.resolve(),
  isBetweenRetries: false,
  useless: 2,
};

void test('after an attempt that a person waited for', () => {
  const table: readonly [name: string, isBetweenRetries: boolean, why: Problem, expected: AfterAttempt][] = [
    ['the network failed', false, refused, { kind: 'failed', why: refused }],
    ['the login failed', false, wrongKey, { kind: 'failed', why: wrongKey }],
    ['the person cancelled', false, cancelled, { kind: 'idle' }],
    ['the network failed between retries', true, refused, { kind: 'retry', attempt: 1, why: refused, useless: 2 }],
    ['the login failed between retries', true, wrongKey, { kind: 'failed', why: wrongKey }],
    ['the person cancelled between retries', true, cancelled, { kind: 'retry', attempt: 1, why: linkLost, useless: 2 }],
  ];
  for (const [name, isBetweenRetries, why, expected] of table) {
    assert.deepEqual(afterAttendedAttempt({ ...connecting, isBetweenRetries }, why), expected, name);
  }
});

void test('after an attempt in the background', () => {
  const retry = { kind: 'retry', attempt: 3, why: linkLost, useless: 1 } as const;
  const table: readonly [name: string, why: Problem, expected: AfterAttempt][] = [
    ['the network failed', refused, { ...retry, attempt: 4, why: refused }],
    ['the login failed', wrongKey, { kind: 'failed', why: wrongKey }],
    ['the login waited for somebody', waited, { kind: 'failed', why: { code: 'loginNeeded' } }],
    ['the server said nothing', { ...waited, phase: 'handshake' }, { ...retry, attempt: 4, why: silent }],
    [
      'a proxy waited for somebody',
      { ...proxyFailed, hasWaited: true },
      { kind: 'failed', why: { code: 'loginNeeded' } },
    ],
    ['a proxy failed', proxyFailed, { ...retry, attempt: 4, why: proxyFailed }],
    ['a question had nobody to answer it', cancelled, { kind: 'failed', why: { code: 'loginNeeded' } }],
    ['a bug', { code: 'unexpected', detail: '' }, { kind: 'failed', why: { code: 'unexpected', detail: '' } }],
  ];
  for (const [name, why, expected] of table) assert.deepEqual(afterBackgroundAttempt(retry, why), expected, name);
  assert.deepEqual(atOnce(retry), { ...retry, attempt: 0 });
});

void test('connections that end before they carry anything count as failed attempts', () => {
  const table: readonly [name: string, useless: number, onlineMs: number, attempt: number, next: number][] = [
    ['the first loss is retried at once', 0, 10, 0, 1],
    ['the second useless connection in a row waits', 1, 10, 1, 2],
    ['the fifth waits longer', 4, 10, 4, 5],
    ['a connection that lasted is retried at once', 4, 30_001, 0, 1],
  ];
  for (const [name, useless, onlineMs, attempt, next] of table) {
    const retry: AfterAttempt = { kind: 'retry', attempt, why: linkLost, useless: next };
    assert.deepEqual(afterLoss({ ...online, useless }, onlineMs), retry, name);
  }
});

void test('each life shows its state, its run, and its useless connections', () => {
  const retry = { ...firstRetry, attempt: 1, why: refused, useless: 3 };
  const waiting: LinkLife = { kind: 'waiting', run, retry, retryAt: 9, wake: new AbortController() };
  const failed: LinkLife = { kind: 'failed', why: wrongKey };
  assert.deepEqual(linkStateOf({ kind: 'idle' }), { kind: 'idle' });
  assert.deepEqual(linkStateOf(connecting), { kind: 'connecting', since: 5 });
  assert.deepEqual(linkStateOf(online), { kind: 'online', since: 5, facts: online.connection.facts });
  assert.deepEqual(linkStateOf(waiting), { kind: 'waiting', retryAt: 9, why: refused });
  assert.deepEqual(linkStateOf(failed), failed);
  const lives: readonly LinkLife[] = [
    connecting,
    online,
    waiting,
    { kind: 'retrying', run, retry, restart: new AbortController() },
    failed,
    { kind: 'idle' },
  ];
  assert.deepEqual(lives.map(uselessOf), [2, 0, 3, 3, 0, 0]);
  assert.deepEqual(lives.map(runOf), [run, run, run, run, undefined, undefined]);
});
