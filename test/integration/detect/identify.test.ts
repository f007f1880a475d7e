import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import type { Duplex, Readable, Writable } from 'node:stream';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { never } from '../../../src/base/delay.ts';
import { type DialPort, identify } from '../../../src/core/detect/identify/identify.ts';
import type { Exec } from '../../../src/core/detect/exec.ts';
import type { RemotePort } from '../../../src/core/detect/remotePort.ts';
import { type PortWatch, watchPorts } from '../../../src/core/detect/watch.ts';
import { kill, start, stop } from '../../support/child.ts';
import { freeServerPort } from '../../support/freePort.ts';
import { startSessions, type TestSessions } from '../../support/sessions.ts';
import { type Sshd, startSshd } from '../../support/sshd.ts';
import { installModules } from '../../support/npmModules.ts';
import { sshExec } from '../../support/sshExec.ts';
import { until } from '../../support/until.ts';
import { npmPackages, npmServers, type RealServer, realServers } from './servers.ts';

let sshd: Sshd;
let watch: PortWatch;
let ports: readonly RemotePort[] = [];
let modules: string | undefined;
let app: TestSessions;
before(async () => {
  sshd = await startSshd({ config: ['SetEnv HOME=/nonexistent'] });
  watch = watchPorts({ exec: sshExec(sshd), onPorts: (now) => (ports = now) });
  modules = await installModules(npmPackages);
  app = await startSessions(sshd.configFile);
  await app.sessions.connect('devbox', never);
  await until('the first listing', () => app.host().detection.kind === 'watching');
});
after(async () => {
  await app.sessions.close();
  await watch.close();
  await sshd.stop();
  if (modules) fs.rmSync(modules, { recursive: true, force: true });
});

for (const server of realServers) {
  const [program] = server.run(1, '.');
  const isMissing = !fs.existsSync(program);
  const skip = isMissing && !process.env['CI'] ? `needs Debian's ${server.debian}` : false;
  void test(
    `${server.name} is seen and recognised, and forwarded if it is a dev server`,
    { skip, timeout: 60_000 },
    async () => {
      assert.ok(!isMissing, `needs Debian's ${server.debian}`);
      await withServer(server, isRecognised(server));
    },
  );
}

for (const server of npmServers) {
  void test(
    `${server.name} is seen and recognised, and forwarded if it is a dev server`,
    { timeout: 60_000 },
    async (t) => {
      if (!modules) return t.skip('npm could not install it');
      await withServer(server, isRecognised(server));
    },
  );
}

void test('the hot-reload port of vite is forwarded and not announced', { timeout: 60_000 }, async (t) => {
  if (!modules) return t.skip('npm could not install it');
  const vite = npmServers.find(({ name }) => name === 'vite');
  assert.ok(vite);
  const hot = await freeServerPort();
  const files = (): Readonly<Record<string, string>> => ({
    'index.html': '<title>Hello</title>',
    'vite.config.mjs': `export default { server: { hmr: { port: ${hot} } } }`,
  });
  await withServer({ ...vite, files }, async ({ port }) => {
    await until('both forwards', () => [port, hot].every((each) => app.forwardOf(each)?.status.kind === 'open'));
    await until('the notice', () => app.announced.includes(port));
    const seen = app.host().remotePorts.find((each) => each.port === hot);
    assert.deepEqual([seen?.program?.framework, seen?.program?.scheme], ['websocket', undefined]);
    assert.equal(app.announced.includes(hot), false);
  });
});

void test('sshd is recognised without a request', async () => {
  const remotePort = await until('sshd', () => ports.find(({ port }) => port === sshd.port));
  const program = await identify({ remotePort, dial: counted().dial, occasion: 'seen' }, AbortSignal.timeout(20_000));
  assert.equal(program.framework, 'ssh');
  assert.equal(program.role, 'infrastructure');
});

/** Runs commands of the watch as another user of this machine. */
const asNobody: Exec = async (command) => {
  const child = start('/bin/sh', ['-c', command], { stdio: 'pipe', uid: nobody, gid: nobody, cwd: '/' });
  return {
    stdin: child.stdin as Writable,
    stdout: child.stdout as Readable,
    stderr: child.stderr as Readable,
    exit: new Promise((resolve) => child.once('close', (status) => resolve({ status: status ?? undefined }))),
    close: () => kill(child, 'SIGTERM'),
  };
};
const nobody = 65_534;

void test(
  'a server that hides its process from its own user, as with a file capability, is a dev server',
  { skip: process.getuid?.() !== 0 && 'needs root', timeout: 60_000 },
  async () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'capable-'));
    fs.chmodSync(folder, 0o755);
    const node = path.join(folder, 'node');
    fs.copyFileSync(process.execPath, node);
    await promisify(execFile)('/usr/sbin/setcap', ['cap_net_bind_service=ep', node]);
    const port = await freeServerPort();
    const code = `require("http").createServer((q, r) => r.end("hello")).listen(${port}, "127.0.0.1")`;
    const child = start(node, ['-e', code], { uid: nobody, gid: nobody, cwd: '/' });
    let listed: readonly RemotePort[] = [];
    const theirs = watchPorts({ exec: asNobody, onPorts: (now) => (listed = now) });
    try {
      const remotePort = await until('the port', () => listed.find((each) => each.port === port));
      assert.deepEqual([remotePort.owner, remotePort.process], ['self', undefined]);
      const dials = counted();
      const program = await identify({ remotePort, dial: dials.dial, occasion: 'seen' }, AbortSignal.timeout(20_000));
      assert.deepEqual([program.role, program.scheme, dials.count()], ['devServer', 'http', 1]);
    } finally {
      await theirs.close();
      await stop(child);
      fs.rmSync(folder, { recursive: true, force: true });
    }
  },
);

type Use = (remotePort: RemotePort, dials: ReturnType<typeof counted>) => Promise<void>;

const isRecognised =
  ({ expect: { framework, role, scheme, title, path: page, isUnasked } }: RealServer): Use =>
  async (remotePort, dials) => {
    const program = await identify({ remotePort, dial: dials.dial, occasion: 'seen' }, AbortSignal.timeout(20_000));
    assert.deepEqual(
      { framework: program.framework, role: program.role, scheme: program.scheme },
      { framework, role, scheme },
    );
    if (title !== undefined) assert.equal(program.title, title);
    assert.equal(program.path, page);
    // One request, a second one for TLS, and no request to a server that does not speak HTTP.
    assert.equal(dials.count(), isUnasked || role === 'database' ? 0 : scheme === 'https' ? 2 : 1);
    assert.equal(program.isUnasked, isUnasked);
    const { port } = remotePort;
    if (role === 'devServer') await until('its forward', () => app.forwardOf(port)?.status.kind === 'open');
    else await until('its name', () => app.host().remotePorts.find((each) => each.port === port)?.program);
    assert.equal(app.forwardOf(port) !== undefined, role === 'devServer');
  };

async function withServer(server: RealServer, use: Use): Promise<void> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'server-'));
  fs.chmodSync(folder, 0o755);
  if (modules) fs.symlinkSync(path.join(modules, 'node_modules'), path.join(folder, 'node_modules'));
  const port = server.port ?? (await freeServerPort());
  for (const [name, text] of Object.entries(server.files?.(port, folder) ?? {})) {
    fs.mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    fs.writeFileSync(path.join(folder, name), text);
  }
  const [program, ...args] = server.run(port, folder);
  const child = start(program, args, { cwd: folder, env: { ...process.env, HOME: folder, ...server.env } });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => (said += chunk.toString()));
  try {
    const remotePort = await until(`${server.name} to be seen`, () => {
      if (child.exitCode !== null) throw new Error(said);
      return ports.find((each) => each.port === port);
    });
    assert.equal(remotePort.owner, 'self');
    assert.ok(remotePort.process?.commandLine);
    await use(remotePort, counted());
  } finally {
    await stop(child);
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

function counted(): { readonly dial: DialPort; readonly count: () => number } {
  let count = 0;
  const dial: DialPort = ({ host, port }) => {
    count += 1;
    const socket = net.connect({ host, port, allowHalfOpen: true });
    return new Promise<Duplex>((resolve, reject) => {
      socket.once('connect', () => resolve(socket));
      socket.once('error', reject);
    });
  };
  return { dial, count: () => count };
}
