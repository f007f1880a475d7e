import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import { certificateFault, readHostCertificate } from '../../../../src/core/ssh/hostkeys/hostCertificate.ts';
import { publicBlob, signWith } from '../../../../src/core/ssh/keys/keys.ts';
import { string, uint32, WireReader } from '../../../../src/core/ssh/keys/wire.ts';

const authority = generateKeyPairSync('ed25519');
const authorityKey = publicBlob(authority.publicKey) ?? assert.fail();
const hostKey = publicBlob(generateKeyPairSync('ed25519').publicKey) ?? assert.fail();

interface Fields {
  readonly kind?: number;
  readonly validAfter?: bigint;
  readonly validBefore?: bigint;
  readonly critical?: Buffer;
  readonly authorityKey?: Buffer;
  /** Follows the last field that the authority signs. */
  readonly trailer?: Buffer;
}

/** A certificate of `hostKey` (PROTOCOL.certkeys), signed by `authority`. */
function certificate(fields: Fields = {}): Buffer {
  const { kind = 2, validAfter = 0n, validBefore = 2n ** 64n - 1n, critical = Buffer.alloc(0) } = fields;
  const key = new WireReader(hostKey);
  key.string();
  const signed = Buffer.concat([
    string('ssh-ed25519-cert-v01@openssh.com'),
    string('nonce'),
    string(key.string()),
    uint64(1n),
    uint32(kind),
    string('a name'),
    string(string('box')),
    uint64(validAfter),
    uint64(validBefore),
    string(critical),
    string(''),
    string(''),
    string(fields.authorityKey ?? authorityKey),
  ]);
  const signature = signWith(authority.privateKey, signed, 'ssh-ed25519');
  return Buffer.concat([signed, string(signature), fields.trailer ?? Buffer.alloc(0)]);
}

function uint64(value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(value);
  return bytes;
}

function fault(fields: Fields): string | undefined {
  const read = readHostCertificate(certificate(fields));
  return typeof read === 'object' ? certificateFault(read, 'box', ['ssh-ed25519']) : read;
}

void test('a plain key is no certificate', () => {
  assert.equal(readHostCertificate(hostKey), undefined);
});

void test('a certificate shows its key, its authority and how that signed', () => {
  const read = readHostCertificate(certificate());
  assert.ok(typeof read === 'object');
  assert.deepEqual(read.key, hostKey);
  assert.deepEqual(read.authority, authorityKey);
  assert.equal(read.signatureAlgorithm, 'ssh-ed25519');
  assert.equal(certificateFault(read, 'box', ['ssh-ed25519']), undefined);
  assert.equal(certificateFault(read, 'other', ['ssh-ed25519']), 'otherHost');
  assert.equal(certificateFault(read, 'box', ['rsa-sha2-512']), 'signatureAlgorithm');
});

void test('no changed bit passes', () => {
  const whole = certificate();
  for (let bit = 0; bit < whole.length * 8; bit++) {
    const changed = Buffer.from(whole);
    changed.writeUInt8(changed.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
    // A change in the name of the type makes it another type, which ssh2 refuses.
    assert.ok(typeof readHostCertificate(changed) !== 'object', `bit ${bit}`);
  }
});

void test('no truncated certificate passes', () => {
  const whole = certificate();
  for (let length = 0; length < whole.length; length++) {
    assert.ok(typeof readHostCertificate(whole.subarray(0, length)) !== 'object', `${length} bytes`);
  }
});

void test('the last valid second is the one before validBefore', () => {
  const now = BigInt(Math.floor(Date.now() / 1000));
  assert.equal(fault({ validBefore: now }), 'expired');
  assert.equal(fault({ validBefore: now + 1000n }), undefined);
  assert.equal(fault({ validAfter: now - 1n }), undefined);
  assert.equal(fault({ validAfter: now + 1000n }), 'notYetValid');
});

void test('a certificate of an unknown kind, with more bytes, or by a certificate is malformed', () => {
  assert.equal(fault({ kind: 1 }), 'notHost');
  assert.equal(fault({ kind: 3 }), 'malformed');
  assert.equal(fault({ trailer: Buffer.of(0) }), 'malformed');
  assert.equal(fault({ authorityKey: certificate() }), 'malformed');
  assert.equal(fault({ critical: string('without a value') }), 'malformed');
  assert.equal(fault({ critical: Buffer.concat([string('unknown'), string('')]) }), 'criticalOption');
});
