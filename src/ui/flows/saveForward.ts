import path from 'node:path';
import { findForward } from '../../core/config/editing/findForward.ts';
import { readDestination } from '../../core/config/keywords/jump.ts';
import { realEnvironment } from '../../core/config/environment.ts';
import { addForward } from '../../core/config/editing/write.ts';
import type { ForwardSpec } from '../../core/spec/spec.ts';
import { withLocalPort } from '../../core/session/localPort.ts';
import type { Sessions } from '../../core/session/sessions.ts';
import { findHost, type ForwardState, localPort } from '../../core/session/state.ts';
import { forwardIsThere, forwardSaved } from '../../view/configChanges.ts';
import { addHostFlow } from './addHost.ts';
import { changeSshConfig } from './changeSshConfig.ts';
import type { Chosen } from '../commands.ts';
import { openSshConfig, userConfigFile } from './openSshConfig.ts';
import * as say from '../asking/messages.ts';

/** Adds a forward to its host's block. A host that was typed becomes one of the configuration first. */
export async function saveForwardFlow(sessions: Sessions, { host, forward }: Chosen): Promise<void> {
  const known = aliasOf(sessions, host.name);
  const alias = known ?? (await addHostFlow(sessions, host.name));
  if (alias === undefined) return;
  const file = writableFile(sessions, alias);
  const spec = asSeen(forward);
  let line: number | undefined;
  let isThere = forward.origin === 'config';
  const isDone = await changeSshConfig(sessions, file, (before) => {
    line = findForward(before, alias, spec);
    isThere ||= line !== undefined;
    if (isThere) return before;
    const after = addForward(before, alias, spec);
    line = findForward(after, alias, spec);
    return after;
  });
  if (!isDone) return;
  const text = isThere ? forwardIsThere(alias, file, line) : forwardSaved(alias, file);
  void tell(text, file, line);
}

async function tell(text: string, file: string, line: number | undefined): Promise<void> {
  const show = 'Show';
  const choice = await say.info(text, ...(line === undefined ? [] : [show]));
  if (choice === show && line !== undefined) await openSshConfig({ file, line });
}

/** The host of the configuration that a name means: itself, or the one behind `me@`. */
function aliasOf(sessions: Sessions, name: string): string | undefined {
  const isAlias = (each: string): boolean => findHost(sessions.state.get(), each)?.source.kind === 'config';
  if (isAlias(name)) return name;
  const { host } = readDestination(name);
  return isAlias(host) ? host : undefined;
}

/** The file of the host's block; the user's own if that is one of the system's. */
function writableFile(sessions: Sessions, alias: string): string {
  const source = findHost(sessions.state.get(), alias)?.source;
  const isUsers =
    source?.kind === 'config' && path.relative(realEnvironment({}).systemFolder, source.file).startsWith('..');
  return isUsers ? source.file : userConfigFile(sessions.settings().configFile);
}

/** At the port where it answers now, and for this machine alone if it is shared for a while. */
function asSeen(forward: ForwardState): ForwardSpec {
  const port = localPort(forward);
  const spec = port === undefined ? forward.spec : withLocalPort(forward.spec, port);
  const isShared = forward.status.kind === 'open' && forward.status.sharedFor !== undefined;
  if (!isShared || port === undefined) return spec;
  return { ...spec, bind: { kind: 'tcp', host: undefined, port } };
}
