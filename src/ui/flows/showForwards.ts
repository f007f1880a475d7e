import * as vscode from 'vscode';
import { statusPicks } from '../../view/statusPicks.ts';
import { pickStatus } from '../asking/pickStatus.ts';
import type { Flow } from '../context.ts';
import { previousHosts } from '../previousHosts.ts';

/** Lists addresses and problems, and runs what the user picks. */
export const showForwards: Flow = async ({ sessions, statusBar }) => {
  statusBar.markSeen();
  const action = await pickStatus(statusPicks(sessions.state.get(), previousHosts(sessions)));
  if (!action) return;
  const { command, target } = action;
  await vscode.commands.executeCommand(`sshPorts.${command}`, ...(target ? [{ target }] : []));
};
