import type { Engine } from '../../engine/engine.ts';
import { findHost } from '../../core/session/state.ts';
import type { HostChoice } from '../../core/config/typed.ts';
import { pickHost } from '../asking/pickHost.ts';
import { withProgress } from '../asking/progress.ts';
import * as say from '../asking/messages.ts';

/** Connects to the known host, or to a host that the user picks or types. Undefined when cancelled. */
export async function reachHost(
  engine: Engine,
  knownHost: string | undefined,
  title: string,
): Promise<HostChoice | undefined> {
  if (knownHost === undefined) {
    const host = await pickHost(engine.state.get(), title);
    if (host) await connectTo(engine, host);
    return host;
  }
  if (!isOnline(engine, knownHost)) await connect(engine, knownHost);
  return { name: knownHost, options: [], forwards: [] };
}

/** Connects with the options of a pasted command. */
export async function connectTo(engine: Engine, { name, options }: HostChoice): Promise<void> {
  const isOther = async (): Promise<boolean> => options.join('\n') !== (await engine.optionsOf(name)).join('\n');
  if (isOnline(engine, name) && options.length > 0 && (await isOther())) {
    const again = 'Reconnect';
    const question = `${name} is already connected, with other options than this command has. Reconnect to use the new options.`;
    if ((await say.warn(question, again)) === again) await engine.disconnect(name);
  }
  if (isOnline(engine, name)) return;
  await engine.useOptions(name, options);
  await connect(engine, name);
}

function isOnline(engine: Engine, name: string): boolean {
  return findHost(engine.state.get(), name)?.link.kind === 'online';
}

function connect(engine: Engine, name: string): Promise<void> {
  return withProgress(`Connecting to ${name}…`, (signal) => engine.connect(name, signal));
}
