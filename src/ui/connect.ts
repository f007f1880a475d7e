import type { Sessions } from '../core/session/sessions.ts';
import { findHost } from '../core/session/state.ts';
import type { HostChoice } from '../view/hostPicks.ts';
import { pickHost } from './pickHost.ts';
import { withProgress } from './progress.ts';

/** Connects to a host: the one that is known, or one that the user picks or types. Undefined when cancelled. */
export async function connectFlow(
  sessions: Sessions,
  knownHost: string | undefined,
  title: string,
): Promise<HostChoice | undefined> {
  const known = knownHost === undefined ? undefined : { name: knownHost, options: [], forwards: [] };
  const host = known ?? (await pickHost(sessions.state.get(), title));
  if (!host) return undefined;
  if (host.options.length > 0) sessions.useOptions(host.name, host.options);
  if (findHost(sessions.state.get(), host.name)?.link.kind === 'online') return host;
  await withProgress(`Connecting to ${host.name}…`, (signal) => sessions.connect(host.name, signal));
  return host;
}
