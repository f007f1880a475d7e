import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { AuthContext, Connection, ServerConfig } from 'ssh2';
import ssh2 from 'ssh2';
import { knownHostsFile } from './knownHosts.ts';

/** A server that follows a test's script, for logins and faults that a real sshd cannot be configured to show. */
export interface ScriptedServer {
  readonly port: number;
  readonly knownHostsFile: string;
  /** The method of every login attempt, in order, without `none`. */
  readonly attempts: string[];
  readonly clients: Set<Connection>;
  close(): void;
}

export async function startServer(
  onAuth: (context: AuthContext) => void,
  options: Partial<ServerConfig> = {},
  onClient: (client: Connection) => void = () => undefined,
): Promise<ScriptedServer> {
  const pair = hostKeyPair();
  const attempts: string[] = [];
  const clients = new Set<Connection>();
  const server = new ssh2.Server({ hostKeys: [pair.private], ...options }, (client) => {
    clients.add(client);
    client.on('error', () => undefined);
    client.on('close', () => clients.delete(client));
    client.on('authentication', (context) => {
      if (context.method !== 'none') attempts.push(context.method);
      onAuth(context);
    });
    onClient(client);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    port,
    knownHostsFile: knownHostsFile(`[127.0.0.1]:${port} ${pair.public}`),
    attempts,
    clients,
    close: () => {
      for (const client of clients) client.end();
      server.close();
    },
  };
}

/** CAUTION: ssh2 cannot read about one in 256 of the keys that it generates. */
function hostKeyPair(): { readonly private: string; readonly public: string } {
  for (;;) {
    const pair = ssh2.utils.generateKeyPairSync('ed25519');
    if (!(ssh2.utils.parseKey(pair.private) instanceof Error)) return pair;
  }
}

interface ServerSide {
  readonly _protocol: {
    readonly _packetRW: {
      readonly write: { readonly allocStart: number; alloc(bytes: number): Buffer; finalize(packet: Buffer): Buffer };
    };
    readonly _cipher: { encrypt(packet: Buffer): void };
  };
}

/** Sends one packet whose payload is made of these parts, for messages that ssh2's server has no method for. */
export function sendPacket(client: Connection, ...parts: readonly Buffer[]): void {
  // oxlint-disable-next-line no-underscore-dangle -- names of ssh2
  const { _packetRW: packets, _cipher: cipher } = (client as unknown as ServerSide)._protocol;
  const payload = Buffer.concat(parts);
  const packet = packets.write.alloc(payload.length);
  packet.set(payload, packets.write.allocStart);
  cipher.encrypt(packets.write.finalize(packet));
}
