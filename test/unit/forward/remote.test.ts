import assert from 'node:assert/strict';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { type Duplex, duplexPair } from 'node:stream';
import { type TestContext, test } from 'node:test';
import { never } from '../../../src/base/delay.ts';
import { UserError } from '../../../src/base/userError.ts';
import type { RelayProblem } from '../../../src/core/forward/connections.ts';
import type { IncomingConnection, ListenRemote } from '../../../src/core/forward/dial.ts';
import { type RemoteForward, type RemoteForwardOptions, openRemoteForward } from '../../../src/core/forward/remote.ts';
import type { Bind } from '../../../src/core/spec/spec.ts';
import { freePort } from '../../support/freePort.ts';
import { posixOnly } from '../../support/posixOnly.ts';
import { until } from '../../support/until.ts';
import { readAll, serve } from './loopback.ts';

/** The server's side of -R, as a forward sees it. */
class Server {
  readonly asked: Bind[] = [];
  closed = 0;
  rejected = 0;
  refuses = false;
  #onConnection: (connection: IncomingConnection) => void = () => undefined;
  readonly listen: ListenRemote = async (bind, onConnection) => {
    this.asked.push(bind);
    if (this.refuses) throw new UserError({ code: 'remoteBindRefused', bind });
    this.#onConnection = onConnection;
    const port = bind.kind === 'unix' ? 0 : bind.port || 43210;
    return { port, close: async () => void this.closed++ };
  };

  /** Connects a client at the server. Resolves with the client's end after the forward accepts. */
  connect(): Promise<Duplex> {
    return new Promise((resolve, reject) => {
      this.#onConnection({
        originHost: '127.0.0.1',
        originPort: 1,
        accept: () => {
          const [theirs, ours] = duplexPair();
          resolve(theirs);
          return ours;
        },
        reject: () => {
          this.rejected++;
          reject(new Error('refused'));
        },
      });
    });
  }
}

interface Opened {
  readonly server: Server;
  readonly forward: RemoteForward;
  readonly problems: readonly RelayProblem[];
}

async function open(t: TestContext, options: Omit<RemoteForwardOptions, 'onProblem'>): Promise<Opened> {
  const server = new Server();
  const problems: RelayProblem[] = [];
  const forward = await openRemoteForward(
    { ...options, onProblem: (problem) => problems.push(problem) },
    server.listen,
    never,
  );
  t.after(() => forward.close());
  return { server, forward, problems };
}

const bind: Bind = { kind: 'tcp', host: undefined, port: 0 };
const to = (port: number) => ({ kind: 'tcp', host: 'localhost', port }) as const;

async function text(stream: Duplex): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

void test('a connection at the server reaches the local destination, with half-close', async (t) => {
  const here = await serve(t, async (socket) => {
    socket.end(`heard ${(await readAll(socket)).toString()}`);
  });
  const { server, forward } = await open(t, { spec: { kind: 'remote', bind, to: to(here.port) } });
  const client = await server.connect();
  client.end('hello');
  assert.equal(await text(client), 'heard hello');
  await until('it is over', () => forward.traffic().openConnections === 0);
  assert.deepEqual(forward.traffic(), {
    openConnections: 0,
    totalConnections: 1,
    bytesToRemote: 11,
    bytesFromRemote: 5,
  });
});

void test('the next connection requests the port that the server chose', async (t) => {
  const { server, forward } = await open(t, { spec: { kind: 'remote', bind, to: to(1) } });
  assert.deepEqual(forward.bound, [{ kind: 'tcp', address: 'localhost', port: 43210 }]);
  const next = new Server();
  await forward.attach(next.listen, never);
  assert.deepEqual(server.asked, [bind]);
  assert.deepEqual(next.asked, [{ ...bind, port: 43210 }]);
  assert.deepEqual(forward.bound, [{ kind: 'tcp', address: 'localhost', port: 43210 }]);
});

void test('attach fails while the lost connection holds the port, and a later attach succeeds', async (t) => {
  const here = await serve(t, (socket) => socket.end('hello'));
  const { forward } = await open(t, { spec: { kind: 'remote', bind, to: to(here.port) } });
  const next = new Server();
  next.refuses = true;
  await assert.rejects(
    forward.attach(next.listen, never),
    (error: UserError) => error.problem.code === 'remoteBindRefused',
  );
  next.refuses = false;
  await forward.attach(next.listen, never);
  const client = await next.connect();
  client.end();
  assert.equal(await text(client), 'hello');
});

void test('a refused local connection is rejected and reported, and the forward goes on', async (t) => {
  const port = await freePort();
  const { server, problems, forward } = await open(t, { spec: { kind: 'remote', bind, to: to(port) } });
  await assert.rejects(server.connect(), { message: 'refused' });
  await until('it is told', () => problems.length === 1);
  const [problem] = problems;
  assert.equal(problem?.code, 'localConnectFailed');
  assert.deepEqual(problem, { ...problem, to: to(port), reason: 'refused' });
  assert.equal(forward.traffic().openConnections, 0);
});

void test('a reset by the local server is no clean end at the remote', async (t) => {
  const here = await serve(t, (socket) => socket.once('data', () => socket.resetAndDestroy()));
  const { server, forward } = await open(t, { spec: { kind: 'remote', bind, to: to(here.port) } });
  const client = await server.connect();
  let hasEnded = false;
  client.on('end', () => (hasEnded = true)).resume();
  client.write('hello');
  await until('it is over', () => forward.traffic().openConnections === 0);
  assert.equal(hasEnded, false);
});

void test('the destination may be a local Unix socket', { skip: posixOnly }, async (t) => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'forward-'));
  t.after(() => fs.rmSync(folder, { recursive: true }));
  const file = path.join(folder, 'server.sock');
  const here = net.createServer((socket) => socket.end('hello')).listen(file);
  t.after(() => here.close());
  const { server, forward } = await open(t, {
    spec: { kind: 'remote', bind: { kind: 'unix', path: '/tmp/there.sock' }, to: { kind: 'unix', path: file } },
  });
  assert.deepEqual(forward.bound, [{ kind: 'unix', path: '/tmp/there.sock' }]);
  const client = await server.connect();
  client.end();
  assert.equal(await text(client), 'hello');
});

void test('close ends the listener and its connections, and later connections are refused', async (t) => {
  const here = await serve(t, (socket) => socket.write('hello'));
  const { server, forward } = await open(t, { spec: { kind: 'remote', bind, to: to(here.port) } });
  const client = await server.connect();
  client.resume();
  await until('it is carried', () => here.open() === 1);
  await forward.close();
  assert.equal(server.closed, 1);
  await until('the server here has none left', () => here.open() === 0);
  await assert.rejects(server.connect(), { message: 'refused' });
});

void test('a closed forward does not listen on the next connection', async (t) => {
  const { forward } = await open(t, { spec: { kind: 'remote', bind, to: to(1) } });
  await forward.close();
  const next = new Server();
  await forward.attach(next.listen, never);
  assert.equal(next.closed, 1);
});

const socksRequest = (port: number): Buffer => Buffer.from([5, 1, 0, 5, 1, 0, 1, 127, 0, 0, 1, port >> 8, port & 255]);

void test('without a destination it is a SOCKS proxy that connects from this machine', async (t) => {
  const here = await serve(t, (socket) => socket.end('hello'));
  const { server } = await open(t, { spec: { kind: 'remoteDynamic', bind } });
  const client = await server.connect();
  client.end(socksRequest(here.port));
  const answer = await text(client);
  assert.equal(answer.slice(-5), 'hello');
  assert.equal(answer.charCodeAt(3), 0);
});

void test('PermitRemoteOpen limits the destinations of the remote SOCKS proxy', async (t) => {
  const here = await serve(t, (socket) => socket.end('hello'));
  const other = await serve(t, (socket) => socket.end('secret'));
  const { server, problems } = await open(t, {
    spec: { kind: 'remoteDynamic', bind },
    permitRemoteOpen: [`127.0.0.1:${here.port}`],
  });
  const permitted = await server.connect();
  permitted.end(socksRequest(here.port));
  assert.equal((await text(permitted)).slice(-5), 'hello');
  const refused = await server.connect();
  refused.end(socksRequest(other.port));
  assert.equal((await text(refused)).charCodeAt(3), 2);
  await until('it is told', () => problems.length === 1);
  assert.equal(other.open(), 0);
});
