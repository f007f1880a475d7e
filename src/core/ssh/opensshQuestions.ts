import { UserError } from '../../base/userError.ts';
import type { HostConfig } from '../config/hostConfig.ts';
import type { AskpassQuestion } from './askpass.ts';
import type { ConnectProblem } from './connection.ts';
import type { Prompts } from './prompts.ts';

/** Puts the questions of ssh(1), which are only text, into ours. Returns what ssh is to read. */
export function answering(
  config: HostConfig,
  prompts: Prompts,
  events: { readonly onRemember: () => void; readonly onCancel: () => void },
  signal: AbortSignal,
): (question: AskpassQuestion) => Promise<string | undefined> {
  const { name: host, user } = config;
  const attempts = new Map<string, number>();
  return async ({ text, hint }) => {
    if (hint === 'none') {
      prompts.notice?.(host, text);
      return undefined;
    }
    const added = /^Add key (.*) \(.*\) to agent\?/.exec(text)?.[1];
    if (added !== undefined) return (await prompts.addToAgent({ host, keyFile: added }, signal)) ? 'yes' : 'no';
    const key = /(\S+) key fingerprint is (SHA256:\S+?)\.?\s/.exec(text);
    if (key) {
      const [, keyType = '', fingerprint = ''] = key;
      const address = /\((\S+)\)/.exec(text)?.[1] ?? config.hostName;
      const question = { host, address, port: config.port, keyType, fingerprint };
      const answer = await prompts.hostKey(question, signal);
      if (answer === 'remember') events.onRemember();
      return answer === 'refuse' ? 'no' : 'yes';
    }
    const attempt = (attempts.get(text) ?? 0) + 1;
    attempts.set(text, attempt);
    const keyFile = /passphrase for key '(.*)'/.exec(text)?.[1];
    const isPassword = text.endsWith("'s password: ");
    const answer = await prompts.secret(
      keyFile !== undefined
        ? { kind: 'passphrase', host, keyFile, attempt }
        : isPassword
          ? { kind: 'password', host, server: `${config.hostName}:${config.port}`, user, attempt }
          : { kind: 'keyboardInteractive', host, user, title: '', instruction: '', prompt: text, echo: false },
      signal,
    );
    if (answer === undefined) events.onCancel();
    return answer;
  };
}

/** Why ssh(1) gave up. It has no codes, so its (untranslated) messages have to do. */
export function explain(config: HostConfig, stderr: string): UserError<ConnectProblem> {
  const { name: host, port, user } = config;
  const find = (pattern: RegExp): readonly string[] | undefined => pattern.exec(stderr)?.slice(1);
  const problem = (): ConnectProblem => {
    const denied = find(/Permission denied \((.*?)\)/);
    if (denied) return { code: 'authFailed', host, user, tried: [], accepted: (denied[0] ?? '').split(',') };
    if (find(/Too many authentication failures/)) return { code: 'authFailed', host, user, tried: [], accepted: [] };
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
    if (find(/Host key verification failed/)) return { code: 'hostKeyUnknown', ...key };
    const offer = find(/no matching (.+?) found\. Their offer: (\S+)/);
    if (offer) return { code: 'noCommonAlgorithm', host, what: offer[0] ?? '', server: (offer[1] ?? '').split(',') };
    if (find(/Could not resolve hostname/)) return { code: 'dnsFailed', host, hostName: config.hostName };
    if (find(/Connection refused/)) return { code: 'connectionRefused', host, address: config.hostName, port };
    if (find(/timed out/)) return { code: 'timeout', host, phase: 'connect' };
    return { code: 'handshakeEnded', host, detail: stderr.trim().split('\n').at(-1) ?? '' };
  };
  return new UserError(problem());
}
