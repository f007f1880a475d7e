import assert from 'node:assert/strict';
import { createHash, createPrivateKey, createPublicKey, verify } from 'node:crypto';
import fs from 'node:fs';
import { test } from 'node:test';
import { ml_kem768 as mlKem768 } from '@noble/post-quantum/ml-kem.js';
import { HybridExchange, type HybridKeys } from '../../../../src/core/ssh/builtin/hybridExchange.ts';
import { string, WireReader } from '../../../../src/core/ssh/keys/wire.ts';

/**
 * Handshakes with OpenSSH 10.0p2 by a client with `knownKeys`, in base64. The server's signature over the exchange hash
 * shows which secret OpenSSH computed, with an ML-KEM and an X25519 of its own.
 */
interface Recorded {
  readonly secret: string;
  readonly clientVersion: string;
  readonly serverVersion: string;
  readonly clientKexInit: string;
  readonly serverKexInit: string;
  readonly hostKey: string;
  readonly reply: string;
  readonly signature: string;
}

const recorded = JSON.parse(
  fs.readFileSync(new URL('../../../fixtures/mlkem768x25519.json', import.meta.url), 'utf8'),
) as readonly Recorded[];

const bytes = (base64: string): Buffer => Buffer.from(base64, 'base64');
const counting = (from: number, length: number): Buffer => Buffer.from(Array.from({ length }, (_, i) => from + i));

function knownKeys(): HybridKeys {
  const pkcs8 = Buffer.from('302e020100300506032b656e04220420', 'hex'); // RFC 8410 §7
  const key = Buffer.concat([pkcs8, counting(0x40, 32)]);
  const privateKey = createPrivateKey({ key, type: 'pkcs8', format: 'der' });
  return { mlKem: mlKem768.keygen(counting(0, 64)), x25519: { privateKey, publicKey: createPublicKey(privateKey) } };
}

for (const handshake of recorded) {
  void test(`OpenSSH 10.0 signs the exchange hash with our secret, where the secret ${handshake.secret}`, () => {
    const ours = new HybridExchange(knownKeys());
    const hash = createHash('sha256');
    for (const part of [
      handshake.clientVersion,
      handshake.serverVersion,
      bytes(handshake.clientKexInit),
      bytes(handshake.serverKexInit),
      bytes(handshake.hostKey),
      ours.publicKey(),
      bytes(handshake.reply),
      ours.computeSecret(bytes(handshake.reply)),
    ]) {
      hash.update(string(part));
    }
    assert.ok(verify(null, hash.digest(), ed25519(bytes(handshake.hostKey)), secondString(handshake.signature)));
  });
}

void test('a reply of another length is refused', () => {
  const reply = bytes(recorded[0]?.reply ?? '');
  for (const wrong of [Buffer.alloc(0), reply.subarray(1), Buffer.concat([reply, Buffer.alloc(1)])]) {
    assert.throws(() => new HybridExchange().computeSecret(wrong), new RegExp(`${wrong.length} bytes`));
  }
});

void test('an X25519 key that makes the classical secret known is refused', () => {
  const reply = bytes(recorded[0]?.reply ?? '');
  // Points of a small order (RFC 7748 §6.1): the secret would be zero whatever our key is.
  for (const first of [0, 1]) {
    const key = Buffer.alloc(32);
    key[0] = first;
    assert.throws(() => new HybridExchange().computeSecret(Buffer.concat([reply.subarray(0, -32), key])));
  }
});

void test('another ciphertext gives another secret, and no error that would tell the server about our key', () => {
  const reply = bytes(recorded[0]?.reply ?? '');
  const changed = Buffer.from(reply);
  changed.writeUInt8(changed.readUInt8(0) ^ 1);
  const ours = new HybridExchange(knownKeys());
  assert.notDeepEqual(ours.computeSecret(changed), ours.computeSecret(reply));
});

void test('every exchange has new keys of both kinds', () => {
  const [one, other] = [new HybridExchange().publicKey(), new HybridExchange().publicKey()];
  assert.equal(one.length, 1184 + 32);
  assert.notDeepEqual(one.subarray(0, 1184), other.subarray(0, 1184));
  assert.notDeepEqual(one.subarray(1184), other.subarray(1184));
});

function ed25519(hostKey: Buffer): ReturnType<typeof createPublicKey> {
  const spki = Buffer.from('302a300506032b6570032100', 'hex'); // RFC 8410 §4
  return createPublicKey({ key: Buffer.concat([spki, hostKey.subarray(-32)]), type: 'spki', format: 'der' });
}

/** The signature behind its algorithm's name (RFC 4253 §6.6). */
function secondString(signature: string): Buffer {
  const reader = new WireReader(bytes(signature));
  reader.string();
  return reader.string();
}
