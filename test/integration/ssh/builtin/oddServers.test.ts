import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import type { Connection, ServerChannel, ServerConfig } from 'ssh2';
import { uint32 } from '../../../../src/core/ssh/keys/wire.ts';
import { hostConfig, sshdConfig } from '../../../support/hostConfig.ts';
import { sendPacket, startServer } from '../../../support/scriptedServer.ts';
import { connectTo, script } from '../../../support/ssh.ts';
import { startSshd } from '../../../support/sshd.ts';
import { until } from '../../../support/until.ts';

const never = (): AbortSignal => AbortSignal.timeout(20_000);

for (const [name, ident] of [
  ['without a name before its comment', Buffer.from(' MySSH 1.0')],
  ['with a name in Latin-1', Buffer.from('Müller_1.0 Gerät', 'latin1')],
  ['with a name in UTF-8', Buffer.from('Müller_1.0')],
] as const) {
  void test(`a server whose identification comes ${name} lets us in`, async () => {
    const server = await startServer((context) => context.accept(), { ident } as unknown as ServerConfig);
    const config = hostConfig({ port: server.port, user: 'me', userKnownHostsFiles: [server.knownHostsFile] });
    await (await connectTo(config)).close();
    server.close();
  });
}

void test('a real sshd with an addendum beyond ASCII lets us in, as it does ssh', async () => {
  const sshd = await startSshd({ config: ['VersionAddendum Größe'] });
  const args = ['-F', sshd.configFile, '-o', 'BatchMode=yes', 'devbox', 'true'];
  assert.equal(spawnSync('ssh', args, { timeout: 20_000 }).status, 0);
  await (await connectTo(sshdConfig(sshd))).close();
  await sshd.stop();
});

interface Requests {
  readonly _protocol: { readonly _handlers: { GLOBAL_REQUEST: (...args: unknown[]) => void } };
}

void test('a ping that the server does not implement is answered, and so is the -R after it', async () => {
  /** Answers pings with SSH_MSG_UNIMPLEMENTED, as some devices do. */
  const refusePings = (client: Connection): void => {
    client.on('ready', () => {
      client.on('request', (accept, _reject, name) => name === 'tcpip-forward' && accept?.(4022));
      // oxlint-disable-next-line no-underscore-dangle -- a name of ssh2
      const handlers = (client as unknown as Requests)._protocol._handlers;
      const { GLOBAL_REQUEST: onRequest } = handlers;
      handlers.GLOBAL_REQUEST = (...args) => {
        if (args[1] === 'keepalive@openssh.com') sendPacket(client, Buffer.of(3), uint32(7));
        else onRequest(...args);
      };
    });
  };
  for (const compression of [false, true]) {
    const compress = compression ? (['zlib@openssh.com'] as const) : (['none'] as const);
    const options = { algorithms: { compress: [...compress] } };
    const server = await startServer((context) => context.accept(), options, refusePings);
    const changes = { user: 'me', userKnownHostsFiles: [server.knownHostsFile], compression };
    const connection = await connectTo(hostConfig({ port: server.port, ...changes }), { prompts: script() });
    await connection.ping(never());
    await connection.ping(never());
    const listener = await connection.listenRemote(
      { kind: 'tcp', host: '127.0.0.1', port: 4022 },
      () => undefined,
      never(),
    );
    assert.equal(listener.port, 4022);
    await connection.close();
    server.close();
  }
});

/** A server that lets everybody in and answers each command by `onExec`. */
async function commandServer(onExec: (client: Connection, accept: () => ServerChannel) => void) {
  const server = await startServer(
    (context) => context.accept(),
    {},
    (client) => client.on('session', (accept) => accept().on('exec', (acceptExec) => onExec(client, acceptExec))),
  );
  const config = hostConfig({ port: server.port, user: 'me', userKnownHostsFiles: [server.knownHostsFile] });
  const connection = await connectTo(config);
  const channel = await connection.exec('a command', never());
  channel.stdin.end();
  channel.stdout.resume();
  channel.stderr.resume();
  return { server, connection, channel };
}

interface Corked {
  readonly _sock: { cork(): void; uncork(): void };
}

void test('a command whose end arrives together with the answer to its request has its exit status', async () => {
  const { server, connection, channel } = await commandServer((client, accept) => {
    const { _sock: socket } = client as unknown as Corked; // oxlint-disable-line no-underscore-dangle -- a name of ssh2
    socket.cork();
    const accepted = accept();
    accepted.exit(7);
    accepted.end();
    accepted.close();
    socket.uncork();
  });
  assert.deepEqual(await channel.exit, { status: 7 });
  await connection.close();
  server.close();
});

void test('a command whose input and output have ended keeps its channel until it ends', async () => {
  const heard: string[] = [];
  const { server, connection } = await commandServer((_client, accept) => {
    const accepted = accept();
    for (const event of ['end', 'close']) accepted.once(event, () => heard.push(event));
    accepted.resume().eof(); // ssh2's `end` would close the channel from this side
  });
  await until('the end of the input', () => heard.length > 0);
  await connection.ping(never());
  assert.deepEqual(heard, ['end']);
  await connection.close();
  server.close();
});
