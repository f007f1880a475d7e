import * as vscode from 'vscode';
import { findForward } from '../core/config/findForward.ts';
import { realWorld } from '../core/config/world.ts';
import { addForward } from '../core/config/write.ts';
import type { ForwardSpec } from '../core/forward/spec.ts';
import { withLocalPort } from '../core/session/localPort.ts';
import type { Sessions } from '../core/session/sessions.ts';
import { findHost, type ForwardState, type HostState, localPort } from '../core/session/state.ts';
import { forwardIsThere, forwardSaved } from '../view/configChanges.ts';
import { addHostFlow } from './addHost.ts';
import { changeSshConfig } from './changeSshConfig.ts';
import { openSshConfig, userConfigFile } from './openSshConfig.ts';

/** Adds a forward to its host's block. A host that was typed becomes one of the configuration first. */
export async function saveForwardFlow(sessions: Sessions, { name, source }: HostState, forward: ForwardState): Promise<void> {
  const alias = source.kind === 'config' ? name : await addHostFlow(sessions, name);
  if (alias === undefined) return;
  const file = writableFile(sessions, alias);
  const spec = asItIsNow(forward);
  let line = forward.origin === 'config' ? 0 : undefined;
  const edit = (before: string): string => {
    line = findForward(before, alias, spec) ?? line;
    return line === undefined ? addForward(before, alias, spec) : before;
  };
  if (!(await changeSshConfig(sessions, file, edit))) return;
}
