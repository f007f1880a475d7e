import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import { delay } from '../../base/delay.ts';
import type { Log } from '../../base/log.ts';
import { mount, Store } from '../../base/store.ts';
import type { Engine } from '../../engine/engine.ts';
import { sameSpec } from '../../core/spec/sameSpec.ts';
import { findHost, type HostState } from '../../core/session/state.ts';
import type { Measured } from '../../view/path/hop.ts';
import { readRequest, type ShowPath } from '../../view/path/messages.ts';
import { endedHint, type ForwardPath, forwardPath } from '../../view/path/path.ts';
import type { Chosen } from '../asking/pickForward.ts';
import { guard } from '../guard.ts';
import { runPathAction } from './pathActions.ts';

const measureEveryMs = 3000;

/** The Path tab: draws the path of one forward and follows its state. */
export class PathView {
  readonly #engine: Engine;
  readonly #extension: vscode.Uri;
  readonly #log: Log;
  readonly #chosen = new Store<Chosen | undefined>(undefined);
  /** Measurements by host, taken only while the tab is visible. */
  readonly #measured = new Store<Readonly<Record<string, Measured>>>({});
  #panel: vscode.WebviewPanel | undefined;

  constructor(engine: Engine, extension: vscode.Uri, log: Log) {
    this.#engine = engine;
    this.#extension = extension;
    this.#log = log;
  }

  async show(chosen: Chosen): Promise<void> {
    this.#chosen.set(chosen);
    this.#panel ??= this.#open();
    this.#panel.reveal();
  }

  dispose(): void {
    this.#panel?.dispose();
  }

  #open(): vscode.WebviewPanel {
    const folder = (name: string): vscode.Uri => vscode.Uri.joinPath(this.#extension, name);
    const panel = vscode.window.createWebviewPanel('sshPorts.path', 'Path', vscode.ViewColumn.Active, {
      enableScripts: true,
      localResourceRoots: [folder('media'), folder('dist')],
    });
    const { webview } = panel;
    const closed = new AbortController();
    const post = (): void => {
      const message = this.#message();
      if (message.path) panel.title = message.path.tab;
      void webview.postMessage(message);
    };
    webview.onDidReceiveMessage((message: unknown) => {
      const request = readRequest(message);
      if (request?.kind === 'ready') post();
      if (request?.kind === 'act') void guard(this.#log, () => this.#act(request.id));
    });
    const stops = [
      mount(this.#engine.state, () => this.#message(), post),
      this.#chosen.watch(post),
      this.#measured.watch(post),
    ];
    panel.onDidDispose(() => {
      closed.abort();
      for (const stop of stops) stop();
      this.#panel = undefined;
    });
    webview.html = this.#html(webview);
    void this.#measure(panel, closed.signal);
    return panel;
  }

  #message(): ShowPath {
    const path = this.#path();
    return { kind: 'show', hint: endedHint, ...(path && { path }) };
  }

  #path(): ForwardPath | undefined {
    const now = this.#now();
    if (!now) return undefined;
    const { host, forward } = now;
    return forwardPath(this.#engine.state.get(), host.name, forward.id, this.#measured.get()[host.name]);
  }

  /** The chosen forward as it is now. After a reconnect: the forward with the same spec. */
  #now(): Chosen | undefined {
    const chosen = this.#chosen.get();
    if (!chosen) return undefined;
    const host = findHost(this.#engine.state.get(), chosen.host.name);
    const forward =
      host?.forwards.find(({ id }) => id === chosen.forward.id) ??
      host?.forwards.find(({ spec }) => sameSpec(spec, chosen.forward.spec));
    return host && forward && { host, forward };
  }

  /** SECURITY: runs an action only if the Path view offers it at this moment. */
  async #act(wanted: string): Promise<void> {
    const now = this.#now();
    const actions = this.#path()?.hops.flatMap((hop) => hop.actions) ?? [];
    const action = actions.find(({ id }) => id === wanted);
    if (!now || !action) return;
    const successor = await runPathAction(this.#engine, now, action.id);
    if (successor) this.#chosen.set({ ...now, forward: successor });
  }

  /** Measures the round-trip time every few seconds while the tab is visible. */
  async #measure(panel: vscode.WebviewPanel, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const host = panel.visible ? this.#now()?.host : undefined;
      if (host) await this.#measureHost(host, signal);
      await delay(measureEveryMs, signal).catch(() => undefined);
    }
  }

  async #measureHost({ name, link }: HostState, signal: AbortSignal): Promise<void> {
    const via = link.kind === 'online' ? link.facts.via : this.#measured.get()[name]?.via;
    // If the connection ends meanwhile, the state says so.
    const rttMs = await this.#engine.ping(name, signal).catch(() => undefined);
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
<title>Path</title>
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
