import type * as vscode from 'vscode';
import type { Row } from '../../view/row.ts';

/** The main action of a row. */
export const rowActions = {
  connect: 'sshPorts.connect',
  forward: 'sshPorts.forwardListener',
  open: 'sshPorts.openInBrowser',
  copyAddress: 'sshPorts.copyAddress',
  resume: 'sshPorts.resumeForward',
  openConfig: 'sshPorts.openConfig',
  forwardPort: 'sshPorts.forwardPort',
  showAllPorts: 'sshPorts.showAllPorts',
} as const;

/** A click runs the action of a host or of a remote port. A forward is selected by a click: its action has side effects. */
export function clickCommand(row: Row): vscode.Command | undefined {
  if (!row.click) return undefined;
  const command = row.target?.kind === 'forward' ? 'sshPorts.clickForward' : rowActions[row.click];
  return { command, title: '', arguments: [row] };
}
