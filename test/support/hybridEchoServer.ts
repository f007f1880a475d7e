import type { Client, Connection as ServerConnection, KexAlgorithm } from 'ssh2';
import { onKeyExchange } from '../../src/core/ssh/builtin/internals.ts';
import type { StringExchange } from '../../src/core/ssh/builtin/keyExchange.ts';
import { HYBRID, replaceStandIn, swapNames } from '../../src/core/ssh/builtin/standIn.ts';
import { hybridReply } from './hybridReply.ts';
import { type ScriptedServer, startServer } from './scriptedServer.ts';

export interface HybridEchoServer extends ScriptedServer {
  /** The number of key exchanges so far, of all connections. */
  readonly exchanges: () => number;
}

/** A server of ssh2 with mlkem768x25519-sha256 alone. It lets everyone in, and every command echoes its input. */
export async function startHybridEchoServer(
  cipher: 'aes128-gcm@openssh.com' | 'aes128-ctr',
): Promise<HybridEchoServer> {
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
  return { ...server, exchanges: () => exchanges };
}

/** The two sides of ssh2 have the same protocol object, so what extends the client extends the server. */
function useHybrid(server: ServerConnection, onExchange: () => void): void {
  const side = server as unknown as Client;
  const enter = replaceStandIn(side, () => {
    onExchange();
    return serverHalf();
  });
  onKeyExchange(side, enter);
}

/** ssh2's server computes the secret before it sends its own half. */
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
