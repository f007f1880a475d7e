import * as vscode from 'vscode';
import type { Readable } from './base/store.ts';
import { Sessions } from './core/session/sessions.ts';
import type { AppState } from './core/session/state.ts';
import { windowFolder } from './core/session/windows.ts';
import { warnOfBadRules } from './ui/showing/badRules.ts';
import { registerCommands } from './ui/commands.ts';
import { registerConfigDiagnostics } from './ui/showing/configDiagnostics.ts';
import { followConfigFiles } from './ui/configFiles.ts';
import { Consent } from './ui/asking/consent.ts';
import { diagnose } from './ui/flows/diagnose.ts';
import { guard } from './ui/guard.ts';
import { Notices } from './ui/showing/notices.ts';
import { followTerminals } from './ui/flows/oauthTerminal.ts';
import { PathView } from './ui/showing/pathView.ts';
import { editorPrompts } from './ui/asking/prompts.ts';
import { RememberedSecrets } from './ui/asking/rememberedSecrets.ts';
import { observeSettings } from './ui/settings.ts';
import { restore } from './ui/flows/restore.ts';
import { registerStatusBar } from './ui/showing/statusBar.ts';
import { registerTree } from './ui/showing/tree.ts';

let sessions: Sessions | undefined;

/** What other extensions may use: the state as plain data. */
export interface Api {
  readonly state: Readable<AppState>;
}

/** Puts the parts together. Nothing connects before the user says so, now or in the window before this one. */
export async function activate(context: vscode.ExtensionContext): Promise<Api> {
  const { subscriptions, globalState, workspaceState, secrets, extension, extensionUri } = context;
  const log = vscode.window.createOutputChannel('SSH Ports', { log: true });
  const settings = observeSettings(subscriptions);
  const consent = new Consent(globalState);
  const remembered = new RememberedSecrets(secrets, log);
  const app = new Sessions({
    settings,
    prompts: editorPrompts(remembered),
    allowCommand: consent.allow,
    onAutoForward: (host, forward, attributes) => notices.forwarded(host, forward, attributes),
    memory: globalState,
    windowMemory: workspaceState,
    windowFolder: windowFolder(),
    proxyPassword: (host) => remembered.proxyPassword(host),
    log,
  });
  const notices = new Notices(app, log);
  app.state.watch((state) => notices.follow(state));
  app.state.watch((state) => remembered.follow(state));
  sessions = app;
  const tree = registerTree(app.state);
  const pathView = new PathView(app, extensionUri, log);
  subscriptions.push(
    log,
    tree,
    notices,
    registerStatusBar(app.state),
    registerConfigDiagnostics(app.state),
    pathView,
    registerCommands({
      sessions: app,
      secrets: remembered,
      focused: () => tree.focused(),
      showPath: (chosen) => pathView.show(chosen),
      diagnose: () => diagnose(app, extension),
      log,
    }),
    followTerminals(app, log),
    warnOfBadRules(settings, log),
    vscode.commands.registerCommand('sshPorts.forgetCommands', () =>
      guard(log, async () => {
        await consent.forget();
        vscode.window.setStatusBarMessage('Allowed commands are forgotten', 3000);
      }),
    ),
    vscode.commands.registerCommand('sshPorts.forgetSecrets', () =>
      guard(log, async () => {
        await remembered.forgetAll();
        vscode.window.setStatusBarMessage('Remembered passwords are forgotten', 3000);
      }),
    ),
    vscode.window.onDidChangeWindowState(({ focused }) => {
      app.setFocused(focused);
      notices.focus(focused);
    }),
  );
  subscriptions.push(await followConfigFiles(app, settings, log));
  await vscode.commands.executeCommand('setContext', 'sshPorts.ready', true);
  void guard(log, () => restore(app, settings.get().restore, new AbortController().signal));
  // `npm start -- --host NAME` goes straight there.
  const first = process.env['SSH_PORTS_CONNECT'];
  if (first) void guard(log, () => app.connect(first, new AbortController().signal));
  return { state: app.state };
}

/** Ends every listener, connection and child process; VS Code waits for it. */
export async function deactivate(): Promise<void> {
  await sessions?.close();
}
