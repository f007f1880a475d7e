import { after } from '../../base/delay.ts';
import type { Readable } from '../../base/store.ts';
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
import { type AppState, findHost, findPort, type ForwardState, type HostState } from '../../core/session/state.ts';
import { announcement } from '../../view/announcement.ts';
import { forwardUrl } from '../../view/forwardText.ts';
import { noticeDecline } from '../../view/noticeDecline.ts';
import { noticePage, noticePorts } from '../../view/noticePage.ts';

/** The parts of editor and engine that notices need. */
export interface NoticesOptions {
  readonly state: Readable<AppState>;
  readonly stopForward: (host: string, id: string) => Promise<void>;
  /** Shows a message; resolves to the button that was pressed. */
  readonly info: (text: string, ...buttons: readonly string[]) => Promise<string | undefined>;
  readonly openInBrowser: (url: string) => Promise<void>;
  readonly openPreview: (url: string) => Promise<void>;
  readonly addPortRules: (rules: Readonly<Record<string, PortAttributes>>) => Promise<void>;
  readonly isFocused: () => boolean;
  /** Runs an action and reports its failure. */
  readonly guard: (action: () => Promise<void>) => Promise<void>;
}

/** Announces automatic forwards. `policy/notices.ts` decides when and about which port, host by host. */
export class Notices {
  readonly #options: NoticesOptions;
  readonly #hosts = new Map<string, { state: NoticeState; timer?: NodeJS.Timeout }>();
  readonly #unwatch: () => void;

  constructor(options: NoticesOptions) {
    this.#options = options;
    this.#unwatch = options.state.watch((state) => this.#follow(state));
  }

  forwarded(hostName: string, forward: ForwardState, attributes: PortAttributes): void {
    const host = findHost(this.#options.state.get(), hostName);
    const url = host && forwardUrl(host, forward);
    if (!url || forward.remotePort === undefined) return;
    const program = findPort(host, forward.remotePort)?.program;
    const announced = { port: forward.remotePort, url, attributes, ...(program && { program }) };
    this.#happened(hostName, { kind: 'forwarded', announced });
  }

  focus(isFocused: boolean): void {
    for (const name of this.#hosts.keys()) this.#happened(name, { kind: 'focus', isFocused });
  }

  dispose(): void {
    this.#unwatch();
    for (const { timer } of this.#hosts.values()) clearTimeout(timer);
  }

  /** Drops notices about ports that are gone. */
  #follow(state: AppState): void {
    for (const [name, { state: known }] of this.#hosts) {
      const host = findHost(state, name);
      const there = host && noticePorts(host);
      const ports = [...known.waiting.map(({ port }) => port), ...known.told];
      for (const port of ports) if (!there?.has(port)) this.#happened(name, { kind: 'gone', port });
    }
  }

  #happened(hostName: string, event: NoticeEvent): void {
    const known = this.#hosts.get(hostName) ?? { state: { ...noNotices, isFocused: this.#options.isFocused() } };
    this.#hosts.set(hostName, known);
    const now = Date.now();
    const { state, actions, nextMs } = notices(known.state, event, now);
    known.state = state;
    clearTimeout(known.timer);
    if (nextMs !== undefined)
      known.timer = after(Math.max(0, nextMs - now), () => this.#happened(hostName, { kind: 'tick' }));
    for (const action of actions) void this.#options.guard(() => this.#act(hostName, action));
  }

  async #act(hostName: string, action: NoticeAction): Promise<void> {
    const { openInBrowser, openPreview } = this.#options;
    switch (action.kind) {
      case 'show':
        await this.#show(hostName, action.announced, action.others);
        return;
      case 'open':
        await (action.where === 'preview' ? openPreview : openInBrowser)(action.announced.url);
        return;
    }
  }

  async #show(hostName: string, announced: Announced, others: readonly Announced[]): Promise<void> {
    const { host, forward } = this.#find(hostName, announced);
    if (!host || !forward) return;
    const { info, openInBrowser, openPreview } = this.#options;
    const open = 'Open in Browser';
    const preview = 'Preview in Editor';
    const stop = 'Don’t Forward';
    const ports = others.map(({ port }) => port);
    const choice = await info(announcement(host, forward, ports), open, preview, stop);
    if (choice === open) await this.#open(hostName, announced, openInBrowser);
    if (choice === preview) await this.#open(hostName, announced, openPreview);
    if (choice === stop) await this.#decline(hostName, announced);
  }

  async #open(hostName: string, announced: Announced, open: (url: string) => Promise<void>): Promise<void> {
    const { host } = this.#find(hostName, announced);
    if (!host) return;
    const page = noticePage(host, announced);
    if (page.kind === 'page') await open(page.url);
    else await this.#options.info(page.why);
  }

  async #decline(hostName: string, announced: Announced): Promise<void> {
    const { host } = this.#find(hostName, announced);
    if (!host) return;
    const { info, stopForward, addPortRules } = this.#options;
    const declined = noticeDecline(host, announced);
    if (declined.kind === 'kept') {
      await info(declined.why);
      return;
    }
    if (declined.id !== undefined) await stopForward(hostName, declined.id);
    const dontAsk = `Don’t Ask Again for ${namedFramework(announced)?.name ?? `Port ${announced.port}`}`;
    const done = `Port ${announced.port} of ${hostName} is not forwarded any more.`;
    if ((await info(done, dontAsk)) === dontAsk) await addPortRules(decliningRule(announced));
  }

  /** The host and the forward as they are now: they may have changed since the message was shown. */
  #find(hostName: string, { port }: Announced): { readonly host?: HostState; readonly forward?: ForwardState } {
    const host = findHost(this.#options.state.get(), hostName);
    const forward = host?.forwards.find(({ remotePort }) => remotePort === port);
    return { ...(host && { host }), ...(forward && { forward }) };
  }
}
