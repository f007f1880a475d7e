import * as vscode from 'vscode';
import type { Readable } from '../../base/store.ts';
import { previousHosts } from '../../core/session/state.ts';
import type { Engine } from '../../engine/engine.ts';
import { status, troubles } from '../../view/status.ts';
import { hoverCommands } from '../../view/statusHover.ts';
import type { EditorSettings } from '../readSettings.ts';

const commands = { menu: 'sshPorts.showForwards', toggle: 'sshPorts.toggleForwarding' } as const;

/** The status bar item: how many ports are forwarded, and from which host. */
export class StatusBar {
  readonly #engine: Engine;
  readonly #settings: Readable<EditorSettings>;
  readonly #item = vscode.window.createStatusBarItem('sshPorts.status', vscode.StatusBarAlignment.Left, 40);
  readonly #unwatch: readonly (() => void)[];
  #seen: readonly string[] = [];
  #drawn = '';

  constructor(engine: Engine, settings: Readable<EditorSettings>) {
    this.#engine = engine;
    this.#settings = settings;
    this.#item.name = 'SSH Ports';
    this.#unwatch = [engine.state.watch(() => this.#draw()), settings.watch(() => this.#draw())];
    this.#draw();
  }

  /** The user has seen what is wrong now. A trouble that ends and returns is a new one. */
  markSeen(): void {
    this.#seen = troubles(this.#engine.state.get());
    this.#draw();
  }

  #draw(): void {
    const state = this.#engine.state.get();
    const found = troubles(state);
    this.#seen = this.#seen.filter((trouble) => found.includes(trouble));
    const click = this.#settings.get().statusBarClick;
    const now = status(state, { click, seen: this.#seen, previousHosts: previousHosts(state) });
    const text = JSON.stringify([now, click]);
    if (text === this.#drawn) return;
    this.#drawn = text;
    if (!now) return this.#item.hide();
    this.#item.text = now.text;
    this.#item.tooltip = hover(now.hover);
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

/** SECURITY: the text contains names from remotes, so its links may run only these commands. */
function hover(markdown: string): vscode.MarkdownString {
  const text = new vscode.MarkdownString(markdown, true);
  text.isTrusted = { enabledCommands: hoverCommands.map((command) => `sshPorts.${command}`) };
  return text;
}
