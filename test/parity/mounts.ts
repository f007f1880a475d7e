import { createHash } from 'node:crypto';
import dgram from 'node:dgram';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import type { Scope } from '../../src/base/scope.ts';

/** The words that run a program among other mounts. Needs root. */
type Runner = readonly string[];

/** Loopback as well. */
const silentAddress = '127.0.77.54';
const signedAddress = '127.0.77.55';

/** A name server that never answers. */
export async function silentResolver(folder: string, scope: Scope): Promise<Runner> {
  await listen(silentAddress, scope);
  return resolver(folder, silentAddress, 'timeout:5 attempts:2');
}

/** A name server whose answers count as signed. It knows the key of every host, and nothing else. */
export async function signedResolver(hostKey: string, folder: string, scope: Scope): Promise<Runner> {
  const socket = await listen(signedAddress, scope);
  const blob = Buffer.from(hostKey.split(' ')[1] ?? '', 'base64');
  socket.on('message', (query, { port, address }) => socket.send(signed(query, blob), port, address));
  return resolver(folder, signedAddress, 'trust-ad');
}

/** A folder in which no program can be run. */
export function noexecFolder(folder: string): Runner {
  return mounted(`mount -t tmpfs -o noexec tmpfs ${folder}`);
}

async function listen(address: string, scope: Scope): Promise<dgram.Socket> {
  const socket = dgram.createSocket({ type: 'udp4', reuseAddr: true }).bind(53, address);
  await once(socket, 'listening');
  scope.defer(() => socket.close());
  return socket;
}

function resolver(folder: string, address: string, options: string): Runner {
  const file = path.join(folder, 'resolv.conf');
  fs.writeFileSync(file, `nameserver ${address}\noptions ${options}\n`);
  return mounted(`mount --bind ${file} /etc/resolv.conf`);
}

function mounted(mount: string): Runner {
  return ['unshare', '--mount', 'sh', '-c', `${mount} && exec "$@"`, 'sh'];
}

const sshfp = 44;

/** RFC 1035 §4.1, with AD (RFC 4035 §3.2.3) and one SSHFP record (RFC 4255 §3.1) of an Ed25519 key in SHA-256. */
function signed(query: Buffer, hostKey: Buffer): Buffer {
  const endOfName = query.indexOf(0, 12) + 1;
  const question = query.subarray(12, endOfName + 4);
  const answers = query.readUInt16BE(endOfName) === sshfp ? 1 : 0;
  const header = Buffer.from([...query.subarray(0, 2), 0x81, 0xa0, 0, 1, 0, answers, 0, 0, 0, 0]);
  if (answers === 0) return Buffer.concat([header, question]);
  const data = Buffer.from([4, 2, ...createHash('sha256').update(hostKey).digest()]);
  const record = Buffer.from([0xc0, 12, 0, sshfp, 0, 1, 0, 0, 0, 60, 0, data.length]);
  return Buffer.concat([header, question, record, data]);
}
