import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keyName } from '../../../src/view/keyName.ts';

void test('key types are named as ssh names them', () => {
  const names = [
    ['ssh-ed25519', 'ED25519'],
    ['ssh-rsa', 'RSA'],
    ['rsa-sha2-512', 'RSA'],
    ['ssh-dss', 'DSA'],
    ['ecdsa-sha2-nistp256', 'ECDSA'],
    ['sk-ssh-ed25519@openssh.com', 'ED25519-SK'],
    ['sk-ecdsa-sha2-nistp256@openssh.com', 'ECDSA-SK'],
    ['ssh-ed25519-cert-v01@openssh.com', 'ED25519'],
    ['other', 'OTHER'],
  ] as const;
  for (const [type, name] of names) assert.equal(keyName(type), name);
});
