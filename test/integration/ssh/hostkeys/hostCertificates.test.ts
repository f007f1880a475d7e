import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { test } from 'node:test';
import type { HostConfig } from '../../../../src/core/config/hostConfig.ts';
import { sshdConfig } from '../../../support/hostConfig.ts';
import { knownHostsFile } from '../../../support/knownHosts.ts';
import { connectTo, script } from '../../../support/ssh.ts';
import { authority, type Certified, certifyHost, file, forHost, line, serve, useAuthorities } from './certifiedHost.ts';
import { opensshVerdict, ourVerdict, type Verdict } from './certificateVerdicts.ts';

useAuthorities();

interface Case extends Certified {
  readonly expected: Verdict['verdict'];
  readonly fault?: string;
  /** Of known_hosts. `name`: `[127.0.0.1]:port`. The authority for any host if absent. */
  readonly lines?: (name: string) => readonly string[];
  readonly config?: () => Partial<HostConfig>;
}

const krl = (name: string): string => {
  execFileSync('ssh-keygen', ['-kqf', file(`${name}.krl`), file(`${name}.pub`)]);
  return file(`${name}.krl`);
};

const CASES: Readonly<Record<string, Case>> = {
  'an authority for the name with the port': { expected: 'certificate', lines: (name) => [authority(name)] },
  'an authority for the name without the port': { expected: 'certificate', lines: () => [authority('127.0.0.1')] },
  'another authority with the port, the right one without': {
    expected: 'certificate',
    lines: (name) => [authority(name, 'other'), authority('127.0.0.1')],
  },
  'an authority for another port': { expected: 'unknown', lines: () => [authority('[127.0.0.1]:1')] },
  'no authority, and the key is known': { expected: 'key', lines: (name) => [`${name} ${line('host')}`] },
  'an authority and an outdated plain line': {
    expected: 'certificate',
    lines: (name) => [`${name} ${line('other')}`, authority(name)],
  },
  'an authority without the port and an outdated plain line': {
    expected: 'certificate',
    lines: (name) => [`${name} ${line('other')}`, authority('127.0.0.1')],
  },
  'several principals': { expected: 'certificate', options: ['-h', '-n', 'first,127.0.0.1,last'] },
  'no principal': { expected: 'certificate', options: ['-h'] },
  'another principal': { expected: 'unknown', fault: 'otherHost', options: ['-h', '-n', 'elsewhere'] },
  'a pattern as a principal': { expected: 'unknown', fault: 'otherHost', options: ['-h', '-n', '127.*'] },
  'the principal with the port': { expected: 'unknown', fault: 'otherHost', options: ['-h', '-n', '[127.0.0.1]:22'] },
  'the alias as the principal': {
    expected: 'certificate',
    options: ['-h', '-n', 'box'],
    lines: () => [authority('box')],
    config: () => ({ hostKeyAlias: 'box' }),
  },
  'an alias that is no principal': {
    expected: 'unknown',
    fault: 'otherHost',
    config: () => ({ hostKeyAlias: 'box' }),
  },
  'an expired certificate': {
    expected: 'unknown',
    fault: 'expired',
    options: [...forHost, '-V', '20200101:20210101'],
  },
  'an expired certificate of a known key': {
    expected: 'key',
    options: [...forHost, '-V', '20200101:20210101'],
    lines: (name) => [authority('*'), `${name} ${line('host')}`],
  },
  'an expired certificate and another plain key': {
    expected: 'changed',
    options: [...forHost, '-V', '20200101:20210101'],
    lines: (name) => [authority('*'), `${name} ${line('other')}`],
  },
  'an expired certificate with accept-new': {
    expected: 'key',
    options: [...forHost, '-V', '20200101:20210101'],
    config: () => ({ strictHostKeyChecking: 'accept-new' }),
  },
  'a certificate that is not yet valid': {
    expected: 'unknown',
    fault: 'notYetValid',
    options: [...forHost, '-V', '20990101:20991231'],
  },
  'a certificate for a user': { expected: 'unknown', fault: 'notHost', options: ['-n', '127.0.0.1'] },
  'a certificate of another authority': { expected: 'unknown', fault: 'otherAuthority', authority: 'other' },
  'a critical option': {
    expected: 'unknown',
    fault: 'criticalOption',
    options: [...forHost, '-O', 'critical:unknown=x'],
  },
  'an extension': { expected: 'certificate', options: [...forHost, '-O', 'extension:unknown=x'] },
  'a revoked authority': {
    expected: 'revoked',
    lines: () => [authority('*'), `@revoked * ${line('authority')}`],
  },
  'a revoked key': { expected: 'revoked', lines: () => [authority('*'), `@revoked * ${line('host')}`] },
  'a revoked authority of a known key': {
    expected: 'revoked',
    lines: (name) => [`${name} ${line('host')}`, `@revoked * ${line('authority')}`],
  },
  'a revoked key of another host': {
    expected: 'certificate',
    lines: () => [authority('*'), `@revoked elsewhere ${line('host')}`],
  },
  'an authority that RevokedHostKeys lists': {
    expected: 'revoked',
    config: () => ({ revokedHostKeysFile: file('authority.pub') }),
  },
  'a key that RevokedHostKeys lists': {
    expected: 'revoked',
    config: () => ({ revokedHostKeysFile: file('host.pub') }),
  },
  'a certificate that RevokedHostKeys lists': {
    expected: 'revoked',
    config: () => ({ revokedHostKeysFile: file('host-cert.pub') }),
  },
  'a KRL with the authority': { expected: 'revoked', config: () => ({ revokedHostKeysFile: krl('authority') }) },
  'a KRL with the key': { expected: 'revoked', config: () => ({ revokedHostKeysFile: krl('host') }) },
  'a KRL with the certificate': { expected: 'revoked', config: () => ({ revokedHostKeysFile: krl('host-cert') }) },
  'a KRL with another key': { expected: 'certificate', config: () => ({ revokedHostKeysFile: krl('other') }) },
  'a plain key in place of the certificate': {
    expected: 'unknown',
    config: () => ({ hostKeyAlgorithms: 'ssh-ed25519' }),
  },
  'a known plain key in place of the certificate': {
    expected: 'key',
    lines: (name) => [authority('*'), `${name} ${line('host')}`],
    config: () => ({ hostKeyAlgorithms: 'ssh-ed25519' }),
  },
  'another plain key in place of the certificate': {
    expected: 'changed',
    lines: (name) => [authority('*'), `${name} ${line('other')}`],
    config: () => ({ hostKeyAlgorithms: 'ssh-ed25519' }),
  },
  'an authority whose signatures CASignatureAlgorithms excludes': {
    expected: 'unknown',
    fault: 'signatureAlgorithm',
    config: () => ({ caSignatureAlgorithms: ['rsa-sha2-512', 'ecdsa-sha2-nistp256'] }),
  },
};

for (const [
  what,
  { expected, fault, lines = () => [authority('*')], config = () => ({}), ...certified },
] of Object.entries(CASES)) {
  void test(`${what}: ${expected}${fault === undefined ? '' : ` (${fault})`}, as ssh says`, async (t) => {
    const sshd = await serve(t, certifyHost(certified));
    const fresh = (): HostConfig =>
      sshdConfig(sshd, { userKnownHostsFiles: [knownHostsFile(...lines(`[127.0.0.1]:${sshd.port}`))], ...config() });
    const theirs = await opensshVerdict(fresh(), sshd.keyFile);
    const ours = await ourVerdict(fresh());
    assert.deepEqual([theirs.verdict, ours.verdict], [expected, expected]);
    // ssh(1) has no words for another authority. It reports a fault also where the plain key decides.
    if (fault !== 'otherAuthority' && expected === 'unknown') assert.equal(theirs.fault, fault);
    assert.equal(ours.fault, fault);
  });
}

void test('the question about the key of an expired certificate says so', async (t) => {
  const sshd = await serve(t, certifyHost({ options: [...forHost, '-V', '20200101:20210101'] }));
  const prompts = script({ hostKey: () => 'once' });
  const known = knownHostsFile(authority('*'));
  const config = sshdConfig(sshd, { strictHostKeyChecking: 'ask', userKnownHostsFiles: [known] });
  const connection = await connectTo(config, { prompts });
  assert.equal(connection.facts.hostKey, 'ssh-ed25519');
  assert.deepEqual(
    prompts.hostKeys.map(({ keyType, certificateFault }) => [keyType, certificateFault]),
    [['ssh-ed25519', 'expired']],
  );
  await connection.close();
});

void test('a server with a certificate teaches no keys, as ssh says', async (t) => {
  const sshd = await serve(t, certifyHost({}));
  const known = knownHostsFile(authority('*'));
  const text = fs.readFileSync(known, 'utf8');
  const connection = await connectTo(sshdConfig(sshd, { userKnownHostsFiles: [known], updateHostKeys: 'yes' }));
  const channel = await connection.exec('true', AbortSignal.timeout(10_000));
  channel.stdout.resume();
  await channel.exit;
  assert.equal(fs.readFileSync(known, 'utf8'), text);
  await connection.close();
});
