import { createPublicKey, type KeyObject } from 'node:crypto';
import { mpint, string } from './wire.ts';

/**
 * The public half of a DSA key (RFC 4253 §6.6). Only the system's ssh can log in with such a key, but the server is asked
 * about it first. Node exports DSA keys as DER alone: RFC 3279 §2.3.2 has the structure.
 */
export function dsaBlob(key: KeyObject): Buffer {
  const spki = createPublicKey(key).export({ format: 'der', type: 'spki' });
  const [algorithm, bits] = elements(content(spki));
  const [, parameters] = elements(algorithm?.content ?? Buffer.alloc(0));
  const [p, q, g] = elements(parameters?.content ?? Buffer.alloc(0));
  const y = content((bits?.content ?? Buffer.alloc(0)).subarray(1)); // after the number of unused bits
  const numbers = [p?.content, q?.content, g?.content, y].map((value) => mpint(value ?? Buffer.alloc(0)));
  return Buffer.concat([string('ssh-dss'), ...numbers]);
}

interface Element {
  readonly content: Buffer;
}

/** The elements that follow one another in DER (X.690 §8.1). */
function elements(der: Buffer): readonly Element[] {
  const found: Element[] = [];
  for (let rest = der; rest.length > 1;) {
    const first = rest[1] ?? 0;
    const lengthBytes = first < 0x80 ? 0 : first & 0x7f;
    const start = 2 + lengthBytes;
    const end = start + (lengthBytes === 0 ? first : rest.readUIntBE(2, lengthBytes));
    found.push({ content: rest.subarray(start, end) });
    rest = rest.subarray(end);
  }
  return found;
}

function content(der: Buffer): Buffer {
  return elements(der)[0]?.content ?? Buffer.alloc(0);
}
