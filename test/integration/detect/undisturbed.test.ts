import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import net from 'node:net';
import { after, before, describe, test } from 'node:test';
import { never } from '../../../src/base/delay.ts';
import type { SeenPort } from '../../../src/core/session/state.ts';
import { start, stop } from '../../support/child.ts';
import { freePort, freeServerPort } from '../../support/freePort.ts';
import { type TestSessions } from '../../support/sessions.ts';
import { type Sshd } from '../../support/sshd.ts';
import { until } from '../../support/until.ts';
import { type WatchedHost, watchHost } from './watchedHost.ts';

const python = '/usr/bin/python3';

/** A login listener that serves one request and prints it, as CLI tools and libraries do. */
const login = (port: number): string => `
import http.server
class Redirect(http.server.BaseHTTPRequestHandler):
  def do_GET(self):
    self.send_response(200); self.end_headers(); self.wfile.write(b"logged in"); print(self.path, flush=True)
  def log_message(self, *_): pass
http.server.HTTPServer(("127.0.0.1", ${port}), Redirect).handle_request()
`;

/** A debugger on a socket, like rpdb: it serves only its first client. */
const debuggerOn = (port: number): string => `
import pdb, socket
server = socket.socket(); server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
server.bind(("127.0.0.1", ${port})); server.listen(1)
client, _ = server.accept(); stream = client.makefile("rw", buffering=1)
pdb.Pdb(stdin=stream, stdout=stream).set_trace()
done = True
`;

/** Serves only one client, with the backlog of an ordinary server. */
const oneClient = (port: number): string => `
import socket
client, _ = socket.create_server(("127.0.0.1", ${port}), backlog=128).accept()
print(client.recv(100), flush=True)
`;

void describe('a program that serves one client', { timeout: 120_000 }, () => {
  let devbox: WatchedHost;
  let sshd: Sshd;
  let app: TestSessions;
  let folder: string;

  before(async () => {
    devbox = await watchHost();
    ({ sshd, app, folder } = devbox);
  });
  after(() => devbox.stop());

  /** Runs a program until the watch has seen and judged its port. */
  async function withProgram(
    { port, run, uid }: { readonly port: number; readonly run: readonly [string, ...string[]]; readonly uid?: number },
    use: (seen: SeenPort, said: () => string, child: ChildProcess) => Promise<void>,
  ): Promise<void> {
    const [program, ...args] = run;
    const child = start(program, args, { cwd: folder, ...(uid !== undefined && { uid, gid: uid }) });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => (said += String(chunk)));
    try {
      const seen = await until('the program to be judged', () => {
        if (child.exitCode !== null) throw new Error(`the program has ended: ${said}`);
        const found = app.host().remotePorts.find((each) => each.port === port);
        return found?.program && found;
      });
      await use(seen, () => said, child);
    } finally {
      await stop(child);
    }
  }

  for (const [where, choose] of [
    ['a random port', freePort],
    ['a port of its own', freeServerPort],
    ['a usual port of dev servers, in a project folder', async () => 8080],
  ] as const) {
    void test(`a login at ${where} is left to the browser`, async () => {
      const port = await choose();
      await withProgram({ port, run: [python, '-c', login(port)] }, async (seen, said) => {
        assert.equal(seen.program?.isUnasked, true);
        const response = await fetch(`http://127.0.0.1:${port}/callback?code=1`);
        assert.equal(await response.text(), 'logged in');
        await until('its own request', () => said() !== '');
        assert.equal(said(), '/callback?code=1\n');
      });
    });
  }

  for (const [where, choose] of [
    ['port 4444', async () => 4444],
    ['a free port', freeServerPort],
    ['a usual port of dev servers', async () => 5000],
  ] as const) {
    void test(`a debugger at ${where} waits for its client, also when the port is forwarded by hand`, async () => {
      const port = await choose();
      await withProgram({ port, run: [python, '-c', debuggerOn(port)] }, async (seen) => {
        assert.equal(seen.program?.role, 'unknown');
        assert.equal(app.forwardOf(port), undefined);
        const forward = await app.sessions.forwardPort('devbox', port, never);
        const client = net.connect(port, '127.0.0.1');
        try {
          const [greeting] = (await once(client, 'data')) as [Buffer];
          assert.match(String(greeting), /^> /u);
        } finally {
          client.destroy();
          await app.sessions.stopForward('devbox', forward.id);
        }
      });
    });
  }

  void test('an ssh -L on the remote carries no question to another machine', async () => {
    let arrived = 0;
    const database = net.createServer((socket) => {
      arrived += 1;
      socket.end('HTTP/1.1 200 OK\r\n\r\n<title>Not yours</title>');
    });
    await once(database.listen(0, '127.0.0.1'), 'listening');
    const to = (database.address() as net.AddressInfo).port;
    const port = 3000;
    const run = ['ssh', '-F', sshd.configFile, '-N', '-L', `${port}:127.0.0.1:${to}`, 'devbox'] as const;
    try {
      await withProgram({ port, run }, async ({ program }) => {
        assert.equal(program?.framework, 'ssh-tunnel');
        assert.equal(app.forwardOf(port), undefined);
        assert.equal(arrived, 0);
        await app.sessions.forwardPort('devbox', port, never);
        await app.page(port);
        assert.equal(arrived, 1, 'the user’s own request and no other');
      });
    } finally {
      database.close();
    }
  });

  void test(
    'the server of another user keeps its one client, also when the port is forwarded by hand',
    { skip: process.getuid?.() !== 0 && 'needs root' },
    async () => {
      const port = await freeServerPort();
      await withProgram({ port, run: [python, '-c', oneClient(port)], uid: 65_534 }, async (seen, said) => {
        assert.equal(seen.owner, 'other');
        const forward = await app.sessions.forwardPort('devbox', port, never);
        net.connect(port, '127.0.0.1').end('mine');
        await until('its client', () => said() !== '');
        assert.equal(said(), "b'mine'\n");
        await app.sessions.stopForward('devbox', forward.id);
      });
    },
  );

  void test('a program that was not asked is asked when the user forwards its port, or asks for it', async () => {
    const serve = (port: number): string =>
      `from wsgiref.simple_server import make_server, demo_app\nmake_server("127.0.0.1", ${port}, demo_app).serve_forever()`;
    const program = (port: number) => app.host().remotePorts.find((each) => each.port === port)?.program;
    for (const ask of [
      (port: number) => app.sessions.forwardPort('devbox', port, never),
      (port: number) => app.sessions.askProgram('devbox', port),
    ]) {
      const port = await freePort();
      await withProgram({ port, run: [python, '-c', serve(port)] }, async (seen) => {
        assert.equal(seen.program?.isUnasked, true);
        await ask(port);
        await until('its answer', () => program(port)?.framework === 'python-wsgi');
        assert.equal(program(port)?.isUnasked, undefined);
      });
    }
  });
});
