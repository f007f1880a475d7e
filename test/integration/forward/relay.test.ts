import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import { once } from 'node:events';
import net from 'node:net';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import type { ConnectionProblem } from '../../../src/core/forward/connections.ts';
import type { OpenForward } from '../../../src/core/forward/forward.ts';
import { openLocalForward } from '../../../src/core/forward/local.ts';
import { openRemoteForward } from '../../../src/core/forward/remote.ts';
import type { Endpoint } from '../../../src/core/forward/spec.ts';
import type { Connection } from '../../../src/core/ssh/connection.ts';
import { start, stop } from '../../support/child.ts';
import { until } from '../../support/until.ts';
import { anyPort, connect, ending, portOf, readAll, serve } from '../../unit/forward/loopback.ts';
import { type Link, signal, startLink } from './link.ts';

const megabyte = 1024 * 1024;
const loopback = (port: number): Endpoint => ({ kind: 'tcp', host: '127.0.0.1', port });
const sha256 = (data: Buffer): string => crypto.createHash('sha256').update(data).digest('hex');

async function local(
  t: TestContext,
  { dial }: Connection,
  to: Endpoint,
  problems: ConnectionProblem[] = [],
): Promise<OpenForward> {
  const onProblem = (problem: ConnectionProblem): void => void problems.push(problem);
  const forward = await openLocalForward({ spec: { kind: 'local', bind: anyPort, to }, dial, onProblem }, signal);
  t.after(() => forward.close());
  return forward;
}

async function remote(t: TestContext, { listenRemote }: Connection, to: Endpoint): Promise<OpenForward> {
  const bind = { kind: 'tcp', host: '127.0.0.1', port: 0 } as const;
  const forward = await openRemoteForward(
    { spec: { kind: 'remote', bind, to }, onProblem: () => undefined },
    listenRemote,
    signal,
  );
  t.after(() => forward.close());
  return forward;
}

/** The server on the far side of one local forward. */
async function through(
  t: TestContext,
  onSocket: (socket: net.Socket) => unknown,
): Promise<
  Link & {
    readonly forward: OpenForward;
    readonly client: () => net.Socket;
    readonly idle: number;
    readonly open: () => number;
  }
> {
  const link = await startLink(t);
  const server = await serve(t, onSocket);
  const forward = await local(t, link.connection, loopback(server.port));
  return { ...link, forward, client: () => connect(t, portOf(forward)), idle: link.sockets(), open: server.open };
}

async function nothingLeft({
  forward,
  sockets,
  idle,
}: {
  readonly forward: OpenForward;
  readonly sockets: () => number;
  readonly idle: number;
}): Promise<void> {
  await until('no connection is left here', () => forward.traffic().openConnections === 0);
  await until('no channel is left there', () => sockets() <= idle);
}

for (const rekey of ['1M', '16M']) {
  test(`4 MB come back unchanged through a chain of nine local and nine remote forwards, RekeyLimit ${rekey}`, async (t) => {
    const { connection } = await startLink(t, { config: [`RekeyLimit ${rekey}`] });
    const server = await serve(t, (socket) => socket.pipe(socket));
    let port = server.port;
    const forwards: OpenForward[] = [];
    for (let i = 0; i < 9; i++) {
      const back = await remote(t, connection, loopback(port));
      const there = await local(t, connection, loopback(portOf(back)));
      forwards.push(back, there);
      port = portOf(there);
    }
    const data = crypto.randomBytes(4 * megabyte);
    const client = connect(t, port);
    client.end(data);
    assert.equal(sha256(await readAll(client)), sha256(data));
    await until('no connection is left', () => forwards.every((forward) => forward.traffic().openConnections === 0));
  });
}

test('4 MB come back unchanged through Unix sockets on either side of -L and -R', async (t) => {
  const { connection, sshd } = await startLink(t);
  const file = (name: string) => ({ kind: 'unix', path: path.join(sshd.folder, name) }) as const;
  const server = net.createServer({ allowHalfOpen: true }, (socket) => socket.pipe(socket)).listen(file('server').path);
  t.after(() => server.close());
  const back = await openRemoteForward(
    { spec: { kind: 'remote', bind: file('there'), to: file('server') }, onProblem: () => undefined },
    connection.listenRemote,
    signal,
  );
  t.after(() => back.close());
  const here = await openLocalForward(
    {
      spec: { kind: 'local', bind: file('here'), to: file('there') },
      dial: connection.dial,
      onProblem: () => undefined,
    },
    signal,
  );
  t.after(() => here.close());
  const data = crypto.randomBytes(4 * megabyte);
  const client = net.connect({ path: file('here').path, allowHalfOpen: true });
  client.end(data);
  assert.equal(sha256(await readAll(client)), sha256(data));
});

test('half-closing is kept in both orders', async (t) => {
  const { client, forward, sockets, idle } = await through(t, async (socket) => {
    const request = await readAll(socket);
    socket.end(`heard ${request.length}`);
  });
  const first = client();
  first.end('x'.repeat(1000));
  assert.equal((await readAll(first)).toString(), 'heard 1000');
  await nothingLeft({ forward, sockets, idle });

  // Somebody else on this machine may ask a new server what it is: our client is not always its first.
  const heard: string[] = [];
  const other = await through(t, async (socket) => {
    socket.end('bye');
    heard.push(sha256(await readAll(socket)));
  });
  const second = other.client();
  assert.equal((await readAll(second)).toString(), 'bye');
  const data = crypto.randomBytes(8 * megabyte);
  second.end(data);
  await until('the server has it all', () => heard.includes(sha256(data)));
  await nothingLeft(other);
});

test('24 MB arrive unchanged at a slow reader that has sent its FIN first', async (t) => {
  const data = crypto.randomBytes(24 * megabyte);
  const link = await through(t, async (socket) => {
    await readAll(socket);
    socket.end(data);
  });
  const client = link.client();
  client.end();
  const hash = crypto.createHash('sha256');
  for await (const chunk of client) {
    hash.update(chunk as Buffer);
    await new Promise((resolve) => setImmediate(resolve));
  }
  assert.equal(hash.digest('hex'), sha256(data));
  await nothingLeft(link);
});

test('500 half-closing clients at once all get their answers, and no channel is left', async (t) => {
  const link = await through(t, async (socket) => socket.end(await readAll(socket)));
  const answers = await Promise.all(
    Array.from({ length: 500 }, async (_, index) => {
      const client = link.client();
      client.end(`client ${index}`);
      return (await readAll(client)).toString();
    }),
  );
  assert.deepEqual(
    answers,
    answers.map((_, index) => `client ${index}`),
  );
  await nothingLeft(link);
});

test('ten aborted downloads and a hundred clients that come and go leave no channel', async (t) => {
  const chunk = Buffer.alloc(megabyte);
  const link = await through(t, (socket) => {
    const more = (): void => {
      while (!socket.destroyed && socket.write(chunk));
    };
    socket
      .on('drain', more)
      .on('end', () => socket.end())
      .resume();
    more();
  });
  for (let i = 0; i < 10; i++) {
    const client = link.client();
    await once(client, 'data');
    client.destroy();
  }
  for (let i = 0; i < 100; i++) {
    const client = link.client();
    await once(client, 'connect');
    client.destroy();
  }
  await until('all have been', () => link.forward.traffic().totalConnections >= 110);
  await nothingLeft(link);
  await until('the server has none left', () => link.open() === 0);
});

test('a server that resets and a client that resets both end their connection on the other side', async (t) => {
  const link = await through(t, (socket) => {
    socket.once('data', () => socket.resetAndDestroy()).on('end', () => socket.end());
  });
  const first = link.client();
  first.write('reset me');
  // sshd tells a reset of the destination as EOF (RFC 4254 has nothing else), as `ssh -L` then does.
  assert.ok(['end', 'ECONNRESET'].includes(await ending(first)));
  first.destroy();
  const second = link.client();
  await once(second, 'connect');
  second.resetAndDestroy();
  await nothingLeft(link);
  await until('the server has none left', () => link.open() === 0);
});

test('sshd killed in the middle of a transfer is a reset for the client, not a clean end', async (t) => {
  const link = await through(t, (socket) => socket.write(Buffer.alloc(2 * megabyte)));
  const client = link.client();
  let received = 0;
  client.on('data', (chunk) => (received += chunk.length));
  const end = ending(client);
  await until('what was sent has been read', () => received === 2 * megabyte);
  await link.sshd.kill();
  assert.equal(await end, 'ECONNRESET');
});

test('a reader that has stopped takes bounded memory and delays no other', async (t) => {
  const chunk = Buffer.alloc(megabyte);
  const offered = 256 * megabyte;
  const link = await through(t, (socket) => {
    let left = offered;
    const more = (): void => {
      while (left > 0 && !socket.destroyed) {
        left -= chunk.length;
        if (!socket.write(chunk)) return;
      }
      socket.end();
    };
    socket.on('drain', more);
    more();
  });
  const stopped = link.client();
  stopped.pause();
  await until('the first is stopped', () => link.forward.traffic().bytesFromRemote > 0);
  let received = 0;
  for await (const bytes of link.client()) received += (bytes as Buffer).length;
  assert.equal(received, offered);
  const held = link.forward.traffic().bytesFromRemote - offered;
  assert.ok(held < 64 * megabyte, `${held} bytes were taken for a reader that reads none`);
  stopped.destroy();
  await nothingLeft(link);
});

test('300 connections that echo, abort, half-close and stall in a mix end as they should and leave nothing', async (t) => {
  const link = await through(t, (socket) => socket.pipe(socket));
  await Promise.all(
    Array.from({ length: 300 }, async (_, index) => {
      const client = link.client();
      const data = crypto.randomBytes(1 + ((index * 7919) % 100_000));
      switch (index % 3) {
        case 0:
          client.end(data);
          assert.equal(sha256(await readAll(client)), sha256(data));
          return;
        case 1:
          client.write(data);
          await once(client, 'data');
          client.resetAndDestroy();
          return;
        default:
          await once(client, 'connect');
          client.destroy();
      }
    }),
  );
  await nothingLeft(link);
});

test('a closed port is a failed connection, a forbidden one is prohibited, and both clients are reset', async (t) => {
  const { connection } = await startLink(t, { config: ['PermitOpen 127.0.0.1:1'] });
  for (const [port, code] of [
    [1, 'connectFailed'],
    [2, 'forwardingProhibited'],
  ] as const) {
    const problems: ConnectionProblem[] = [];
    const forward = await local(t, connection, loopback(port), problems);
    assert.equal(await ending(connect(t, portOf(forward))), 'ECONNRESET');
    assert.equal(problems[0]?.code, code);
  }
});

test('a name that does not resolve there is a failed connection, and a port that opens later is reached', async (t) => {
  const { connection } = await startLink(t);
  const problems: ConnectionProblem[] = [];
  const unknown = await local(t, connection, { kind: 'tcp', host: 'no-such-host.invalid', port: 80 }, problems);
  assert.equal(await ending(connect(t, portOf(unknown))), 'ECONNRESET');
  assert.equal(problems[0]?.code, 'connectFailed');

  const server = net.createServer((socket) => socket.end('hello')).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as net.AddressInfo;
  server.close();
  await once(server, 'close');
  const forward = await local(t, connection, loopback(port));
  assert.equal(await ending(connect(t, portOf(forward))), 'ECONNRESET');
  server.listen(port, '127.0.0.1');
  t.after(() => server.close());
  await once(server, 'listening');
  assert.equal((await readAll(connect(t, portOf(forward)))).toString(), 'hello');
});

test('a remote forward keeps the port that the server chose over a new link', async (t) => {
  const { connection, connectAgain, sshd } = await startLink(t);
  const server = await serve(t, (socket) => socket.end('hello'));
  const bind = { kind: 'tcp', host: undefined, port: 0 } as const;
  const spec = { kind: 'remote', bind, to: loopback(server.port) } as const;
  const forward = await openRemoteForward({ spec, onProblem: () => undefined }, connection.listenRemote, signal);
  t.after(() => forward.close());
  const port = portOf(forward);
  assert.equal((await readAll(connect(t, port))).toString(), 'hello');
  await sshd.restart();
  await connection.closed;
  const next = await connectAgain();
  await forward.attach(next.listenRemote, signal);
  assert.equal(portOf(forward), port);
  assert.equal((await readAll(connect(t, port))).toString(), 'hello');
  await forward.close();
  assert.equal(await ending(connect(t, port)), 'ECONNREFUSED');
});

test('what the server forbids to listen on is refused with the facts', async (t) => {
  const { connection } = await startLink(t, { config: ['PermitListen 127.0.0.1:1'] });
  await assert.rejects(remote(t, connection, loopback(1)), {
    problem: { code: 'remoteBindRefused', bind: { kind: 'tcp', host: '127.0.0.1', port: 0 } },
  });
});

test('ssh logs in through a forward, and 4 MB come back through it', async (t) => {
  const { connection, sshd } = await startLink(t);
  const echo = await serve(t, (socket) => socket.pipe(socket));
  const forward = await local(t, connection, loopback(sshd.port));
  const alias = `HostKeyAlias=[127.0.0.1]:${sshd.port}`;
  const port = String(portOf(forward));
  const ssh = start('ssh', ['-F', sshd.configFile, '-o', alias, '-p', port, '-W', `127.0.0.1:${echo.port}`, 'devbox'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  t.after(() => stop(ssh));
  const data = crypto.randomBytes(4 * megabyte);
  ssh.stdin?.end(data);
  const chunks: Buffer[] = [];
  ssh.stdout?.on('data', (chunk: Buffer) => chunks.push(chunk));
  await once(ssh, 'close');
  assert.equal(sha256(Buffer.concat(chunks)), sha256(data));
});
