import { UserError } from '../../../base/userError.ts';
import type { HostConfig } from '../../config/hostConfig.ts';
import type { CertificateFault } from '../certificateFault.ts';
import type { AskpassQuestion } from '../route/askpass.ts';
import type { HostProblem } from '../connection.ts';
import { lookupName } from '../hostkeys/knownHosts.ts';
import { printable } from '../printable.ts';
import type { Prompts } from '../prompts.ts';

/** Answers one question of ssh. Undefined: no answer, so ssh gives up. */
export type Answering = (question: AskpassQuestion) => Promise<string | undefined>;

/**
 * Translates the questions of an ssh(1) that connects to a host, which are plain text, into our prompts.
 * SECURITY: the ssh of a jump host asks through the same socket. Only a question that names this host gets this host's
 * prompt; any other is relayed as text.
 */
export function answering(
  config: HostConfig,
  prompts: Prompts,
  events: { readonly onRemember: () => void; readonly onCancel: () => void },
  signal: AbortSignal,
): Answering {
  const { name: host, user, hostName, port } = config;
  const hostKeyName = config.hostKeyAlias ?? lookupName(hostName, port);
  const passwordQuestion = `${user}@${config.hostKeyAlias ?? hostName}'s password: `;
  const relay = relaying(config, prompts, events.onCancel, signal);
  let attempt = 0;
  return async (question) => {
    const { text } = question;
    const key = /(\S+) key fingerprint is (SHA256:\S+?)\.?\s/.exec(text);
    if (key && text.includes(` host '${hostKeyName} (`)) {
      const [, keyType = '', fingerprint = ''] = key;
      const address = /\((\S+)\)/.exec(text)?.[1] ?? hostName;
      const inDns = /^(Matching|No matching) host key fingerprint found in DNS/m.exec(text)?.[1];
      const isInDns = inDns === undefined ? {} : { isInDns: inDns === 'Matching' };
      const answer = await prompts.hostKey({ host, address, port, keyType, fingerprint, ...isInDns }, signal);
      if (answer === 'remember') events.onRemember();
      if (answer === undefined) events.onCancel();
      return answer === undefined || answer === 'refuse' ? 'no' : 'yes';
    }
    if (text !== passwordQuestion) return relay(question);
    attempt++;
    const server = `${hostName}:${port}`;
    const answer = await prompts.secret({ kind: 'password', host, server, user, attempt }, signal);
    if (answer === undefined) events.onCancel();
    return answer;
  };
}

/** Relays the questions of any ssh(1) on the route to a host as plain text, because their text does not name the asker. */
export function relaying(
  { name: host, user }: HostConfig,
  prompts: Prompts,
  onCancel: () => void,
  signal: AbortSignal,
): Answering {
  const attempts = new Map<string, number>();
  return async ({ text, hint }) => {
    if (hint === 'none') {
      prompts.notice?.(host, text);
      return undefined;
    }
    const added = /^Add key (.*) \(.*\) to agent\?/.exec(text)?.[1];
    if (added !== undefined) return (await prompts.addToAgent({ host, keyFile: added }, signal)) ? 'yes' : 'no';
    const keyFile = /passphrase for key '(.*)'/.exec(text)?.[1];
    const attempt = (attempts.get(text) ?? 0) + 1;
    attempts.set(text, attempt);
    const answer = await prompts.secret(
      keyFile === undefined
        ? {
            kind: 'keyboardInteractive',
            host,
            user,
            title: '',
            instruction: '',
            prompt: text,
            echo: text.includes('(yes/no'),
          }
        : { kind: 'passphrase', host, keyFile, attempt },
      signal,
    );
    if (answer === undefined) onCancel();
    return answer;
  };
}

/** What ssh(1) says of a host certificate, before it judges the plain key. */
const CERTIFICATE_FAULTS: readonly (readonly [string, CertificateFault])[] = [
  ['Certificate invalid: not a host certificate', 'notHost'],
  ['Certificate invalid: not yet valid', 'notYetValid'],
  ['Certificate invalid: expired', 'expired'],
  ['Certificate invalid: name is not a listed principal', 'otherHost'],
  ['Certificate contains unsupported critical options', 'criticalOption'],
  ['Certificate signed with disallowed algorithm', 'signatureAlgorithm'],
];

/** Why ssh(1) gave up. It has no error codes, so its untranslated messages decide. */
export function explain(config: HostConfig, stderr: string): UserError<HostProblem> {
  const { name: host, port, user } = config;
  const find = (pattern: RegExp): readonly string[] | undefined => pattern.exec(stderr)?.slice(1);
  const problem = (): HostProblem => {
    const denied = find(/Permission denied \((.*?)\)/);
    if (denied) return { code: 'authFailed', host, user, tried: [], accepted: (denied[0] ?? '').split(',') };
    const farewell = find(/Received disconnect from .*? port \d+:\d+: (.*)/)?.[0];
    const said = farewell !== undefined && { said: printable(farewell) };
    if (find(/Too many authentication failures/)) {
      return { code: 'authFailed', host, user, tried: [], accepted: [], ...said };
    }
    const offending = find(/(?:Offending|Matching|revoked)[^\n]*? in (\S+):(\d+)/);
    const fingerprint = find(/(SHA256:[^\s.]+)/)?.[0] ?? '';
    const key = { host, fingerprint, keyType: find(/(\w+) (?:host )?key/)?.[0] ?? '' };
    if (find(/IDENTIFICATION HAS CHANGED/) || find(/REVOKED HOST KEY/)) {
      const code = find(/REVOKED HOST KEY/) ? 'hostKeyRevoked' : 'hostKeyChanged';
      const lookup = port === 22 ? config.hostName : `[${config.hostName}]:${port}`;
      return { code, ...key, file: offending?.[0] ?? '', line: Number(offending?.[1] ?? 0), lookup };
    }
    const listed = find(/revoked by file (.+?)\r?\n/)?.[0];
    if (listed !== undefined) return { code: 'hostKeyRevoked', ...key, file: listed, line: 0, lookup: config.hostName };
    const isRefused = find(/Host key verification failed/);
    const fault = CERTIFICATE_FAULTS.find(([words]) => stderr.includes(words))?.[1];
    if (isRefused && fault) return { code: 'hostCertificateInvalid', ...key, fault };
    if (isRefused) return { code: 'hostKeyUnknown', ...key };
    const offer = find(/no matching (.+?) found\. Their offer: (\S+)/);
    if (offer) return { code: 'noCommonAlgorithm', host, what: offer[0] ?? '', server: (offer[1] ?? '').split(',') };
    if (find(/Could not resolve hostname/)) return { code: 'dnsFailed', host, hostName: config.hostName };
    if (find(/Connection refused/)) return { code: 'connectionRefused', host, address: config.hostName, port };
    if (find(/timed out/)) return { code: 'timeout', host, phase: 'connect' };
    return {
      code: 'handshakeEnded',
      host,
      detail: said ? said.said : printable(stderr.trim().split('\n').at(-1) ?? ''),
    };
  };
  return new UserError(problem());
}
