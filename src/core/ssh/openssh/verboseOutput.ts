import type { ConnectionFacts } from '../connection.ts';
import { printable } from '../printable.ts';

/** The facts that `ssh -vv` prints. A jump host prints the same lines before the destination, so the last line counts. */
export function readFacts(stderr: string): Omit<ConnectionFacts, 'via'> {
  const last = (pattern: RegExp): string => [...stderr.matchAll(pattern)].at(-1)?.[1]?.trim() ?? '';
  return {
    transport: 'openssh',
    serverVersion: `SSH-2.0-${printable(last(/remote software version (.*)/g))}`,
    cipher: last(/kex: server->client cipher: (\S+)/g),
    kex: last(/kex: algorithm: (\S+)/g),
    hostKey: last(/kex: host key algorithm: (\S+)/g),
    authMethod: last(/Authenticated to .* using "(.*?)"/g),
  };
}

/** The output without the lines that `-vv` adds. */
export function messages(stderr: string): string {
  return stderr.split('\n').filter(isMessage).join('\n');
}

/** Is it a line that ssh prints without `-vv` too? */
export function isMessage(line: string): boolean {
  return !/^(?:debug\d:|OpenSSH_|Authenticated to )/.test(line);
}
