import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import crypto from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { ownAuthority } from '../../../src/core/front/certificates/authority.ts';
import { leafCertificate, subjectOf } from '../../../src/core/front/certificates/certificate.ts';
import { Certificates } from '../../../src/core/front/certificates/certificates.ts';
import { dataFolder } from '../../../src/core/front/certificates/folders.ts';

interface Place {
  readonly own: string;
  readonly mkcert: string;
}

function place(t: TestContext): Place {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'certificates-'));
  t.after(() => fs.rmSync(folder, { recursive: true, force: true }));
  return { own: path.join(folder, 'own'), mkcert: path.join(folder, 'mkcert') };
}

/** OpenSSL's verdict on a certificate for a name or an address, with this authority as the only trusted one. */
function verify({ own }: Place, authority: string, cert: string, ...subject: readonly string[]): string {
  fs.writeFileSync(path.join(own, 'ca.pem'), authority);
  fs.writeFileSync(path.join(own, 'leaf.pem'), cert);
  const args = ['verify', '-x509_strict', '-purpose', 'sslserver', '-CAfile', 'ca.pem', ...subject, 'leaf.pem'];
  try {
    return execFileSync('openssl', args, { cwd: own, encoding: 'utf8', stdio: 'pipe' }).trim();
  } catch (error) {
    return String((error as { stderr?: unknown }).stderr);
  }
}

test('certificates are valid for localhost, names below it and loopback addresses', (t) => {
  const where = place(t);
  const certificates = new Certificates(() => where);
  const authority = certificates.local().certificate;
  const check = (subject: string, ...as: readonly string[]): string =>
    verify(where, authority, certificates.credential(subject).cert, ...as);
  assert.equal(check('localhost', '-verify_hostname', 'localhost'), 'leaf.pem: OK');
  assert.equal(check('vite.devbox.localhost', '-verify_hostname', 'vite.devbox.localhost'), 'leaf.pem: OK');
  assert.equal(check('127.0.0.1', '-verify_ip', '127.0.0.1'), 'leaf.pem: OK');
  assert.equal(check('127.0.0.1', '-verify_ip', '::1'), 'leaf.pem: OK');
  assert.equal(check('127.0.0.5', '-verify_ip', '127.0.0.5'), 'leaf.pem: OK');
});

test('SECURITY: a stolen key of the authority can vouch for no other name or address', (t) => {
  const where = place(t);
  const { certificate } = new Certificates(() => where).local();
  const key = crypto.createPrivateKey(fs.readFileSync(path.join(where.own, 'local-authority.pem')));
  const { publicKey } = crypto.generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const forge = (names: Parameters<typeof leafCertificate>[2]): string =>
    verify(where, certificate, leafCertificate({ name: subjectOf(certificate), key }, publicKey, names));
  assert.match(forge({ dns: ['example.org'], addresses: [] }), /permitted subtree violation/);
  assert.match(forge({ dns: ['localhost.example.org'], addresses: [] }), /permitted subtree violation/);
  assert.match(forge({ dns: [], addresses: ['192.168.1.1'] }), /permitted subtree violation/);
  assert.match(forge({ dns: [], addresses: ['2001:db8::1'] }), /permitted subtree violation/);
});

test('a shared address has its own authority, valid for this address alone', (t) => {
  const where = place(t);
  const certificates = new Certificates(() => where);
  const { certificate } = certificates.shared('192.168.1.23');
  const leaf = certificates.credential('192.168.1.23').cert;
  assert.equal(verify(where, certificate, leaf, '-verify_ip', '192.168.1.23'), 'leaf.pem: OK');
  assert.notEqual(certificate, certificates.local().certificate);
  const other = certificates.shared('192.168.1.23').issue({ dns: [], addresses: ['192.168.1.24'] }).cert;
  assert.match(verify(where, certificate, other), /permitted subtree violation/);
});

test(
  'the authority is made once and kept where only the user can read it',
  { skip: process.platform === 'win32' },
  (t) => {
    const where = place(t);
    const first = new Certificates(() => where).local().certificate;
    assert.equal(new Certificates(() => where).local().certificate, first);
    assert.equal(fs.statSync(path.join(where.own, 'local-authority.pem')).mode & 0o777, 0o600);
    assert.equal(fs.statSync(where.own).mode & 0o777, 0o700);
  },
);

test('a damaged authority is replaced', (t) => {
  const { own } = place(t);
  const scope = { dns: ['localhost'], addresses: ['127.0.0.0/8'] };
  const first = ownAuthority(own, 'a.pem', scope).certificate;
  fs.writeFileSync(path.join(own, 'a.pem'), 'no PEM');
  const second = ownAuthority(own, 'a.pem', scope).certificate;
  assert.notEqual(second, first);
  assert.equal(ownAuthority(own, 'a.pem', scope).certificate, second);
});

test('RACE: two windows that replace a damaged authority at once use the same new one', (t) => {
  const { own } = place(t);
  const scope = { dns: ['localhost'], addresses: ['127.0.0.0/8'] };
  fs.mkdirSync(own);
  fs.writeFileSync(path.join(own, 'a.pem'), 'no PEM');
  let other = '';
  // The other window is faster: it replaces the file after this one has found it damaged.
  const mock = t.mock.method(fs, 'writeFileSync', (...args: Parameters<typeof fs.writeFileSync>) => {
    mock.mock.restore();
    fs.writeFileSync(...args);
    other = ownAuthority(own, 'a.pem', scope).certificate;
  });
  assert.equal(ownAuthority(own, 'a.pem', scope).certificate, other);
  assert.deepEqual(fs.readdirSync(own).toSorted(), ['a.crt', 'a.pem']);
});

test('a leaf is reused for half of its lifetime, then renewed', (t) => {
  const where = place(t);
  const certificates = new Certificates(() => where);
  const first = certificates.credential('localhost');
  assert.equal(certificates.credential('localhost'), first);
  t.mock.timers.enable({ apis: ['Date'], now: Date.now() + 6 * 24 * 3_600_000 });
  assert.notEqual(certificates.credential('localhost'), first);
});

test('an existing authority of mkcert is used, also with an RSA key', (t) => {
  const where = place(t);
  fs.mkdirSync(where.mkcert);
  fs.mkdirSync(where.own);
  const usage = '-addext keyUsage=critical,keyCertSign -addext basicConstraints=critical,CA:TRUE';
  const args = `-newkey rsa:2048 -nodes -keyout rootCA-key.pem -out rootCA.pem -days 365 -subj /O=mkcert ${usage}`;
  execFileSync('openssl', ['req', '-x509', ...args.split(' ')], { cwd: where.mkcert, stdio: 'pipe' });
  const certificates = new Certificates(() => where);
  const authority = certificates.local();
  assert.equal(authority.origin, 'mkcert');
  const { cert } = certificates.credential('app.localhost');
  assert.equal(verify(where, authority.certificate, cert, '-verify_hostname', 'app.localhost'), 'leaf.pem: OK');
});

test('the data folder is the user’s folder for data that stay on this machine', () => {
  assert.equal(dataFolder('x', { HOME: '/home/u' }, 'linux'), path.join('/home/u', '.local', 'share', 'x'));
  assert.equal(dataFolder('x', { HOME: '/home/u', XDG_DATA_HOME: '/d' }, 'linux'), path.join('/d', 'x'));
  assert.match(dataFolder('x', { HOME: '/Users/u' }, 'darwin'), /Library.Application Support.x$/);
  assert.equal(dataFolder('x', { LOCALAPPDATA: 'L' }, 'win32'), path.join('L', 'x'));
});
