import { execFile } from 'node:child_process';
import type { HostConfig } from '../../../../src/core/config/hostConfig.ts';
import { connectTo, problemOf } from '../../../support/ssh.ts';

export interface Verdict {
  /** The trusted object, or the reason for the refusal. */
  readonly verdict: 'certificate' | 'key' | 'unknown' | 'changed' | 'revoked' | 'broken';
  /** The fault of the certificate. */
  readonly fault?: string;
}

/** The words of ssh(1) for each fault. */
const WORDS: Readonly<Record<string, RegExp>> = {
  notHost: /Certificate invalid: not a host certificate/,
  notYetValid: /Certificate invalid: not yet valid/,
  expired: /Certificate invalid: (?:has )?expired/,
  otherHost: /Certificate invalid: name is not a listed principal/,
  criticalOption: /Certificate contains unsupported critical options/,
  signatureAlgorithm: /Certificate signed with disallowed algorithm/,
};

/** The verdict of the installed ssh(1). Asynchronous, because the machine in the middle runs in this process. */
export async function opensshVerdict(config: HostConfig, keyFile: string): Promise<Verdict> {
  const options = {
    User: config.user,
    Port: String(config.port),
    IdentityFile: keyFile,
    IdentitiesOnly: 'yes',
    UserKnownHostsFile: config.userKnownHostsFiles.join(' '),
    GlobalKnownHostsFile: '/dev/null',
    StrictHostKeyChecking: config.strictHostKeyChecking,
    BatchMode: 'yes',
    CASignatureAlgorithms: config.caSignatureAlgorithms.join(','),
    ...(config.hostKeyAlias !== undefined && { HostKeyAlias: config.hostKeyAlias }),
    ...(config.revokedHostKeysFile !== undefined && { RevokedHostKeys: config.revokedHostKeysFile }),
    ...(config.hostKeyAlgorithms !== undefined && { HostKeyAlgorithms: config.hostKeyAlgorithms }),
  };
  const flags = Object.entries(options).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
  const args = ['-v', '-F', '/dev/null', ...flags, config.hostName, 'true'];
  const { isFine, stderr } = await new Promise<{ isFine: boolean; stderr: string }>((resolve) =>
    execFile('ssh', args, { timeout: 10_000 }, (error, _, text) => resolve({ isFine: !error, stderr: text })),
  );
  const fault = Object.keys(WORDS).find((each) => WORDS[each]?.test(stderr));
  const verdict = (): Verdict['verdict'] => {
    if (isFine) return fault === undefined && /matches the \S+ host certificate/.test(stderr) ? 'certificate' : 'key';
    if (/REVOKED HOST KEY|revoked by file/.test(stderr)) return 'revoked';
    if (/IDENTIFICATION HAS CHANGED/.test(stderr)) return 'changed';
    if (/host key is known|verification failed/i.test(stderr)) return 'unknown';
    if (/incorrect signature|error in libcrypto|invalid format/.test(stderr)) return 'broken';
    throw new Error(stderr);
  };
  return { verdict: verdict(), ...(fault !== undefined && { fault }) };
}

const CODES: Readonly<Record<string, Verdict['verdict']>> = {
  hostKeyUnknown: 'unknown',
  hostCertificateInvalid: 'unknown',
  hostKeyChanged: 'changed',
  hostKeyRevoked: 'revoked',
  handshakeEnded: 'broken',
};

export async function ourVerdict(config: HostConfig): Promise<Verdict> {
  try {
    const connection = await connectTo({ ...config, batchMode: true });
    await connection.close();
    return { verdict: connection.facts.hostKey.endsWith('-cert-v01@openssh.com') ? 'certificate' : 'key' };
  } catch (error) {
    const problem = await problemOf(Promise.reject(error));
    const verdict = CODES[problem.code];
    if (!verdict) throw error;
    return { verdict, ...('fault' in problem && { fault: String(problem.fault) }) };
  }
}
