import * as vscode from 'vscode';
import { never } from './base/delay.ts';
import type { SshPortsExports } from '../api.d.ts';
import type { Readable } from './base/store.ts';
import type { AppState } from './core/session/state.ts';
import type { Engine } from './engine/engine.ts';
import { workerEngine } from './engine/workerEngine.ts';
import { registerAgentTools } from './ui/agentTools.ts';
import { Consent } from './ui/asking/consent.ts';
import { editorPrompts } from './ui/asking/prompts.ts';
import { RememberedSecrets } from './ui/asking/rememberedSecrets.ts';
import { registerCommands } from './ui/commands.ts';
import { exportApi } from './ui/exportApi.ts';
import type { Context } from './ui/context.ts';
import { followConfigFiles } from './ui/configFiles.ts';
import { followLinks } from './ui/forwardLinks.ts';
import { followTerminals } from './ui/flows/oauthTerminal.ts';
import { tellOfRemoteWindow } from './ui/flows/remoteWindow.ts';
import { restore } from './ui/flows/restore.ts';
import { registerTerminalLinks } from './ui/flows/terminalLinks.ts';
import { guard } from './ui/guard.ts';
import { registerForwardTasks } from './ui/tasks/forwardTask.ts';
import { offerTerminalCommand } from './ui/terminalCommand.ts';
import { observeSettings } from './ui/settings.ts';
import { warnOfBadRules } from './ui/showing/badRules.ts';
import { registerConfigDiagnostics } from './ui/showing/configDiagnostics.ts';
import { registerNotices } from './ui/showing/registerNotices.ts';
import { followContextKeys } from './ui/showing/contextKeys.ts';
import { PathView } from './ui/showing/pathView.ts';
import { ReadOnlyText } from './ui/showing/readOnlyText.ts';
import { registerRowClicks } from './ui/showing/rowClicks.ts';
import { RowFilter } from './ui/showing/rowFilter.ts';
import { StatusBar } from './ui/showing/statusBar.ts';
import { registerTree } from './ui/showing/tree.ts';

let running: Engine | undefined;

/** What other extensions may use: `api.d.ts` promises the first part, and tests use the whole state. */
export interface Api extends SshPortsExports {
  readonly state: Readable<AppState>;
}

/** Puts the parts together. Nothing connects before the user asks for it, in this window or in its previous life. */
export function activate(context: vscode.ExtensionContext): Api {
  const { subscriptions, globalState, workspaceState, extension, extensionUri } = context;
  const log = vscode.window.createOutputChannel('SSH Ports', { log: true });
  const settings = observeSettings(subscriptions);
  const consent = new Consent(globalState);
  const secrets = new RememberedSecrets(context.secrets, log);
  const engine = workerEngine({
    file: vscode.Uri.joinPath(extensionUri, 'dist', 'engine.cjs').fsPath,
    settings,
    prompts: editorPrompts(secrets),
    allowCommand: consent.allow,
    onAutoForward: (host, forward, attributes) => notices.forwarded(host, forward, attributes),
    memory: globalState,
    windowMemory: workspaceState,
    proxyPassword: (host) => secrets.proxyPassword(host),
    log,
  });
  const { state } = engine;
  running = engine;
  const notices = registerNotices(engine, log, subscriptions);
  const filter = new RowFilter(workspaceState);
  const tree = registerTree(state, filter.shown);
  const pathView = new PathView(engine, extensionUri, log);
  const readOnlyText = new ReadOnlyText();
  const statusBar = new StatusBar(engine, settings);
  const closing = new AbortController();
  const config = followConfigFiles(engine, settings, log);
  const shared = { engine, settings, listed: config.listed, secrets, consent, extension };
  const shown = { statusBar, filter, readOnlyText, log, showPath: pathView.show.bind(pathView) };
  const flows = { ...shared, ...shown, closing: closing.signal };
  subscriptions.push(
    { dispose: () => closing.abort() },
    log,
    tree,
    pathView,
    statusBar,
    readOnlyText,
    { dispose: state.watch((now) => secrets.follow(now)) },
    registerConfigDiagnostics(state),
    followContextKeys(state),
    registerCommands(flows, tree),
    registerRowClicks(tree, log),
    besideOtherParts(flows, context),
    warnOfBadRules(settings, log),
    vscode.window.onDidChangeWindowState(({ focused }) => void engine.setFocused(focused)),
    config,
  );
  void guard(log, () => begin(flows, globalState));
  return { state, ...exportApi(flows, subscriptions) };
}

/** What joins other parts of VS Code: terminals, tasks and agents. */
function besideOtherParts(flows: Context, context: vscode.ExtensionContext): vscode.Disposable {
  const { engine, settings, log } = flows;
  return vscode.Disposable.from(
    followLinks(flows),
    registerAgentTools(flows),
    followTerminals(engine, log),
    registerTerminalLinks(flows),
    registerForwardTasks(flows),
    offerTerminalCommand(context, settings, log),
  );
}

/** What the user is asked and told in a new window, once its hosts are listed. */
async function begin(flows: Context, memory: vscode.Memento): Promise<void> {
  const { engine, settings, log } = flows;
  await flows.listed;
  await vscode.commands.executeCommand('setContext', 'sshPorts.ready', true);
  void guard(log, () => restore(flows, settings.get().restore, never));
  void guard(log, () => tellOfRemoteWindow(memory));
  // `npm start -- --host NAME` connects at once.
  const first = process.env['SSH_PORTS_CONNECT'];
  if (first) void guard(log, () => engine.connect(first, never));
}

/** Ends every listener, connection and child process. VS Code waits for it. */
export async function deactivate(): Promise<void> {
  await running?.close();
}
