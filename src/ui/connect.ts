import type { Sessions } from '../core/session/sessions.ts';
import { findHost } from '../core/session/state.ts';
import type { HostChoice } from '../view/hostPicks.ts';
import { pickHost } from './pickHost.ts';
import { withProgress } from './progress.ts';
import * as say from './say.ts';

/** Connects to a host: the one that is known, or one that the user picks or types. Undefined when cancelled. */
export async function connectFlow(
  sessions: Sessions,
  knownHost: string | undefined,
  title: string,
): Promise<HostChoice | undefined> {
  const known = knownHost === undefined ? undefined : { name: knownHost, options: [], forwards: [] };
  const host = known ?? (await pickHost(sessions.state.get(), title));
  if (!host) return undefined;
  const { name, options } = host;
  const isOnline = (): boolean => findHost(sessions.state.get(), name)?.link.kind === 'online';
  if (!known && isOnline() && options.length > 0 && options.join('\n') !== sessions.optionsOf(name).join('\n')) {
    const again = 'Reconnect';
    const question = `${name} is connected with other options than those of the command.`;
    if ((await say.warn(question, again)) === again) await sessions.disconnect(name);
  }
  if (isOnline()) return host;
  if (!known) sessions.useOptions(name, options);
  await withProgress(`Connecting to ${name}…`, (signal) => sessions.connect(name, signal));
  return host;
}
