import assert from 'node:assert/strict';
import { once } from 'node:events';
import net from 'node:net';
import { after, before, test } from 'node:test';
import { buffer, text } from 'node:stream/consumers';
import type { Connection } from '../../../src/core/ssh/connection.ts';
import { freePort } from '../../support/freePort.ts';
import { sshdConfig } from '../../support/hostConfig.ts';
import { connectTo, problemOf } from '../../support/ssh.ts';
import { type Sshd, startSshd } from '../../support/sshd.ts';

const signal = (): AbortSignal => AbortSignal.timeout(20_000);
let sshd: Sshd;
let connection: Connection;
before(async () => {
  sshd = await startSshd();
  connection = await connectTo(sshdConfig(sshd));
});
after(async () => {
  await connection.close();
  await sshd.stop();
});

async function serve(onSocket: (socket: net.Socket) => void): Promise<{ port: number; close: () => void }> {
  const server = net.createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => undefined);
    onSocket(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { port: (server.address() as net.AddressInfo).port, close: () => server.close() };
}

void test('the facts contain the negotiated algorithms', () => {
  assert.equal(connection.facts.transport, 'builtin');
  assert.match(connection.facts.serverVersion, /^SSH-2\.0-OpenSSH/);
  assert.equal(connection.facts.cipher, 'aes128-gcm@openssh.com');
  assert.equal(connection.facts.hostKey, 'ssh-ed25519');
  assert.equal(connection.facts.authMethod, 'publickey id_ed25519');
  assert.deepEqual(connection.facts.via, []);
});

void test('a command runs and gives output, errors and status', async () => {
  const channel = await connection.exec('cat; echo oops >&2; exit 3', signal());
  channel.stdin.end('hello');
  assert.equal(await text(channel.stdout), 'hello');
  assert.equal(await text(channel.stderr), 'oops\n');
  assert.deepEqual(await channel.exit, { status: 3 });
});

void test('a request that ends with an EOF gets its whole reply', async () => {
  const server = await serve((socket) => {
    const chunks: Buffer[] = [];
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    socket.on('end', () => socket.end(Buffer.concat(chunks)));
  });
  const stream = await connection.dial({ kind: 'tcp', host: '127.0.0.1', port: server.port }, signal());
  const request = Buffer.alloc(8 * 1024 * 1024, 'abcdefg');
  stream.end(request);
  const reply = await buffer(stream);
  assert.ok(reply.equals(request));
  server.close();
});

void test('a closed port is reported apart from a prohibited one', async () => {
  const to = { kind: 'tcp', host: '127.0.0.1', port: await freePort() } as const;
  const problem = await problemOf(connection.dial(to, signal()));
  assert.equal(problem.code, 'connectFailed');
});

void test('a remote listener reports its real port and passes its connections on', async () => {
  const listener = await connection.listenRemote(
    { kind: 'tcp', host: undefined, port: 0 },
    (incoming) => {
      const stream = incoming.accept();
      stream.pipe(stream);
    },
    signal(),
  );
  const socket = net.connect(listener.port, '127.0.0.1');
  socket.end('through the remote');
  assert.equal(await text(socket), 'through the remote');
  await listener.close();
  const refused = net.connect(listener.port, '127.0.0.1');
  await assert.rejects(once(refused, 'connect'), { code: 'ECONNREFUSED' });
});

void test('a ping takes a round trip', async () => {
  assert.ok((await connection.ping(signal())) > 0);
});
