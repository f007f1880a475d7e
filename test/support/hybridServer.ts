import { createDecipheriv, createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { once } from 'node:events';
import net, { type AddressInfo } from 'node:net';
import { string, uint32, WireReader } from '../../src/core/ssh/keys/wire.ts';
import { hybridReply } from './hybridReply.ts';
import { knownHostsFile } from './knownHosts.ts';

const KEXINIT = 20;
const NEWKEYS = 21;
const KEX_HYBRID_INIT = 30;
const KEX_HYBRID_REPLY = 31;
const VERSION = 'SSH-2.0-hybrid';

export interface HybridServerOptions {
  /** What it offers, best first. */
  readonly kex: readonly string[];
  readonly isWanted: (secret: Buffer) => boolean;
  /** How the secret enters the exchange hash and the keys. The draft says: as a string. */
  readonly encode: (secret: Buffer) => Buffer;
}

/** An SSH server without ssh2 that exchanges keys by mlkem768x25519-sha256, and ends with the first encrypted packet. */
export interface HybridServer {
  readonly port: number;
  readonly knownHostsFile: string;
  /** The first payload that the client encrypted. Rejects when the client ends the connection before. */
  readonly firstEncrypted: Promise<Buffer>;
  close(): void;
}

export async function startHybridServer(options: HybridServerOptions): Promise<HybridServer> {
  const hostKey = generateKeyPairSync('ed25519');
  const raw = hostKey.publicKey.export({ type: 'spki', format: 'der' }).subarray(-32);
  const blob = Buffer.concat([string('ssh-ed25519'), string(raw)]);
  const server = net.createServer();
  const firstEncrypted = once(server, 'connection').then(([socket]) =>
    serve(socket as net.Socket, options, blob, (hash) => sign(null, hash, hostKey.privateKey)),
  );
  firstEncrypted.catch(() => undefined);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    port,
    knownHostsFile: knownHostsFile(`[127.0.0.1]:${port} ssh-ed25519 ${blob.toString('base64')}`),
    firstEncrypted,
    close: () => server.close(),
  };
}

async function serve(
  socket: net.Socket,
  { kex, isWanted, encode }: HybridServerOptions,
  hostKey: Buffer,
  signature: (hash: Buffer) => Buffer,
): Promise<Buffer> {
  const read = reader(socket);
  try {
    const kexInit = ownKexInit(kex);
    socket.write(`${VERSION}\r\n`);
    socket.write(packet(kexInit));
    const clientVersion = await readLine(read);
    const clientKexInit = await readPacket(read, KEXINIT);
    const init = new WireReader((await readPacket(read, KEX_HYBRID_INIT)).subarray(1)).string();
    const { reply, secret } = hybridReply(init, isWanted);
    const parts = [clientVersion, VERSION, clientKexInit, kexInit, hostKey, init, reply].map(string);
    const hash = digest(...parts, encode(secret));
    const signed = Buffer.concat([string('ssh-ed25519'), string(signature(hash))]);
    const answer = Buffer.concat([string(hostKey), string(reply), string(signed)]);
    socket.write(packet(Buffer.concat([Buffer.of(KEX_HYBRID_REPLY), answer])));
    socket.write(packet(Buffer.of(NEWKEYS)));
    await readPacket(read, NEWKEYS);
    // RFC 4253 §7.2: the initial vector and the key from client to server.
    const derive = (letter: string): Buffer => digest(encode(secret), hash, Buffer.from(letter), hash);
    return await readGcmPacket(read, derive('C').subarray(0, 16), derive('A').subarray(0, 12));
  } finally {
    socket.destroy();
  }
}

function ownKexInit(kex: readonly string[]): Buffer {
  const lists = [kex.join(','), 'ssh-ed25519', ...twice('aes128-gcm@openssh.com'), ...twice('hmac-sha2-256')];
  const rest = [...twice('none'), ...twice('')];
  return Buffer.concat([Buffer.of(KEXINIT), randomBytes(16), ...[...lists, ...rest].map(string), Buffer.alloc(5)]);
}

const twice = (name: string): readonly string[] => [name, name];

function digest(...parts: readonly Buffer[]): Buffer {
  return createHash('sha256').update(Buffer.concat(parts)).digest();
}

/** RFC 4253 §6, before encryption: the length, the padding's length, the payload, the padding, in blocks of 8 bytes. */
function packet(payload: Buffer): Buffer {
  const padding = 16 - ((payload.length + 5) % 8);
  return Buffer.concat([uint32(1 + payload.length + padding), Buffer.of(padding), payload, Buffer.alloc(padding)]);
}

type Read = (length: number) => Promise<Buffer>;

function reader(socket: net.Socket): Read {
  const chunks = socket.iterator({ destroyOnReturn: false }) as AsyncIterator<Buffer>;
  let bytes: Buffer = Buffer.alloc(0);
  return async (length) => {
    while (bytes.length < length) {
      const next = await chunks.next();
      if (next.done === true) throw new Error('the client ended the connection');
      bytes = Buffer.concat([bytes, next.value]);
    }
    const taken = bytes.subarray(0, length);
    bytes = bytes.subarray(length);
    return taken;
  };
}

async function readLine(read: Read): Promise<string> {
  let line = '';
  while (!line.endsWith('\r\n')) line += (await read(1)).toString('latin1');
  return line.trimEnd();
}

async function readPacket(read: Read, type: number): Promise<Buffer> {
  const length = (await read(4)).readUInt32BE();
  const payload = unpadded(await read(length));
  if (payload[0] !== type) throw new Error(`the client sent message ${payload[0]} instead of ${type}`);
  return payload;
}

/** RFC 5647 §7.2: the length is authenticated, not encrypted. */
async function readGcmPacket(read: Read, key: Buffer, iv: Buffer): Promise<Buffer> {
  const length = await read(4);
  const encrypted = await read(length.readUInt32BE());
  const decipher = createDecipheriv('aes-128-gcm', key, iv)
    .setAAD(length)
    .setAuthTag(await read(16));
  return unpadded(Buffer.concat([decipher.update(encrypted), decipher.final()]));
}

function unpadded(content: Buffer): Buffer {
  return content.subarray(1, content.length - (content[0] ?? 0));
}
