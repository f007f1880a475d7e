import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { test, type TestContext } from 'node:test';
import type { Client, Connection as ServerConnection, KexAlgorithm } from 'ssh2';
import { onKeyExchange } from '../../../../src/core/ssh/builtin/internals.ts';
import type { StringExchange } from '../../../../src/core/ssh/builtin/keyExchange.ts';
import { HYBRID, replaceStandIn, swapNames } from '../../../../src/core/ssh/builtin/standIn.ts';
import { mpint, string } from '../../../../src/core/ssh/keys/wire.ts';
import { hostConfig } from '../../../support/hostConfig.ts';
import { hybridReply } from '../../../support/hybridReply.ts';
import { type HybridServer, type HybridServerOptions, startHybridServer } from '../../../support/hybridServer.ts';
import { type ScriptedServer, startServer } from '../../../support/scriptedServer.ts';
import { connectTo, problemOf } from '../../../support/ssh.ts';
import { until } from '../../../support/until.ts';

const beginsHigh = (secret: Buffer): boolean => secret.readUInt8(0) >= 0x80;
const serviceRequest = Buffer.concat([Buffer.of(5), string('ssh-userauth')]);

for (const [name, isWanted] of [
  ['a set bit', beginsHigh],
  ['a zero byte', (secret: Buffer) => secret.readUInt8(0) === 0],
] as const) {
  void test(`the first encrypted packet has the right keys, where the shared secret begins with ${name}`, async (t) => {
    // The name that stands in for the hybrid exchange means nothing when a server offers it.
    const kex = [...swapNames([HYBRID]), HYBRID, 'curve25519-sha256', 'kex-strict-s-v00@openssh.com'];
    const server = await hybridServer(t, { kex, isWanted, encode: string });
    const end = problemOf(connect(server));
    assert.deepEqual(await server.firstEncrypted, serviceRequest);
    assert.equal((await end).code, 'handshakeEnded');
  });
}

void test('a server that hashes another encoding of the secret is refused', async (t) => {
  const server = await hybridServer(t, { kex: [HYBRID], isWanted: beginsHigh, encode: mpint });
  const problem = await problemOf(connect(server));
  assert.match(JSON.stringify(problem), /signature verification failed/);
  await assert.rejects(server.firstEncrypted, /ended the connection/);
});

for (const cipher of ['aes128-gcm@openssh.com', 'aes128-ctr'] as const) {
  void test(`${cipher}: every rekey, by either side, is a hybrid exchange as well, and every byte arrives`, async (t) => {
    const { server, exchanges } = await rekeyingServer(t, cipher);
    const connection = await connect(server, 256 * 1024);
    assert.equal(connection.facts.kex, HYBRID);
    const bytes = randomBytes(2 * 1024 * 1024);
    const channel = await connection.exec('echo', AbortSignal.timeout(20_000));
    channel.stdin.end(bytes);
    assert.ok((await buffer(channel.stdout)).equals(bytes));
    const ours = exchanges();
    assert.ok(ours >= 2, `${ours} key exchanges`);
    for (const client of server.clients) client.rekey();
    await until('a rekey by the server', () => exchanges() > ours);
    await connection.ping(AbortSignal.timeout(20_000));
    await connection.close();
  });
}

async function hybridServer(t: TestContext, options: HybridServerOptions): Promise<HybridServer> {
  const server = await startHybridServer(options);
  t.after(() => server.close());
  return server;
}

function connect(
  server: Pick<HybridServer, 'port' | 'knownHostsFile'>,
  rekeyLimitBytes?: number,
): ReturnType<typeof connectTo> {
  return connectTo(
    hostConfig({
      port: server.port,
      userKnownHostsFiles: [server.knownHostsFile],
      strictHostKeyChecking: 'yes',
      ...(rekeyLimitBytes !== undefined && { rekeyLimitBytes }),
    }),
  );
}

/** A server of ssh2 with the hybrid exchange alone, which lets everyone in and echoes. */
async function rekeyingServer(
  t: TestContext,
  cipher: 'aes128-gcm@openssh.com' | 'aes128-ctr',
): Promise<{ readonly server: ScriptedServer; readonly exchanges: () => number }> {
  let exchanges = 0;
  const kex = swapNames([HYBRID]) as KexAlgorithm[];
  const server = await startServer(
    (context) => context.accept(),
    { algorithms: { kex, cipher: [cipher] } },
    (client) => {
      useHybrid(client, () => exchanges++);
      client.on('session', (accept) =>
        accept().on('exec', (start) => {
          const channel = start();
          channel.pipe(channel);
        }),
      );
    },
  );
  t.after(() => server.close());
  return { server, exchanges: () => exchanges };
}

/** ssh2's two sides have the same protocol object, so what extends the client extends the server. */
function useHybrid(server: ServerConnection, onExchange: () => void): void {
  const side = server as unknown as Client;
  const enter = replaceStandIn(side, () => {
    onExchange();
    return serverHalf();
  });
  onKeyExchange(side, enter);
}

function serverHalf(): StringExchange {
  let reply = Buffer.alloc(0);
  return {
    hashName: 'sha256',
    publicKey: () => reply,
    computeSecret: (init) => {
      const made = hybridReply(init);
      reply = Buffer.from(made.reply);
      return made.secret;
    },
  };
}
