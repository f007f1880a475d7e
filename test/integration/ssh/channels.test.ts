import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import net, { type AddressInfo } from 'node:net';
import path from 'node:path';
import type { Duplex } from 'node:stream';
import { text } from 'node:stream/consumers';
import { after, before, test } from 'node:test';
import type { BuiltinConnection } from '../../../src/core/ssh/builtin/builtinConnection.ts';
import { hostConfig, sshdConfig } from '../../support/hostConfig.ts';
import { startServer } from '../../support/scriptedServer.ts';
import { connectTo, problemOf } from '../../support/ssh.ts';
import { type Sshd, startSshd } from '../../support/sshd.ts';
import { until } from '../../support/until.ts';

let sshd: Sshd;
let connection: BuiltinConnection;
const servers: net.Server[] = [];
before(async () => {
  sshd = await startSshd();
  connection = await connectTo(sshdConfig(sshd));
});
after(async () => {
  await connection.close();
  await sshd.stop();
  for (const server of servers) server.close();
});

const signal = (): AbortSignal => AbortSignal.timeout(30_000);

async function listen(
  onSocket: (socket: net.Socket) => void,
  where: number | string = 0,
  host = '127.0.0.1',
): Promise<number> {
  const server = net.createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => undefined);
    onSocket(socket);
  });
  servers.push(server);
  if (typeof where === 'string') server.listen(where);
  else server.listen(where, host);
  await once(server, 'listening');
  return typeof where === 'string' ? 0 : (server.address() as AddressInfo).port;
}

const dial = (port: number): Promise<Duplex> => connection.dial({ kind: 'tcp', host: '127.0.0.1', port }, signal());

async function noChannelsLeft(): Promise<void> {
  await until('no channel is open', () => connection.openChannels() === 0);
}

/** More than all windows and buffers on the route hold together. */
const LOTS = 24 * 1024 * 1024;
const PATTERN = Buffer.from(Array.from({ length: 65_537 }, (_, index) => index % 251));

/** Writes as fast as the stream accepts, then ends it. Returns the hash of the sent bytes. */
async function pour(stream: Duplex | net.Socket, bytes: number): Promise<string> {
  const hash = createHash('sha256');
  for (let sent = 0; sent < bytes;) {
    const chunk = PATTERN.subarray(0, Math.min(PATTERN.length, bytes - sent));
    hash.update(chunk);
    sent += chunk.length;
    if (!stream.write(chunk)) await once(stream, 'drain');
  }
  stream.end();
  return hash.digest('hex');
}

async function drain(stream: Duplex | net.Socket): Promise<string> {
  const hash = createHash('sha256');
  stream.on('data', (chunk: Buffer) => hash.update(chunk));
  await once(stream, 'end');
  return hash.digest('hex');
}

/** What each client of a server sent and received. Another program on this machine may probe a new server. */
function collector<T>(serve: (socket: net.Socket) => Promise<T>): {
  readonly onSocket: (socket: net.Socket) => void;
  readonly all: () => Promise<(T | undefined)[]>;
} {
  const results: Promise<T | undefined>[] = [];
  return {
    onSocket: (socket) => void results.push(serve(socket).catch(() => undefined)),
    all: () => Promise.all(results),
  };
}

void test('large transfers in both directions at once lose no byte', async () => {
  const { onSocket, all } = collector((socket) => Promise.all([drain(socket), pour(socket, LOTS)]));
  const stream = await dial(await listen(onSocket));
  const [received, sent] = await Promise.all([drain(stream), pour(stream, LOTS)]);
  const sums = await all();
  assert.ok(
    sums.some((sum) => sum?.[0] === sent && sum[1] === received),
    JSON.stringify({ received, sent, sums }),
  );
  await noChannelsLeft();
});

void test('after our EOF, a large transfer from the peer arrives whole', async () => {
  const { onSocket, all } = collector(async (socket) => {
    await drain(socket);
    return pour(socket, LOTS);
  });
  const stream = await dial(await listen(onSocket));
  stream.end('request');
  const received = await drain(stream);
  assert.ok((await all()).includes(received));
  await noChannelsLeft();
});

void test("after the peer's EOF, a large transfer from us arrives whole", async () => {
  const { onSocket, all } = collector((socket) => {
    socket.end('hello');
    return drain(socket);
  });
  const stream = await dial(await listen(onSocket));
  stream.resume();
  await once(stream, 'end');
  const sent = await pour(stream, LOTS);
  assert.ok((await all()).includes(sent));
  await noChannelsLeft();
});

void test('a reader that stops bounds the memory, and stalls no other channel', async () => {
  let written = 0;
  const port = await listen((socket) => {
    const write = (): void => {
      while (written < 256 * 1024 * 1024 && socket.write(PATTERN)) written += PATTERN.length;
    };
    socket.on('drain', write);
    write();
  });
  const stopped = await dial(port);
  await once(stopped, 'readable');
  const echo = await listen((socket) => socket.pipe(socket));
  for (let round = 0; round < 50; round++) {
    const stream = await dial(echo);
    stream.end('still alive');
    assert.equal(await text(stream), 'still alive');
  }
  assert.ok(written < 64 * 1024 * 1024, `${written} bytes were taken from the server`);
  stopped.destroy();
  await noChannelsLeft();
});

void test('five hundred half-closing connections at once all get their reply', async () => {
  const port = await listen((socket) => {
    let request = '';
    socket.on('data', (chunk: Buffer) => (request += chunk.toString()));
    socket.on('end', () => socket.end(`${request}!`));
  });
  const replies = await Promise.all(
    Array.from({ length: 500 }, async (_, index) => {
      const stream = await dial(port);
      stream.end(`request ${index}`);
      return text(stream);
    }),
  );
  assert.deepEqual(
    replies,
    replies.map((_, index) => `request ${index}!`),
  );
  await noChannelsLeft();
});

void test('aborted downloads and uploads leave no channel behind', async () => {
  const port = await listen((socket) => void pour(socket.resume(), LOTS).catch(() => undefined));
  await Promise.all(
    Array.from({ length: 20 }, async (_, index) => {
      const stream = await dial(port);
      if (index % 2) await once(stream, 'readable');
      else stream.write(Buffer.alloc(4 * 1024 * 1024));
      stream.destroy();
      await once(stream, 'close');
    }),
  );
  await noChannelsLeft();
});

void test('connect and close a hundred times', async () => {
  const port = await listen((socket) => socket.destroy());
  for (let round = 0; round < 100; round++) {
    const stream = await dial(port);
    stream.resume().end();
    await once(stream, 'close');
  }
  await noChannelsLeft();
});

void test('a destination that closes while we write ends the stream without an error', async () => {
  const port = await listen((socket) => socket.once('data', () => socket.end('enough', () => socket.destroy())));
  const stream = await dial(port);
  stream.on('error', (error) => assert.fail(error));
  let received = '';
  stream.on('data', (chunk: Buffer) => (received += chunk.toString()));
  // sshd notices the closed destination when it fails to pass our data on.
  await until('the stream closes', () => stream.closed || void stream.write('go on'));
  assert.equal(received, 'enough');
  await noChannelsLeft();
});

void test('a channel that opens after its dial was aborted is closed', async () => {
  const port = await listen((socket) => socket.pipe(socket));
  const stop = new AbortController();
  const attempt = connection.dial({ kind: 'tcp', host: '127.0.0.1', port }, stop.signal);
  stop.abort(new Error('too slow'));
  await assert.rejects(attempt, /too slow/);
  await noChannelsLeft();
});

void test('a Unix socket of the remote is dialled', async () => {
  const socketPath = path.join(sshd.folder, 'service.sock');
  await listen((socket) => socket.end('from the socket'), socketPath);
  const stream = await connection.dial({ kind: 'unix', path: socketPath }, signal());
  stream.end();
  assert.equal(await text(stream), 'from the socket');
  await noChannelsLeft();
});

void test('a remote Unix socket passes its connections on', async () => {
  const socketPath = path.join(sshd.folder, 'remote.sock');
  const listener = await connection.listenRemote(
    { kind: 'unix', path: socketPath },
    (incoming) => incoming.accept().end('hello from here'),
    signal(),
  );
  const socket = net.connect(socketPath);
  assert.equal(await text(socket), 'hello from here');
  await listener.close();
  await noChannelsLeft();
});

void test('an incoming connection that is rejected is closed', async () => {
  const bind = { kind: 'tcp', host: 'localhost', port: 0 } as const;
  const listener = await connection.listenRemote(bind, (incoming) => incoming.reject(), signal());
  const socket = net.connect(listener.port, '127.0.0.1');
  assert.equal(await text(socket.on('error', () => undefined)).catch(() => ''), '');
  await listener.close();
  await noChannelsLeft();
});

void test('a remote bind to a taken port is refused, and the connection stays', async () => {
  const port = await listen(() => undefined);
  await listen(() => undefined, port, '::1'); // sshd succeeds if it can bind one of the two
  const bind = { kind: 'tcp', host: 'localhost', port } as const;
  const problem = await problemOf(connection.listenRemote(bind, () => undefined, signal()));
  assert.deepEqual(problem, { code: 'remoteBindRefused', bind });
  assert.ok((await connection.ping(signal())) > 0);
});

void test('a prohibited dial is reported apart from a failed one', async () => {
  const strict = await startSshd({ config: ['AllowTcpForwarding no'] });
  const restricted = await connectTo(sshdConfig(strict));
  const to = { kind: 'tcp', host: '127.0.0.1', port: 80 } as const;
  assert.equal((await problemOf(restricted.dial(to, signal()))).code, 'forwardingProhibited');
  await restricted.close();
  await strict.stop();
});

void test('a server that allows no session refuses a command and still forwards', async () => {
  const strict = await startSshd({ config: ['MaxSessions 0'] });
  const restricted = await connectTo(sshdConfig(strict));
  assert.equal((await problemOf(restricted.exec('true', signal()))).code, 'execRefused');
  const port = await listen((socket) => socket.end('reached'));
  const stream = await restricted.dial({ kind: 'tcp', host: '127.0.0.1', port }, signal());
  stream.end();
  assert.equal(await text(stream), 'reached');
  await restricted.close();
  await strict.stop();
});

void test('closing a command settles its exit at once, and its channel closes when the command ends', async () => {
  const channel = await connection.exec('echo $$; exec sleep 600', signal());
  const [line] = (await once(channel.stdout, 'data')) as [Buffer];
  const pid = Number(line.toString());
  channel.close();
  assert.deepEqual(await channel.exit, { status: undefined });
  process.kill(pid, 'SIGTERM'); // sshd does not end a process that ignores its pipes
  await noChannelsLeft();
});

void test('a killed connection ends open streams with an error, and pending requests reject', async () => {
  const doomed = await startSshd();
  const opened = await connectTo(sshdConfig(doomed));
  const port = await listen((socket) => socket.pipe(socket));
  const stream = await opened.dial({ kind: 'tcp', host: '127.0.0.1', port }, signal());
  const channel = await opened.exec('sleep 600', signal());
  const died = once(stream, 'error');
  stream.on('end', () => assert.fail('a clean end'));
  await doomed.kill();
  const [error] = (await died) as [{ problem: unknown }];
  assert.deepEqual(error.problem, { code: 'linkLost' });
  assert.equal((await opened.closed).kind, 'lost');
  assert.deepEqual(await channel.exit, { status: undefined });
  const later = opened.dial({ kind: 'tcp', host: '127.0.0.1', port }, signal());
  assert.equal((await problemOf(later)).code, 'linkLost');
  assert.equal((await problemOf(opened.exec('true', signal()))).code, 'linkLost');
  await assert.rejects(opened.ping(signal()));
  await opened.close();
  await doomed.stop();
});

void test('data that arrives after a channel was closed grants no window', async () => {
  const heard: string[] = [];
  const server = await startServer(
    (context) => context.accept(),
    { debug: (line) => heard.push(line) },
    (client) =>
      client.on(
        'tcpip',
        (accept) =>
          void accept()
            .on('error', () => undefined)
            .write(Buffer.alloc(LOTS)),
      ),
  );
  const { port, knownHostsFile } = server;
  const opened = await connectTo(hostConfig({ port, userKnownHostsFiles: [knownHostsFile] }));
  try {
    const stream = await opened.dial({ kind: 'tcp', host: 'there', port: 1 }, signal());
    await once(stream.resume(), 'data');
    stream.destroy();
    await until('it is closed', () => opened.openChannels() === 0);
    await opened.ping(signal()).catch(() => undefined); // when the answer is here, all earlier data has arrived
    const messages = heard.flatMap((line) => / Inbound: CHANNEL_(?<name>\w+) \(/u.exec(line)?.groups?.['name'] ?? []);
    assert.deepEqual(messages.slice(messages.indexOf('CLOSE')), ['CLOSE']);
  } finally {
    await opened.close();
    server.close();
  }
});

test('a server that stops answering is given up after the unanswered keepalives', async () => {
  const frozen = await startServer((context) => context.accept());
  const config = hostConfig({ port: frozen.port, userKnownHostsFiles: [frozen.knownHostsFile] });
  const opened = await connectTo({ ...config, serverAliveIntervalMs: 50, serverAliveCountMax: 2 });
  assert.ok((await opened.ping(signal())) > 0);
  for (const client of frozen.clients) Reflect.set(client, 'noMoreData', frozenSocket(client));
  assert.deepEqual(await opened.closed, { kind: 'lost', why: 'keepalive', detail: '' });
  frozen.close();
});

/** Stops reading from the client, like a machine that lost its network. */
function frozenSocket(client: object): void {
  const socket: unknown = Reflect.get(client, '_sock');
  if (socket instanceof net.Socket) socket.pause();
}

void test('closing twice is safe, and the end says that we closed', async () => {
  const opened = await connectTo(sshdConfig(sshd));
  const port = await listen((socket) => socket.pipe(socket));
  const stream = await opened.dial({ kind: 'tcp', host: '127.0.0.1', port }, signal());
  await Promise.all([opened.close(), opened.close()]);
  assert.deepEqual(await opened.closed, { kind: 'closed' });
  assert.ok(stream.destroyed);
});
