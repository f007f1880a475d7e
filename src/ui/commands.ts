import * as vscode from 'vscode';
import type { Sessions } from '../core/session/sessions.ts';
import { findHost, type ForwardState, type HostState, localPort } from '../core/session/state.ts';
import { announcement } from '../view/announcement.ts';
import {
  addressToCopy,
  canCopy,
  canExtend,
  canMove,
  canOpen,
  canPause,
  canProtect,
  canResume,
  canSave,
  canShare,
  canUnshare,
} from '../view/forwardActions.ts';
import { forwardCommand, forwardUrl } from '../view/forwardText.ts';
import { hostOf, type Row } from '../view/row.ts';
import { addHostFlow } from './flows/addHost.ts';
import { connectFlow } from './flows/connect.ts';
import { forwardPortFlow, forwardSpecs } from './flows/forwardPort.ts';
import { guard } from './guard.ts';
import { confirmSharing, showReachable } from './flows/share.ts';
import { openInBrowser, openPreview } from './flows/open.ts';
import { openSshConfig, userConfigFile } from './flows/openSshConfig.ts';
import { type ForwardQuestion, pickForward } from './asking/pickForward.ts';
import { pickConnectedHost } from './asking/pickHost.ts';
import { withProgress } from './asking/progress.ts';
import { newProxyPassword, protectProxyFlow } from './flows/protectProxy.ts';
import type { RememberedSecrets } from './asking/rememberedSecrets.ts';
import { saveForwardFlow } from './flows/saveForward.ts';
import * as say from './asking/messages.ts';

/** For what nobody waits for, and what ends by itself. */
const never = new AbortController().signal;

export interface Chosen {
  readonly host: HostState;
  readonly forward: ForwardState;
}

/** The `args` of our keybindings. */
interface Key {
  readonly from: 'key';
}

export interface CommandsOptions {
  readonly sessions: Sessions;
  readonly secrets: RememberedSecrets;
  /** The tree's row that has the focus, for keys. */
  readonly focused: () => Promise<Row | undefined>;
  readonly showPath: (chosen: Chosen) => Promise<void>;
  readonly diagnose: () => Promise<void>;
  readonly log: vscode.LogOutputChannel;
}

/** Every command of the palette and the menus. */
export function registerCommands({
  sessions,
  secrets,
  focused,
  showPath,
  diagnose,
  log,
}: CommandsOptions): vscode.Disposable {
  const register = (id: string, action: (row?: Row) => Promise<void>): vscode.Disposable =>
    vscode.commands.registerCommand(`sshPorts.${id}`, (given?: Row | Key) =>
      guard(log, async () => {
        if (!given || !('from' in given)) return action(given);
        // A key acts on the forward that has the focus, or on nothing: it must never reach another one.
        const row = await focused();
        if (row?.target?.kind === 'forward') await action(row);
      }),
    );
  const app = () => sessions.state.get();

  /** The forward of a row; without a row (from the palette) one that the user picks. */
  const chosenForward = async (row: Row | undefined, question: ForwardQuestion): Promise<Chosen | undefined> => {
    if (!row) return pickForward(app(), question);
    const { target } = row;
    if (target?.kind !== 'forward') return undefined;
    const host = findHost(app(), target.host);
    const forward = host?.forwards.find(({ id }) => id === target.id);
    return host && forward && { host, forward };
  };
  const page = async (row: Row | undefined, title: string): Promise<string | undefined> => {
    const chosen = await chosenForward(row, { title, can: canOpen, onlyOne: 'take' });
    return chosen && forwardUrl(chosen.host, chosen.forward);
  };

  return vscode.Disposable.from(
    register('connect', async (row) => {
      const host = await connectFlow(sessions, hostOf(row), 'Connect to Host');
      if (host) await forwardSpecs(sessions, secrets, host);
    }),
    register('disconnect', async (row) => {
      const connected = app().hosts.filter(({ link }) => link.kind !== 'idle');
      const name = hostOf(row) ?? (await pickConnectedHost(connected, 'Disconnect from Host'));
      if (name !== undefined) await sessions.disconnect(name);
    }),
    register('forwardPort', (row) => forwardPortFlow(sessions, secrets, hostOf(row))),
    register('forwardListener', async (row) => {
      if (row?.target?.kind !== 'listener') return;
      const { host, port } = row.target;
      const forward = await withProgress(`Forwarding ${port} from ${host}…`, (signal) =>
        sessions.forwardPort(host, port, signal),
      );
      const state = findHost(app(), host);
      const isMoved = forward.status.kind === 'open' && forward.status.instead !== undefined;
      if (state && isMoved) void say.info(announcement(state, forward));
    }),
    register('stopForward', async (row) => {
      const chosen = await chosenForward(row, { title: 'Stop Forwarding' });
      if (chosen) await sessions.stopForward(chosen.host.name, chosen.forward.id);
    }),
    register('openInBrowser', async (row) => {
      const url = await page(row, 'Open in Browser');
      if (url) await openInBrowser(url);
    }),
    register('openPreview', async (row) => {
      const url = await page(row, 'Preview in Editor');
      if (url) await openPreview(url);
    }),
    register('copyAddress', async (row) => {
      const chosen = await chosenForward(row, { title: 'Copy Local Address', can: canCopy, onlyOne: 'take' });
      const address = chosen && addressToCopy(chosen.host, chosen.forward);
      if (!address) return;
      await vscode.env.clipboard.writeText(address);
      vscode.window.setStatusBarMessage(`Copied ${address}`, 3000);
    }),
    register('setLabel', async (row) => {
      const chosen = await chosenForward(row, { title: 'Set Label' });
      if (!chosen) return;
      const label = await vscode.window.showInputBox({
        title: 'Set Label',
        prompt: 'Name of this forward; empty for none',
        value: chosen.forward.label ?? '',
      });
      if (label !== undefined)
        sessions.forwardsOf(chosen.host.name).relabel(chosen.forward.id, label.trim() || undefined);
    }),
    register('changeLocalPort', async (row) => {
      const chosen = await chosenForward(row, { title: 'Change Local Port', can: canMove });
      const port = chosen && (await askPort(localPort(chosen.forward)));
      if (!chosen || port === undefined) return;
      await withProgress(`Moving to port ${port}…`, (signal) =>
        sessions.forwardsOf(chosen.host.name).move(chosen.forward.id, port, signal),
      );
    }),
    register('pauseForward', async (row) => {
      const chosen = await chosenForward(row, { title: 'Pause Forward', can: canPause });
      if (chosen) await sessions.forwardsOf(chosen.host.name).pause(chosen.forward.id);
    }),
    register('resumeForward', async (row) => {
      const chosen = await chosenForward(row, { title: 'Resume Forward', can: canResume });
      if (chosen) await sessions.forwardsOf(chosen.host.name).resume(chosen.forward.id, never);
    }),
    register('shareForward', async (row) => {
      const chosen = await chosenForward(row, { title: 'Share on the Network', can: canShare });
      const answer = chosen && (await confirmSharing([chosen.forward.spec], sessions.settings().expireSharedAfterMs));
      if (!answer) return;
      const { name } = chosen.host;
      const forwards = sessions.forwardsOf(name);
      if (answer === 'protect') {
        if (!(await newProxyPassword(sessions, secrets, name))) return;
        await forwards.protect(chosen.forward.id, true, never);
      }
      await forwards.share(chosen.forward.id, true, never);
      await showReachable(sessions, chosen);
    }),
    register('unshareForward', async (row) => {
      const chosen = await chosenForward(row, { title: 'Stop Sharing on the Network', can: canUnshare });
      if (chosen) await sessions.forwardsOf(chosen.host.name).share(chosen.forward.id, false, never);
    }),
    register('protectProxy', async (row) => {
      const chosen = await chosenForward(row, { title: 'Protect SOCKS Proxy', can: canProtect, onlyOne: 'take' });
      if (chosen) await protectProxyFlow(sessions, secrets, chosen);
    }),
    register('extendSharing', async (row) => {
      const chosen = await chosenForward(row, { title: 'Share Longer', can: canExtend });
      if (chosen) await sessions.forwardsOf(chosen.host.name).extend(chosen.forward.id);
    }),
    register('stopAll', async () => {
      const all = app().hosts.flatMap((host) => host.forwards.map(({ id }) => sessions.stopForward(host.name, id)));
      await Promise.all(all);
    }),
    register('copyCommand', async (row) => {
      const chosen = await chosenForward(row, { title: 'Copy as ssh Command', onlyOne: 'take' });
      if (!chosen) return;
      await vscode.env.clipboard.writeText(
        forwardCommand(chosen.host.name, sessions.optionsOf(chosen.host.name), chosen.forward),
      );
      vscode.window.setStatusBarMessage('Copied the ssh command', 3000);
    }),
    register('toggleForwarding', () => sessions.setForwarding(!app().isForwarding)),
    register('refresh', async () => {
      sessions.refresh();
      await sessions.refreshHosts(never);
    }),
    register('openConfig', async (row) => {
      if (row?.target?.kind === 'place') return openSshConfig(row.target);
      const name = hostOf(row);
      const source = name === undefined ? undefined : findHost(app(), name)?.source;
      const file = userConfigFile(sessions.settings().configFile);
      await openSshConfig(source?.kind === 'config' ? source : { file });
    }),
    register('addHost', async (row) => {
      await addHostFlow(sessions, hostOf(row));
    }),
    register('saveForward', async (row) => {
      const chosen = await chosenForward(row, { title: 'Save Forward to SSH Config', can: canSave });
      if (chosen) await saveForwardFlow(sessions, chosen);
    }),
    register('showPath', async (row) => {
      const chosen = await chosenForward(row, { title: 'Show Path', onlyOne: 'take' });
      if (chosen) await showPath(chosen);
    }),
    register('diagnose', diagnose),
    register('showLog', async () => log.show()),
  );
}

async function askPort(value: number | undefined): Promise<number | undefined> {
  const text = await vscode.window.showInputBox({
    title: 'Change Local Port',
    prompt: 'Port of this machine at which the forward answers',
    value: value === undefined ? '' : String(value),
    validateInput: (typed) =>
      /^\d+$/u.test(typed.trim()) && Number(typed) >= 1 && Number(typed) <= 65_535
        ? undefined
        : 'A port is a number from 1 to 65535.',
  });
  return text === undefined ? undefined : Number(text);
}
