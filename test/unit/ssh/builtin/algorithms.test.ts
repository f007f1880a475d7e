import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keyTypes } from '../../../../src/core/config/keywords/algorithms.ts';
import { missing, proposal } from '../../../../src/core/ssh/builtin/algorithms.ts';
import { swapNames } from '../../../../src/core/ssh/builtin/standIn.ts';
import { keyExchanges } from '../../../../src/core/config/keywords/algorithms.ts';
import { signatureAlgorithm } from '../../../../src/core/ssh/auth/publickey.ts';
import { hostConfig } from '../../../support/hostConfig.ts';

const nothing = { types: [], hasAuthority: false };
const rsa = { types: ['ssh-rsa'], hasAuthority: false };

void test('a broken algorithm is proposed only when the configuration names it', () => {
  const ours = proposal(hostConfig(), nothing);
  const { macs, ...others } = ours;
  assert.ok(!JSON.stringify(others).match(/sha1|ssh-rsa|ssh-dss|cbc/));
  assert.ok(!JSON.stringify(macs).match(/md5|-96/));
  assert.equal(ours.ciphers[0], 'aes128-gcm@openssh.com');
  assert.deepEqual(proposal(hostConfig({ hostKeyAlgorithms: '+ssh-rsa' }), nothing).hostKeys.at(-1), 'ssh-rsa');
});

void test('the post-quantum key exchange comes first, unless the configuration gives an order or removes it', () => {
  const kex = (kexAlgorithms = ''): readonly string[] => proposal(hostConfig({ kexAlgorithms }), nothing).kex;
  const hybrid = 'mlkem768x25519-sha256';
  assert.deepEqual(kex().slice(0, 2), [hybrid, 'curve25519-sha256']);
  assert.deepEqual(kex(`curve25519-sha256,${hybrid}`), ['curve25519-sha256', hybrid]);
  assert.deepEqual(kex('^ecdh-sha2-nistp256').slice(0, 2), ['ecdh-sha2-nistp256', hybrid]);
  assert.ok(!kex('-mlkem*').includes(hybrid));
  // The name that stands in for it within ssh2 is never one that we offer.
  const all = kex(`+${keyExchanges.known.join(',')}`);
  assert.ok(!all.some((name) => swapNames([hybrid]).includes(name)));
});

void test('known host key types come first, unless the configuration gives an order', () => {
  assert.deepEqual(proposal(hostConfig(), rsa).hostKeys.slice(0, 5), [
    'rsa-sha2-512-cert-v01@openssh.com',
    'rsa-sha2-256-cert-v01@openssh.com',
    'rsa-sha2-512',
    'rsa-sha2-256',
    'ssh-ed25519-cert-v01@openssh.com',
  ]);
  const ordered = hostConfig({ hostKeyAlgorithms: 'ssh-ed25519,rsa-sha2-512' });
  assert.deepEqual(proposal(ordered, rsa).hostKeys, ['ssh-ed25519', 'rsa-sha2-512']);
});

void test('the first kind without a common algorithm is reported, and an AEAD cipher needs no MAC', () => {
  const ours = proposal(hostConfig(), nothing);
  const server = { version: 'SSH-2.0-x', ...ours };
  assert.equal(missing(ours, server), undefined);
  assert.deepEqual(missing(ours, { ...server, kex: ['new'] }), { what: 'kex', server: ['new'] });
  assert.equal(missing(ours, { ...server, macs: ['umac-64'] }), undefined);
  assert.deepEqual(missing(ours, { ...server, ciphers: ['aes128-ctr'], macs: ['umac-64'] }), {
    what: 'mac',
    server: ['umac-64'],
  });
});

const byDefault = keyTypes.preferred;

void test('an RSA key signs with the best hash that the server supports', () => {
  assert.equal(
    signatureAlgorithm('ssh-rsa', ['ssh-ed25519', 'rsa-sha2-256', 'rsa-sha2-512'], byDefault),
    'rsa-sha2-512',
  );
  assert.equal(signatureAlgorithm('ssh-rsa', ['rsa-sha2-256'], byDefault), 'rsa-sha2-256');
  assert.equal(
    signatureAlgorithm('ssh-rsa-cert-v01@openssh.com', ['rsa-sha2-512'], byDefault),
    'rsa-sha2-512-cert-v01@openssh.com',
  );
  assert.equal(signatureAlgorithm('ssh-ed25519', undefined, byDefault), 'ssh-ed25519');
  assert.equal(signatureAlgorithm('ssh-dss', undefined, byDefault), undefined);
});

void test('PubkeyAcceptedAlgorithms limits the signatures, and only it allows the oldest', () => {
  const server = ['ssh-ed25519', 'ssh-rsa', 'rsa-sha2-256', 'rsa-sha2-512'];
  assert.equal(signatureAlgorithm('ssh-rsa', server, ['rsa-sha2-256']), 'rsa-sha2-256');
  assert.equal(signatureAlgorithm('ssh-rsa', server, ['ssh-ed25519']), undefined);
  assert.equal(signatureAlgorithm('ssh-ed25519', server, ['rsa-sha2-256']), undefined);
  assert.equal(signatureAlgorithm('ssh-rsa', undefined, ['rsa-sha2-512', 'ssh-rsa']), 'ssh-rsa');
  assert.equal(signatureAlgorithm('ssh-rsa', ['ssh-rsa'], byDefault), 'rsa-sha2-512');
  const certificate = 'ssh-rsa-cert-v01@openssh.com';
  assert.equal(signatureAlgorithm(certificate, server, ['rsa-sha2-512']), undefined);
  assert.equal(
    signatureAlgorithm(certificate, server, ['rsa-sha2-256-cert-v01@openssh.com']),
    'rsa-sha2-256-cert-v01@openssh.com',
  );
});
