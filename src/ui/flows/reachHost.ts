import type { Sessions } from '../../core/session/sessions.ts';
import { findHost } from '../../core/session/state.ts';
import type { HostChoice } from '../../core/config/typed.ts';
import { pickHost } from '../asking/pickHost.ts';
import { withProgress } from '../asking/progress.ts';
import * as say from '../asking/messages.ts';

/** Connects to the known host, or to a host that the user picks or types. Undefined when cancelled. */
export async function reachHost(
  sessions: Sessions,
  knownHost: string | undefined,
  title: string,
): Promise<HostChoice | undefined> {
  if (knownHost === undefined) {
    const host = await pickHost(sessions.state.get(), title);
    if (host) await connectTo(sessions, host);
    return host;
  }
  if (!isOnline(sessions, knownHost)) await connect(sessions, knownHost);
  return { name: knownHost, options: [], forwards: [] };
}

/** Connects with the options of a pasted command. */
export async function connectTo(sessions: Sessions, { name, options }: HostChoice): Promise<void> {
  if (isOnline(sessions, name) && options.length > 0 && options.join('\n') !== sessions.optionsOf(name).join('\n')) {
    const again = 'Reconnect';
    const question = `${name} is already connected, with other options than this command has. Reconnect to use the new options.`;
    if ((await say.warn(question, again)) === again) await sessions.disconnect(name);
  }
  if (isOnline(sessions, name)) return;
  sessions.useOptions(name, options);
  await connect(sessions, name);
}

function isOnline(sessions: Sessions, name: string): boolean {
  return findHost(sessions.state.get(), name)?.link.kind === 'online';
}

function connect(sessions: Sessions, name: string): Promise<void> {
  return withProgress(`Connecting to ${name}…`, (signal) => sessions.connect(name, signal));
}
