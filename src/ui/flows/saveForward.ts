import path from 'node:path';
import { findForward } from '../../core/config/editing/findForward.ts';
import { readDestination } from '../../core/spec/destination.ts';
import { realEnvironment } from '../../core/config/environment.ts';
import { addForward } from '../../core/config/editing/write.ts';
import type { ForwardSpec } from '../../core/spec/spec.ts';
import { withLocalPort } from '../../core/session/forwards/localPort.ts';
import type { Sessions } from '../../core/session/sessions.ts';
import { findHost, type ForwardState, localPort } from '../../core/session/state.ts';
import { forwardIsThere, forwardSaved } from '../../view/configChanges.ts';
import { canSave } from '../../view/forwardActions.ts';
import { chooseForward } from '../asking/pickForward.ts';
import type { Flow } from '../context.ts';
import { addHostToConfig } from './addHost.ts';
import { changeSshConfig } from './changeSshConfig.ts';
import { openSshConfig, userConfigFile } from './openSshConfig.ts';
import * as say from '../asking/messages.ts';

/** Adds a forward to the Host block of its host. A typed host is added to the configuration first. */
export const saveForward: Flow = async ({ sessions }, row) => {
  const question = { title: 'Save Forward to SSH Config', can: canSave };
  const chosen = await chooseForward(sessions.state.get(), row, question);
  if (!chosen) return;
  const { host, forward } = chosen;
  const known = aliasOf(sessions, host.name);
  const alias = known ?? (await addHostToConfig(sessions, host.name));
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
};

async function tell(text: string, file: string, line: number | undefined): Promise<void> {
  const show = 'Show';
  const choice = await say.info(text, ...(line === undefined ? [] : [show]));
  if (choice === show && line !== undefined) await openSshConfig({ file, line });
}

/** The configured host that a name means: the name itself, or the part after `me@`. */
function aliasOf(sessions: Sessions, name: string): string | undefined {
  const isAlias = (each: string): boolean => findHost(sessions.state.get(), each)?.source.kind === 'config';
  if (isAlias(name)) return name;
  const { host } = readDestination(name);
  return isAlias(host) ? host : undefined;
}

/** The file that holds the host's block. The user's own file if that is a system file, which users cannot write. */
function writableFile(sessions: Sessions, alias: string): string {
  const source = findHost(sessions.state.get(), alias)?.source;
  const isUsers =
    source?.kind === 'config' && path.relative(realEnvironment({}).systemFolder, source.file).startsWith('..');
  return isUsers ? source.file : userConfigFile(sessions.settings().configFile);
}

/** The spec to save: with the local port of now, and without a temporary share. */
function asSeen(forward: ForwardState): ForwardSpec {
  const port = localPort(forward);
  const spec = port === undefined ? forward.spec : withLocalPort(forward.spec, port);
  const isShared = forward.status.kind === 'open' && forward.status.sharedFor !== undefined;
  if (!isShared || port === undefined) return spec;
  return { ...spec, bind: { kind: 'tcp', host: undefined, port } };
}
