import * as vscode from 'vscode';
import type { Log } from '../../base/log.ts';
import { mount, type Readable } from '../../base/store.ts';
import type { Settings } from '../../core/session/settings.ts';
import { badRulesText } from '../../view/badRules.ts';
import { guard } from '../guard.ts';
import * as say from '../asking/messages.ts';

/** Warns about port rules with bad keys, once for each new set of them. */
export function warnOfBadRules(settings: Readable<Settings>, log: Log): vscode.Disposable {
  const stop = mount(settings, badRulesText, (text) => {
    if (text !== undefined) void guard(log, () => warn(text));
  });
  return { dispose: stop };
}

async function warn(text: string): Promise<void> {
  const open = 'Open Settings';
  if ((await say.warn(text, open)) === open)
    await vscode.commands.executeCommand('workbench.action.openSettings', 'sshPorts.portsAttributes');
}
