import type { Client, ParsedKey } from 'ssh2';
import type { Log } from '../../../base/log.ts';
import { errorText } from '../../../base/userError.ts';
import type { HostKeys } from '../hostkeys/hostKeys.ts';
import { handlersOf } from './internals.ts';
import type { SshClient } from './client.ts';
import { linkLost } from '../linkLost.ts';
import { keyTypeOf } from '../keys/keys.ts';

/**
 * Which host keys the server says it has (PROTOCOL, section 2.5). To be called before the login: sshd may say it with
 * the message that ends it.
 */
export function overhearHostKeys(client: Client): () => readonly Buffer[] {
  const handlers = handlersOf(client);
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

/**
 * Once the server has proven that it holds its keys, which ssh2 sees to, known_hosts follows. What it has not proven is no
 * reason to change anything.
 *
 * @param types what may be learned
 */
export function learnHostKeys(
  client: Client,
  link: SshClient,
  offered: () => readonly Buffer[],
  types: readonly string[],
  hostKeys: HostKeys,
  log: Log,
): void {
  const over = new AbortController();
  void link.closed.then(() => over.abort(linkLost()));
  client.once('hostkeys', (keys) => {
    const isWanted = (key: Buffer): boolean => types.includes(keyTypeOf(key));
    const proven = keys.map((key) => key.getPublicSSH()).filter(isWanted);
    const isProven = offered().every((key) => !isWanted(key) || proven.some((each) => each.equals(key)));
    const updating = isProven ? hostKeys.update({ offered: offered(), proven }, over.signal) : Promise.resolve(none);
    updating.then(
      ({ learned, obsolete }) => log.debug(`host keys of the server: ${learned} learned, ${obsolete} obsolete`),
      (error: unknown) => log.warn(`host keys not updated: ${errorText(error)}`),
    );
  });
}

const none = { learned: 0, obsolete: 0 };
