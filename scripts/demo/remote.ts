import { once } from 'node:events';
import type net from 'node:net';
import ssh2 from 'ssh2';
import type { AuthContext, Connection, ParsedKey } from 'ssh2';
import { Scope } from '../../src/base/scope.ts';
import { serveExec } from './serveExec.ts';
import { serveForwards } from './serveForwards.ts';

/** An SSH server on loopback that stands for another machine: it needs no sshd and lets in one generated key. */
export interface Remote {
  readonly port: number;
  /** OpenSSH format. */
  readonly privateKey: string;
  /** `ssh-ed25519 AAAA…`, for known_hosts. */
  readonly hostKey: string;
  close(): Promise<void>;
}

export async function startRemote(): Promise<Remote> {
  const scope = new Scope();
  const host = generateKey();
  const user = generateKey();
  const server = new ssh2.Server({ hostKeys: [host.private] });
  scope.defer(() => server.close());
  server.on('connection', (connection) => serve(connection, user.parsed, scope));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as net.AddressInfo).port,
    privateKey: user.private,
    hostKey: host.public.split(' ').slice(0, 2).join(' '),
    close: () => scope.close(),
  };
}

function serve(connection: Connection, allowed: ParsedKey, parent: Scope): void {
  const scope = new Scope();
  parent.add(scope);
  connection.on('error', () => connection.end()); // the client went away
  connection.on('close', () => void scope.close());
  parent.defer(() => connection.end());
  connection.on('authentication', (context) => {
    if (isAllowed(context, allowed)) context.accept();
    else context.reject(['publickey']);
  });
  connection.on('ready', () => {
    serveExec(connection, scope);
    serveForwards(connection, scope);
  });
}

/** RFC 4252 section 7: without a signature the client only asks whether the key would do. */
function isAllowed(context: AuthContext, allowed: ParsedKey): boolean {
  if (context.method !== 'publickey') return false;
  if (!context.key.data.equals(allowed.getPublicSSH())) return false;
  if (!context.signature || !context.blob) return true;
  const verdict: unknown = allowed.verify(context.blob, context.signature, context.hashAlgo);
  return verdict === true; // or an Error, whatever its type says
}

interface KeyPair {
  readonly private: string;
  readonly public: string;
  readonly parsed: ParsedKey;
}

/** One in 256 ed25519 keys that ssh2 1.17 makes lacks its leading zero byte and cannot be read: then makes another. */
function generateKey(): KeyPair {
  for (;;) {
    const pair = ssh2.utils.generateKeyPairSync('ed25519');
    const parsed = ssh2.utils.parseKey(pair.private);
    if (!(parsed instanceof Error)) return { ...pair, parsed };
  }
}
