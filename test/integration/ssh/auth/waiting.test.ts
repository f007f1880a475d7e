import assert from 'node:assert/strict';
import { once } from 'node:events';
import fs from 'node:fs';
import net, { type AddressInfo } from 'node:net';
import path from 'node:path';
import { after, afterEach, before, beforeEach, mock, test } from 'node:test';
import type { HostConfig } from '../../../../src/core/config/hostConfig.ts';
import { hostConfig, sshdConfig } from '../../../support/hostConfig.ts';
import { type ScriptedServer, startServer } from '../../../support/scriptedServer.ts';
import { connectTo, problemOf, script } from '../../../support/ssh.ts';
import { type Sshd, startSshd } from '../../../support/sshd.ts';

let sshd: Sshd;
before(async () => {
  sshd = await startSshd();
});
after(() => sshd.stop());
beforeEach(() => mock.timers.enable({ apis: ['setTimeout', 'Date'] }));
afterEach(() => mock.timers.reset());

/** Lets a second pass at each turn of the event loop, until the condition holds and `seconds` have passed. */
async function pass(seconds: number, holds: () => boolean = () => true): Promise<void> {
  for (let second = 0; second < seconds || !holds(); second++) {
    mock.timers.tick(1000);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

const HOUR = 3600;
const to = (server: ScriptedServer, changes: Partial<HostConfig> = {}): HostConfig =>
  hostConfig({ port: server.port, user: 'me', userKnownHostsFiles: [server.knownHostsFile], ...changes });

/** A server that sends a push request to a phone. `approve` approves it. */
async function pushServer(): Promise<{ server: ScriptedServer; asked: Promise<void>; approve: () => void }> {
  let approve = (): void => undefined;
  let onAsked = (): void => undefined;
  const asked = new Promise<void>((resolve) => (onAsked = resolve));
  const server = await startServer((context) => {
    if (context.method !== 'keyboard-interactive') return context.reject(['keyboard-interactive']);
    approve = () => context.accept();
    return context.prompt([], '', 'Approve it on your phone', () => onAsked());
  });
  return { server, asked, approve: () => approve() };
}

void test('a login that a person waits for has no time limit', async () => {
  const { server, asked, approve } = await pushServer();
  const connected = connectTo(to(server));
  await asked;
  await pass(HOUR);
  approve();
  await (await connected).close();
  server.close();
});

void test('a background login that nobody approves times out', async () => {
  const { server, asked } = await pushServer();
  const problem = problemOf(connectTo(to(server), { isUnattended: true }));
  await asked;
  await pass(HOUR);
  assert.deepEqual(await problem, { code: 'timeout', host: 'devbox', phase: 'auth' });
  server.close();
});

void test('a server that ends the login after a long silence counts as one that waited for a person', async () => {
  let onOffer = (): void => undefined;
  const offered = new Promise<void>((resolve) => (onOffer = resolve));
  const server = await startServer((context) => {
    if (context.method === 'publickey') onOffer();
    else context.reject(['publickey']);
  });
  const config = to(server, { identityFiles: [sshd.keyFile] });
  const problem = problemOf(connectTo(config, { isUnattended: true }));
  await offered;
  await pass(100);
  for (const client of server.clients) client.end();
  assert.deepEqual(await problem, { code: 'timeout', host: 'devbox', phase: 'auth' });
  server.close();
});

/** A proxy that prints the address of a page and continues after a visit. */
function proxy(afterVisit: string): { readonly config: HostConfig; readonly visit: () => void } {
  const visited = path.join(fs.mkdtempSync(path.join(sshd.folder, 'proxy-')), 'visited');
  const command = `printf 'Open \\033[31mhttps://login.example/\\n' >&2; until test -e ${visited}; do sleep 0.05; done; ${afterVisit}`;
  const config = sshdConfig(sshd, { proxy: { kind: 'command', command: `sh -c "${command.replaceAll('"', '\\"')}"` } });
  return { config, visit: () => fs.writeFileSync(visited, '') };
}

void test('a page that a ProxyCommand names is shown, and the login waits for the visit', async () => {
  const relay = `const s = require('net').connect(${sshd.port}, '127.0.0.1'); process.stdin.pipe(s); s.pipe(process.stdout)`;
  const { config, visit } = proxy(`exec ${process.execPath} -e '${relay.replaceAll("'", `'\\''`)}'`);
  const prompts = script();
  const connected = connectTo(config, { prompts, allowCommand: async () => true });
  await pass(HOUR, () => prompts.notices.length > 0);
  assert.deepEqual(prompts.notices, ['Open [31mhttps://login.example/']);
  visit();
  await (await connected).close();
});

void test('a ProxyCommand that fails long after its last output counts as one that waited for a person', async () => {
  const { config, visit } = proxy('echo nobody came >&2; exit 1');
  const prompts = script();
  const problem = problemOf(connectTo(config, { prompts, allowCommand: async () => true, isUnattended: true }));
  await pass(0, () => prompts.notices.length > 0);
  await pass(HOUR); // RACE: counted from the moment the proxy said something, which may be after any number of turns
  visit();
  const { code, ...facts } = await problem;
  assert.equal(code, 'proxyFailed');
  assert.ok('hasWaited' in facts && facts.hasWaited);
});

/** An sshd behind a relay that delays everything. */
async function slowSshd(): Promise<{ port: number; asked: Promise<unknown>; go: () => void; close: () => void }> {
  let go = (): void => undefined;
  const server = net.createServer((socket) => {
    socket.on('error', () => undefined);
    go = () => {
      const further = net.connect(sshd.port, '127.0.0.1').on('error', () => undefined);
      socket.pipe(further).pipe(socket);
    };
  });
  server.listen(0, '127.0.0.1');
  const asked = once(server, 'connection');
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port, asked, go: () => go(), close: () => server.close() };
}

void test('without ConnectTimeout a server may take any time to show its version', async () => {
  const slow = await slowSshd();
  const connected = connectTo(sshdConfig(sshd, { port: slow.port, hostKeyAlias: `[127.0.0.1]:${sshd.port}` }));
  await slow.asked;
  await pass(HOUR);
  slow.go();
  await (await connected).close();
  slow.close();
});

void test('a server that shows no version is retried in the background', async () => {
  const slow = await slowSshd();
  const config = sshdConfig(sshd, { port: slow.port, hostKeyAlias: `[127.0.0.1]:${sshd.port}` });
  const problem = problemOf(connectTo(config, { isUnattended: true }));
  await slow.asked;
  await pass(60);
  assert.deepEqual(await problem, { code: 'timeout', host: 'devbox', phase: 'handshake' });
  slow.close();
});
