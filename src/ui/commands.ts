import * as vscode from 'vscode';
import { commandStart } from '../view/commandStart.ts';
import type { Context, Flow } from './context.ts';
import { askProgram } from './flows/askProgram.ts';
import { addHost } from './flows/addHost.ts';
import { changeLocalPort } from './flows/changeLocalPort.ts';
import { connect } from './flows/connect.ts';
import { copyAddress, copyCommand } from './flows/copy.ts';
import { diagnose } from './flows/diagnose.ts';
import { disconnect } from './flows/disconnect.ts';
import { forgetCommands, forgetSecrets } from './flows/forget.ts';
import { forwardPort } from './flows/forwardPort.ts';
import { forwardRemotePort } from './flows/forwardRemotePort.ts';
import { openConfig } from './flows/openSshConfig.ts';
import { openPage, previewPage } from './flows/openPage.ts';
import { pauseForward, resumeForward } from './flows/pause.ts';
import { protectProxy } from './flows/protectProxy.ts';
import { reconnect } from './flows/restore.ts';
import { refresh } from './flows/refresh.ts';
import { saveForward } from './flows/saveForward.ts';
import { setLabel } from './flows/setLabel.ts';
import { copyNetworkAddress, extendSharing, shareForward, unshareForward } from './flows/share.ts';
import { showForwards } from './flows/showForwards.ts';
import { showLog, showPath } from './flows/show.ts';
import { stopAll, stopForward } from './flows/stop.ts';
import { toggleForwarding } from './flows/toggleForwarding.ts';
import { guard } from './guard.ts';
import type { PortsTree } from './showing/tree.ts';

/** Every command of the Command Palette, the menus and the keys. */
const flows: Readonly<Record<string, Flow>> = {
  addHost,
  askProgram,
  changeLocalPort,
  connect,
  copyAddress,
  copyCommand,
  copyNetworkAddress,
  diagnose,
  disconnect,
  extendSharing,
  forgetCommands,
  forgetSecrets,
  forwardListener: forwardRemotePort,
  forwardPort,
  openConfig,
  openInBrowser: openPage,
  openPreview: previewPage,
  pauseForward,
  protectProxy,
  reconnect,
  refresh,
  resumeForward,
  saveForward,
  setLabel,
  shareForward,
  showForwards,
  showLog,
  showPath,
  stopAll,
  stopForward,
  toggleForwarding,
  unshareForward,
};

export function registerCommands(context: Context, tree: PortsTree): vscode.Disposable {
  const run = async (flow: Flow, args: readonly unknown[]): Promise<void> => {
    const start = commandStart(args);
    switch (start.kind) {
      case 'row':
        return flow(context, start.row, start.rows);
      case 'noRow':
        return flow(context, undefined, []);
      case 'lostRow':
        vscode.window.setStatusBarMessage('The list of ports has just changed: please press again', 5000);
        return undefined;
      case 'key': {
        // A key acts on the focused forward or on nothing: it must never ask for another forward.
        const row = await tree.focused();
        if (row?.target?.kind !== 'forward') return undefined;
        return tree.keepFocus(row, () => flow(context, row, tree.selectedWith(row)));
      }
    }
  };
  return vscode.Disposable.from(
    ...Object.entries(flows).map(([id, flow]) =>
      vscode.commands.registerCommand(`sshPorts.${id}`, (...args: readonly unknown[]) =>
        guard(context.log, () => run(flow, args)),
      ),
    ),
  );
}
