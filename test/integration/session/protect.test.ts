import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { never } from '../../../src/base/delay.ts';
import { parseForward } from '../../../src/core/spec/grammar.ts';
import type { Credentials } from '../../../src/core/forward/socks.ts';
import { typedRequest } from '../../../src/core/session/forwards/forwardRequests.ts';
import { type Memory, shortMemory } from '../../../src/core/session/memory/memory.ts';
import type { ForwardState } from '../../../src/core/session/state.ts';
import { freePort } from '../../support/freePort.ts';
import { startSessions, type TestSessions } from '../../support/sessions.ts';
import { type Sshd, startSshd } from '../../support/sshd.ts';
import { until } from '../../support/until.ts';

void describe('a protected SOCKS proxy', { timeout: 120_000 }, () => {
  let sshd: Sshd;
  let web: http.Server;
  let app: TestSessions;
  let proxy: number;
  let password: Credentials | undefined;
  let memory: Memory;

  const open = async (): Promise<void> => {
    app = await startSessions(sshd.configFile, { autoForward: 'off' }, { memory, proxyPassword: async () => password });
    await app.sessions.connect('devbox', never);
  };
  const reopen = async (): Promise<void> => {
    await app.sessions.close();
    await open();
  };
  const only = (): ForwardState => {
    const [forward, ...others] = app.host().forwards;
    assert.ok(forward && others.length === 0);
    return forward;
  };
  const listens = (): Promise<unknown> => until('the proxy', () => only().status.kind === 'open');
  const protect = async (): Promise<void> => {
    await listens();
    await app.sessions.forwardsOf('devbox').protect(only().id, true, never);
  };
  const reopenWithoutPassword = async (): Promise<void> => {
    await protect();
    password = undefined;
    await reopen();
    await until('the failure', () => only().status.kind === 'failed');
  };
  const get = async (user: string): Promise<string> => {
    const { port } = web.address() as AddressInfo;
    const args = ['-sS', '--noproxy', '', '--max-time', '20', '-x', `socks5h://${user}127.0.0.1:${proxy}`];
    const curl = promisify(execFile)('curl', [...args, `http://localhost:${port}/`]);
    return curl.then(({ stdout }) => stdout).catch((error: Error) => error.message);
  };

  before(async () => {
    web = http.createServer((_, response) => response.end('hello')).listen(0, '127.0.0.1');
    await once(web, 'listening');
    proxy = await freePort();
    sshd = await startSshd({ clientConfig: [`DynamicForward ${proxy}`] });
  });
  after(async () => {
    await sshd.stop();
    web.close();
  });
  beforeEach(async () => {
    password = { user: 'me', password: 'secret' };
    memory = shortMemory();
    await open();
  });
  afterEach(() => app.sessions.close());

  test('asks for the password as soon as it is protected, at the same port, and shows it', async () => {
    await listens();
    assert.equal(await get(''), 'hello');
    await protect();
    assert.match(await get(''), /No authentication method/u);
    assert.match(await get('me:wrong@'), /rejected/u);
    assert.equal(await get('me:secret@'), 'hello');
    assert.equal(only().isProtected, true);
  });

  test('still asks after a reload, also if the configuration names the same proxy', async () => {
    await protect();
    await reopen();
    await listens();
    assert.match(await get(''), /No authentication method/u);
    assert.equal(await get('me:secret@'), 'hello');
    assert.ok(!JSON.stringify(memory.keys().map((key) => memory.get(key))).includes('secret'));
    assert.ok(!JSON.stringify(app.sessions.state.get()).includes('secret'));
  });

  test('does not open without its password, and its state says why', async () => {
    await reopenWithoutPassword();
    assert.deepEqual(only().status, { kind: 'failed', why: { code: 'proxyPasswordMissing' } });
    assert.match(await get(''), /connect/iu);
  });

  test('does not ask once the protection is removed', async () => {
    await reopenWithoutPassword();
    await app.sessions.forwardsOf('devbox').protect(only().id, false, never);
    assert.equal(await get(''), 'hello');
    await reopen();
    await listens();
    assert.equal(await get(''), 'hello');
    assert.equal(only().origin, 'config');
  });

  test('can be protected from the start, and a new password counts at once', async () => {
    await listens();
    await app.sessions.stopForward('devbox', only().id);
    password = { user: 'you', password: 'other' };
    const request = { ...typedRequest(parseForward('dynamic', String(proxy))), isProtected: true };
    const { id } = await app.sessions.forward('devbox', request, never);
    assert.equal(await get('you:other@'), 'hello');
    password = { user: 'you', password: 'new' };
    await app.sessions.forwardsOf('devbox').protect(id, true, never);
    assert.match(await get('you:other@'), /rejected/u);
    assert.equal(await get('you:new@'), 'hello');
  });
});
