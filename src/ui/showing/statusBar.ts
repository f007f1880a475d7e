import * as vscode from 'vscode';
import type { Readable } from '../../base/store.ts';
import type { Sessions } from '../../core/session/sessions.ts';
import { status, troubles } from '../../view/status.ts';
import { previousHosts } from '../previousHosts.ts';
import type { EditorSettings } from '../readSettings.ts';

const commands = { menu: 'sshPorts.showForwards', toggle: 'sshPorts.toggleForwarding' } as const;

/** The status bar item: how many ports are forwarded, and from which host. */
export class StatusBar {
  readonly #sessions: Sessions;
  readonly #settings: Readable<EditorSettings>;
  readonly #item = vscode.window.createStatusBarItem('sshPorts.status', vscode.StatusBarAlignment.Left, 40);
  readonly #unwatch: readonly (() => void)[];
  #seen: readonly string[] = [];
  #drawn = '';

  constructor(sessions: Sessions, settings: Readable<EditorSettings>) {
    this.#sessions = sessions;
    this.#settings = settings;
    this.#item.name = 'SSH Ports';
    this.#unwatch = [sessions.state.watch(() => this.draw()), settings.watch(() => this.draw())];
    this.draw();
  }

  /** The user has seen what is wrong now. A trouble that ends and returns is a new one. */
  markSeen(): void {
    this.#seen = troubles(this.#sessions.state.get());
    this.draw();
  }

  /** Draws what has changed. Nobody watches the hosts of the previous window: call this after changing them. */
  draw(): void {
    const state = this.#sessions.state.get();
    const found = troubles(state);
    this.#seen = this.#seen.filter((trouble) => found.includes(trouble));
    const click = this.#settings.get().statusBarClick;
    const now = status(state, { click, seen: this.#seen, previousHosts: previousHosts(this.#sessions) });
    const text = JSON.stringify([now, click]);
    if (text === this.#drawn) return;
    this.#drawn = text;
    if (!now) return this.#item.hide();
    this.#item.text = now.text;
    this.#item.tooltip = now.tooltip;
    this.#item.command = commands[click];
    this.#item.backgroundColor =
      now.look === 'warning' ? new vscode.ThemeColor('statusBarItem.warningBackground') : undefined;
    this.#item.accessibilityInformation = { label: now.spoken };
    this.#item.show();
  }

  dispose(): void {
    for (const stop of this.#unwatch) stop();
    this.#item.dispose();
  }
}
