import assert from 'node:assert/strict';
import { test } from 'node:test';
import { plainBlob } from '../../../../src/core/ssh/keys/certificate.ts';
import { mpint, string, uint32, WireReader } from '../../../../src/core/ssh/keys/wire.ts';

void test('numbers are encoded as in the examples of RFC 4251', () => {
  const hex = (bytes: string): string => mpint(Buffer.from(bytes, 'hex')).toString('hex');
  assert.equal(hex(''), '00000000');
  assert.equal(hex('0000'), '00000000');
  assert.equal(hex('09a378f9b2e332a7'), '0000000809a378f9b2e332a7');
  assert.equal(hex('0080'), '000000020080');
});

void test('a truncated message throws', () => {
  const reader = new WireReader(Buffer.concat([uint32(10), Buffer.from('short')]));
  assert.throws(() => reader.string(), RangeError);
});

void test('a certificate contains its plain key, and a plain key is no certificate', () => {
  const plain = Buffer.concat([string('ssh-ed25519'), string(Buffer.alloc(32, 5))]);
  const type = string('ssh-ed25519-cert-v01@openssh.com');
  const certificate = Buffer.concat([type, string('nonce'), string(Buffer.alloc(32, 5)), string('the rest')]);
  assert.deepEqual(plainBlob(certificate), plain);
  assert.equal(plainBlob(plain), undefined);
  assert.equal(plainBlob(Buffer.from('nonsense')), undefined);
});
