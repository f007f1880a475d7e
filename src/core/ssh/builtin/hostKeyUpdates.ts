import type { Client, ParsedKey } from 'ssh2';
import type { Log } from '../../../base/log.ts';
import { errorText } from '../../../base/userError.ts';
import type { HostKeys } from '../hostkeys/hostKeys.ts';
import { keyTypeOf } from '../keys/keys.ts';
import { linkLost } from '../linkLost.ts';
import type { SshClient } from './client.ts';
import { handlersOf } from './internals.ts';

/**
 * Records the host keys that the server says it has (OpenSSH's PROTOCOL, section 2.5).
 * RACE: call it before the login, because sshd may send the keys together with the message that ends the login.
 */
export function recordOfferedKeys(ssh2: Client): () => readonly Buffer[] {
  const handlers = handlersOf(ssh2);
  const { GLOBAL_REQUEST: onRequest } = handlers;
  let offered: readonly Buffer[] = [];
  handlers.GLOBAL_REQUEST = (protocol, name, wantsReply, data) => {
    if (name === 'hostkeys-00@openssh.com' && Array.isArray(data)) {
      offered = (data as readonly ParsedKey[]).map((key) => key.getPublicSSH());
    }
    onRequest(protocol, name, wantsReply, data);
  };
  return () => offered;
}

export interface HostKeyUpdates {
  readonly offered: () => readonly Buffer[];
  /** The key types that may be learned. */
  readonly types: readonly string[];
  readonly hostKeys: HostKeys;
  readonly log: Log;
}

/**
 * Updates known_hosts once the server has proven that it holds its keys, which ssh2 verifies. An unproven key changes
 * nothing.
 */
export function learnHostKeys(client: SshClient, { offered, types, hostKeys, log }: HostKeyUpdates): void {
  const over = new AbortController();
  void client.closed.then(() => over.abort(linkLost()));
  client.ssh2.once('hostkeys', (keys) => {
    const isWanted = (key: Buffer): boolean => types.includes(keyTypeOf(key));
    const proven = keys.map((key) => key.getPublicSSH()).filter(isWanted);
    const isProven = offered().every((key) => !isWanted(key) || proven.some((each) => each.equals(key)));
    const updating = isProven ? hostKeys.update({ offered: offered(), proven }, over.signal) : Promise.resolve(none);
    updating.then(
      ({ learned, obsolete }) => log.debug(`known_hosts updated: ${learned} keys added, ${obsolete} removed`),
      (error: unknown) => log.warn(`known_hosts not updated: ${errorText(error)}`),
    );
  });
}

const none = { learned: 0, obsolete: 0 };
