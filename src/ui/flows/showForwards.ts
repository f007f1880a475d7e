import * as vscode from 'vscode';
import { previousHosts } from '../../core/session/state.ts';
import { statusPicks } from '../../view/statusPicks.ts';
import { pickStatus } from '../asking/pickStatus.ts';
import type { Flow } from '../context.ts';

/** Lists addresses and problems, and runs what the user picks. */
export const showForwards: Flow = async ({ engine, statusBar }) => {
  const state = engine.state.get();
  statusBar.markSeen();
  const action = await pickStatus(statusPicks(state, previousHosts(state)));
  if (!action) return;
  const { command, target } = action;
  await vscode.commands.executeCommand(`sshPorts.${command}`, ...(target ? [{ target }] : []));
};
