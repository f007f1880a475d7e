import * as vscode from 'vscode';
import type { Log } from '../../base/log.ts';
import {
  type Announced,
  type NoticeAction,
  type NoticeEvent,
  type NoticeState,
  decliningRule,
  namedFramework,
  noNotices,
  notices,
} from '../../core/policy/notices.ts';
import type { PortAttributes } from '../../core/policy/portRules.ts';
import type { Sessions } from '../../core/session/sessions.ts';
import { type AppState, findHost, type ForwardState, type HostState } from '../../core/session/state.ts';
import { announcement } from '../../view/announcement.ts';
import { forwardUrl } from '../../view/forwardText.ts';
import { noticeDecline } from '../../view/noticeDecline.ts';
import { noticePage, noticePorts } from '../../view/noticePage.ts';
import { guard } from '../guard.ts';
import { openInBrowser, openPreview } from '../flows/open.ts';
import { addPortRules } from '../settings.ts';
import * as say from '../asking/messages.ts';

/** Says what was forwarded by itself: when and about which port is decided by `policy/notices.ts`, host by host. */
export class Notices {
  readonly #sessions: Sessions;
  readonly #log: Log;
  readonly #hosts = new Map<string, { state: NoticeState; timer?: NodeJS.Timeout }>();

  constructor(sessions: Sessions, log: Log) {
    this.#sessions = sessions;
    this.#log = log;
  }

  forwarded(hostName: string, forward: ForwardState, attributes: PortAttributes): void {
    const host = findHost(this.#sessions.state.get(), hostName);
    const url = host && forwardUrl(host, forward);
    if (!url || forward.remotePort === undefined) return;
    const program = host.remotePorts.find((each) => each.port === forward.remotePort)?.program;
    const announced = { port: forward.remotePort, url, attributes, ...(program && { program }) };
    this.#happened(hostName, { kind: 'forwarded', announced });
  }

  /** To be told of each new state: a notice is about something that is there. */
  follow(state: AppState): void {
    for (const [name, { state: known }] of this.#hosts) {
      const host = findHost(state, name);
      const there = host && noticePorts(host);
      const ports = [...known.waiting.map(({ port }) => port), ...known.told];
      for (const port of ports) if (!there?.has(port)) this.#happened(name, { kind: 'gone', port });
    }
  }

  focus(isFocused: boolean): void {
    for (const name of this.#hosts.keys()) this.#happened(name, { kind: 'focus', isFocused });
  }

  dispose(): void {
    for (const { timer } of this.#hosts.values()) clearTimeout(timer);
  }

  #happened(hostName: string, event: NoticeEvent): void {
    const known = this.#hosts.get(hostName) ?? { state: { ...noNotices, isFocused: vscode.window.state.focused } };
    this.#hosts.set(hostName, known);
    const now = Date.now();
    const { state, actions, nextMs } = notices(known.state, event, now);
    known.state = state;
    clearTimeout(known.timer);
    if (nextMs !== undefined)
      known.timer = setTimeout(() => this.#happened(hostName, { kind: 'tick' }), Math.max(0, nextMs - now));
    for (const action of actions) void guard(this.#log, () => this.#act(hostName, action));
  }

  async #act(hostName: string, action: NoticeAction): Promise<void> {
    switch (action.kind) {
      case 'show':
        await this.#show(hostName, action.announced, action.others);
        return;
      case 'open':
        await (action.where === 'preview' ? openPreview(action.announced.url) : openInBrowser(action.announced.url));
        return;
    }
  }

  async #show(hostName: string, announced: Announced, others: readonly Announced[]): Promise<void> {
    const { host, forward } = this.#find(hostName, announced);
    if (!host || !forward) return;
    const open = 'Open in Browser';
    const preview = 'Preview in Editor';
    const stop = 'Don’t Forward';
    const ports = others.map(({ port }) => port);
    const choice = await say.info(announcement(host, forward, ports), open, preview, stop);
    if (choice === open) await this.#open(hostName, announced, openInBrowser);
    if (choice === preview) await this.#open(hostName, announced, openPreview);
    if (choice === stop) await this.#decline(hostName, announced);
  }

  async #open(hostName: string, announced: Announced, open: (url: string) => Promise<void>): Promise<void> {
    const { host } = this.#find(hostName, announced);
    if (!host) return;
    const page = noticePage(host, announced);
    if (page.kind === 'page') await open(page.url);
    else await say.info(page.why);
  }

  async #decline(hostName: string, announced: Announced): Promise<void> {
    const { host } = this.#find(hostName, announced);
    if (!host) return;
    const declined = noticeDecline(host, announced);
    if (declined.kind === 'kept') {
      await say.info(declined.why);
      return;
    }
    if (declined.id !== undefined) await this.#sessions.stopForward(hostName, declined.id);
    const never = `Don’t Ask Again for ${namedFramework(announced)?.name ?? `Port ${announced.port}`}`;
    const done = `Port ${announced.port} of ${hostName} is not forwarded any more.`;
    if ((await say.info(done, never)) === never) await addPortRules(decliningRule(announced));
  }

  /** As it is now: what a message speaks of may have changed since it was shown. */
  #find(hostName: string, { port }: Announced): { readonly host?: HostState; readonly forward?: ForwardState } {
    const host = findHost(this.#sessions.state.get(), hostName);
    const forward = host?.forwards.find(({ remotePort }) => remotePort === port);
    return { ...(host && { host }), ...(forward && { forward }) };
  }
}
