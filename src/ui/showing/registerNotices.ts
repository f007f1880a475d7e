import * as vscode from 'vscode';
import type { Log } from '../../base/log.ts';
import type { Sessions } from '../../core/session/sessions.ts';
import { info } from '../asking/messages.ts';
import { openInBrowser, openPreview } from '../flows/open.ts';
import { guard } from '../guard.ts';
import { addPortRules } from '../settings.ts';
import { Notices } from './notices.ts';

/** The notices of this window. */
export function registerNotices(sessions: Sessions, log: Log, subscriptions: vscode.Disposable[]): Notices {
  const notices = new Notices({
    state: sessions.state,
    stopForward: (host, id) => sessions.stopForward(host, id),
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
