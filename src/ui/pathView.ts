import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import { delay } from '../base/delay.ts';
import type { Log } from '../base/log.ts';
import { mount, Store } from '../base/store.ts';
import type { Sessions } from '../core/session/sessions.ts';
import { findHost } from '../core/session/state.ts';
import type { Measured } from '../view/path/hop.ts';
import { readRequest, type ShowPath } from '../view/path/messages.ts';
import { type ForwardPath, forwardPath, pathHint } from '../view/path/path.ts';
import type { Row, Target } from '../view/row.ts';
import type { Chosen } from './commands.ts';
import { guard } from './guard.ts';
import { runPathAction } from './pathActions.ts';

const id = 'sshPorts.path';
const measureEveryMs = 3000;

type ForwardTarget = Extract<Target, { readonly kind: 'forward' }>;

/** The view that draws the way of one forward: the one selected in the tree, or the only one there is. */
export class PathView implements vscode.WebviewViewProvider {
  readonly #sessions: Sessions;
  readonly #extension: vscode.Uri;
  readonly #log: Log;
  readonly #chosen = new Store<ForwardTarget | undefined>(undefined);
  /** By host; more than the state tells, and only while somebody looks. */
  readonly #measured = new Store<Readonly<Record<string, Measured>>>({});

  constructor(sessions: Sessions, extension: vscode.Uri, log: Log) {
    this.#sessions = sessions;
    this.#extension = extension;
    this.#log = log;
  }

  register(): vscode.Disposable {
    return vscode.window.registerWebviewViewProvider(id, this);
  }

  /** Rows that are no forward change nothing. */
  select(row: Row | undefined): void {
    if (row?.target?.kind === 'forward') this.#chosen.set(row.target);
  }

  async reveal({ host, forward }: Chosen): Promise<void> {
    this.#chosen.set({ kind: 'forward', host: host.name, id: forward.id });
    await vscode.commands.executeCommand(`${id}.focus`);
  }

  resolveWebviewView(view: vscode.WebviewView): void {
    const { webview } = view;
    webview.options = {
      enableScripts: true,
      localResourceRoots: [vscode.Uri.joinPath(this.#extension, 'media'), vscode.Uri.joinPath(this.#extension, 'dist')],
    };
    const gone = new AbortController();
    const post = (): void => void webview.postMessage(this.#show());
    webview.onDidReceiveMessage((message: unknown) => {
      const request = readRequest(message);
      if (request?.kind === 'ready') post();
      if (request?.kind === 'act') void guard(this.#log, () => this.#act(request.id));
    });
    const stops = [
      mount(this.#sessions.state, () => this.#show(), post),
      this.#chosen.watch(post),
      this.#measured.watch(post),
    ];
    view.onDidDispose(() => {
      gone.abort();
      for (const stop of stops) stop();
    });
    webview.html = this.#html(webview);
    void this.#measure(view, gone.signal);
  }

  #show(): ShowPath {
    const target = this.#target();
    const path = target && this.#path(target);
    return { kind: 'show', hint: pathHint(this.#sessions.state.get()), ...(path && { path }) };
  }

  #path({ host, id: forward }: ForwardTarget): ForwardPath | undefined {
    return forwardPath(this.#sessions.state.get(), host, forward, this.#measured.get()[host]);
  }

  /** The chosen forward while it is there, else the only one. */
  #target(): ForwardTarget | undefined {
    const all = this.#sessions.state
      .get()
      .hosts.flatMap((host) =>
        host.forwards.map((forward) => ({ kind: 'forward', host: host.name, id: forward.id }) as const),
      );
    const chosen = this.#chosen.get();
    return (
      all.find((each) => each.host === chosen?.host && each.id === chosen.id) ?? (all.length === 1 ? all[0] : undefined)
    );
  }

  /** Only what the picture offers at this moment is done. */
  async #act(wanted: string): Promise<void> {
    const target = this.#target();
    const action =
      target &&
      this.#path(target)
        ?.hops.flatMap(({ actions }) => actions)
        .find((each) => each.id === wanted);
    const host = target && findHost(this.#sessions.state.get(), target.host);
    const forward = host?.forwards.find((each) => each.id === target?.id);
    if (!action || !host || !forward) return;
    const successor = await runPathAction(this.#sessions, { host, forward }, action.id);
    if (successor !== undefined) this.#chosen.set({ ...target, id: successor });
  }

  /** Takes the round-trip time every few seconds while the view can be seen. */
  async #measure(view: vscode.WebviewView, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const name = view.visible ? this.#target()?.host : undefined;
      if (name !== undefined) await this.#measureHost(name, signal);
      await delay(measureEveryMs, signal).catch(() => undefined);
    }
  }

  async #measureHost(name: string, signal: AbortSignal): Promise<void> {
    const link = findHost(this.#sessions.state.get(), name)?.link;
    const via = link?.kind === 'online' ? link.facts.via : this.#measured.get()[name]?.via;
    // A link that dies under the measurement is in the state already.
    const rttMs = await this.#sessions.ping(name, signal).catch(() => undefined);
    this.#measured.update((all) => ({
      ...all,
      [name]: { ...(rttMs !== undefined && { rttMs }), ...(via && { via }) },
    }));
  }

  #html(webview: vscode.Webview): string {
    const nonce = randomBytes(16).toString('base64');
    const uri = (...parts: string[]): string =>
      webview.asWebviewUri(vscode.Uri.joinPath(this.#extension, ...parts)).toString();
    return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src ${webview.cspSource}; script-src 'nonce-${nonce}'">
<link rel="stylesheet" href="${uri('media', 'path.css')}">
</head>
<body>
<main></main>
<script nonce="${nonce}" src="${uri('dist', 'path.js')}"></script>
</body>
</html>`;
  }
}
