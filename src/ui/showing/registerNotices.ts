import * as vscode from 'vscode';
import type { Log } from '../../base/log.ts';
import type { Engine } from '../../engine/engine.ts';
import { info } from '../asking/messages.ts';
import { openInBrowser, openPreview } from '../flows/open.ts';
import { guard } from '../guard.ts';
import { addPortRules } from '../settings.ts';
import { Notices } from './notices.ts';

/** The notices of this window. */
export function registerNotices(engine: Engine, log: Log, subscriptions: vscode.Disposable[]): Notices {
  const notices = new Notices({
    state: engine.state,
    stopForward: (host, id) => engine.stopForward(host, id),
    info,
    openInBrowser,
    openPreview,
    addPortRules,
    isFocused: () => vscode.window.state.focused,
    guard: (action) => guard(log, action),
  });
  const focus = vscode.window.onDidChangeWindowState(({ focused }) => notices.focus(focused));
  subscriptions.push(notices, focus);
  return notices;
}
