import * as vscode from 'vscode';
import { commandStart } from '../view/commandStart.ts';
import { type CommandName, commandShapes, type Given } from '../view/script/commandShapes.ts';
import { findTargets } from '../view/script/findTargets.ts';
import { answer } from '../view/script/outcome.ts';
import { readArguments } from '../view/script/readArguments.ts';
import type { Place } from '../view/row.ts';
import type { Context, Flow } from './context.ts';
import { askProgram } from './flows/askProgram.ts';
import { addHost } from './flows/addHost.ts';
import { attachDebugger } from './flows/attachDebugger.ts';
import { browseThrough } from './flows/browseThrough.ts';
import { changeLocalPort } from './flows/changeLocalPort.ts';
import { connect } from './flows/connect.ts';
import { copyAddress, copyCommand } from './flows/copy.ts';
import { debugInBrowser } from './flows/debugPage.ts';
import { diagnose } from './flows/diagnose.ts';
import { disconnect } from './flows/disconnect.ts';
import { forgetCommands, forgetSecrets } from './flows/forget.ts';
import { showAllPorts, showForwardedPorts } from './flows/filter.ts';
import { forwardPort } from './flows/forwardPort.ts';
import { forwardRemotePort } from './flows/forwardRemotePort.ts';
import { getStarted } from './flows/getStarted.ts';
import { openConfig } from './flows/openSshConfig.ts';
import { openPage, previewPage } from './flows/openPage.ts';
import { pauseForward, resumeForward } from './flows/pause.ts';
import { pickLocalAddress } from './flows/pickLocalAddress.ts';
import { protectProxy } from './flows/protectProxy.ts';
import { reconnect } from './flows/restore.ts';
import { refresh } from './flows/refresh.ts';
import { saveForward } from './flows/saveForward.ts';
import { serveHttps, stopHttps } from './flows/serveHttps.ts';
import { setLabel } from './flows/setLabel.ts';
import { copyNetworkAddress, extendSharing, shareForward, unshareForward } from './flows/share.ts';
import { showForwards } from './flows/showForwards.ts';
import { showLog, showPath } from './flows/show.ts';
import { stopAll, stopForward } from './flows/stop.ts';
import { toggleForwarding } from './flows/toggleForwarding.ts';
import { distrustCertificates, trustCertificates } from './flows/trustCertificates.ts';
import { guard, guardScript } from './guard.ts';
import type { PortsTree } from './showing/tree.ts';

/** Every command of the Command Palette, the menus and the keys. */
const flows: Readonly<Record<CommandName, Flow>> = {
  addHost,
  askProgram,
  attachDebugger,
  browseThrough,
  changeLocalPort,
  connect,
  copyAddress,
  copyCommand,
  copyNetworkAddress,
  debugInBrowser,
  diagnose,
  disconnect,
  distrustCertificates,
  extendSharing,
  forgetCommands,
  forgetSecrets,
  forwardListener: forwardRemotePort,
  forwardPort,
  getStarted,
  openConfig,
  openInBrowser: openPage,
  openPreview: previewPage,
  pauseForward,
  pickLocalAddress,
  protectProxy,
  reconnect,
  refresh,
  resumeForward,
  saveForward,
  serveHttps,
  setLabel,
  shareForward,
  showAllPorts,
  showForwardedPorts,
  showForwards,
  showLog,
  showPath,
  stopAll,
  stopForward,
  stopHttps,
  toggleForwarding,
  trustCertificates,
  unshareForward,
};

export function registerCommands(context: Context, tree: PortsTree): vscode.Disposable {
  const { log, engine, listed } = context;
  const act = async (
    name: CommandName,
    rows: readonly Place[],
    row: Place | undefined,
    given?: Given,
  ): Promise<unknown> => {
    const outcome = await flows[name](context, row, rows, given);
    return answer(engine.state.get(), outcome ?? undefined, given ?? {});
  };
  const run = async (name: CommandName, args: readonly unknown[]): Promise<unknown> => {
    await listed;
    const start = commandStart(args);
    switch (start.kind) {
      case 'row':
        return guard(log, () => act(name, start.rows, start.row));
      case 'noRow':
        return guard(log, () => act(name, [], undefined));
      case 'lostRow':
        vscode.window.setStatusBarMessage('The list of ports has just changed: please press again', 5000);
        return undefined;
      case 'key':
        return guard(log, () => onFocused(name));
      case 'script':
        return guardScript(log, async () => {
          const given = readArguments(name, start.value);
          const places = findTargets(engine.state.get(), name, given).map((target) => ({
            target,
            from: 'script' as const,
          }));
          return act(name, places, places[0], given);
        });
    }
  };
  /** A key acts on the focused forward or on nothing: it must never ask for another forward. */
  const onFocused = async (name: CommandName): Promise<void> => {
    const row = await tree.focused();
    if (row?.target?.kind !== 'forward') return;
    await tree.keepFocus(row, () => act(name, tree.selectedWith(row), row));
  };
  return vscode.Disposable.from(
    ...commandNames.map((name) =>
      vscode.commands.registerCommand(`sshPorts.${name}`, (...args: readonly unknown[]) => run(name, args)),
    ),
  );
}

const commandNames = Object.keys(commandShapes) as readonly CommandName[];
