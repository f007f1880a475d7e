import { backoffMs } from '../../base/backoff.ts';
import { delay as realDelay } from '../../base/delay.ts';
import { errorText, UserError } from '../../base/userError.ts';
import type { WatchProblem } from './conversation.ts';
import type { Exec, ExecProblem } from './exec.ts';
import type { Detection, RemotePort } from './remotePort.ts';
import { pollMs } from './pace.ts';
import type { Source } from './source.ts';
import { openUnixSource } from './unixSource.ts';
import { openWindowsSource } from './windowsSource.ts';

export interface WatchOptions {
  readonly exec: Exec;
  /** Called with the first list, and whenever the ports or the state of the watch change. */
  readonly onPorts: (ports: readonly RemotePort[], detection: Detection) => void;
  /** The method that worked on this host last time (`Detection`'s `method`). */
  readonly rememberedMethod?: string;
  /** How long an answer may take before the watch says 'timeout' and starts anew. */
  readonly answerLimitMs?: number;
  readonly now?: () => number;
  readonly delay?: (ms: number, signal: AbortSignal) => Promise<void>;
}

export interface PortWatch {
  /** Looks at once, and often for a while. */
  refresh(): void;
  setFocused(isFocused: boolean): void;
  /** Resolves when the channel is closed, and with it the program on the remote. Safe twice. */
  close(): Promise<void>;
}

/** Looks at a remote until `signal` aborts, `close` is called, or the link is lost. Never throws: it reports. */
export function watchPorts(options: WatchOptions, signal?: AbortSignal): PortWatch {
  const watcher = new Watcher(options, signal);
  const ended = watcher.run();
  return {
    refresh: () => watcher.refresh(),
    setFocused: (isFocused) => watcher.setFocused(isFocused),
    close: async () => {
      watcher.stop();
      await ended;
    },
  };
}

/** How many looks pass between two questions for their cost. */
const looksPerCost = 16;

class Watcher {
  readonly #options: WatchOptions;
  readonly #now: () => number;
  readonly #limitMs: number;
  readonly #stop = new AbortController();
  readonly #signal: AbortSignal;
  #wake = new AbortController();
  #isFocused = true;
  #isRefreshWanted = false;
  #activeAt: number;
  #ports: readonly RemotePort[] = [];
  #detection: Detection = { kind: 'starting' };

  constructor(options: WatchOptions, signal: AbortSignal | undefined) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.#limitMs = options.answerLimitMs ?? 10_000;
    this.#signal = signal ? AbortSignal.any([signal, this.#stop.signal]) : this.#stop.signal;
    this.#activeAt = this.#now();
  }

  stop(): void {
    this.#stop.abort();
  }

  refresh(): void {
    this.#activeAt = this.#now();
    this.#isRefreshWanted = true;
    this.#wake.abort();
  }

  setFocused(isFocused: boolean): void {
    if (isFocused === this.#isFocused) return;
    this.#isFocused = isFocused;
    if (isFocused) this.refresh();
  }

  async run(): Promise<void> {
    for (let attempt = 1; !this.#signal.aborted; attempt += 1) {
      const startedAt = this.#now();
      try {
        const source = await this.#open();
        try {
          await this.#look(source);
        } finally {
          source.close();
        }
      } catch (error) {
        if (this.#signal.aborted || isLinkLost(error)) return;
        const trouble = unavailable(error);
        this.#report(this.#ports, trouble);
        if (this.#now() - startedAt > 60_000) attempt = 1;
        // Where nothing can be had another try gives the same, so it takes a person to ask for it.
        const isFinal = finalCodes.has(watchCode(error) ?? '');
        await this.#pause(isFinal ? 2 ** 31 - 1 : backoffMs(attempt, { minMs: 1000, maxMs: 60_000 }));
      }
    }
  }

  async #open(): Promise<Source> {
    const { exec, rememberedMethod } = this.#options;
    try {
      const remembered = rememberedMethod === undefined ? {} : { remembered: rememberedMethod };
      return await openUnixSource(exec, { ...remembered, limitMs: this.#limitMs }, this.#signal);
    } catch (error) {
      if (watchCode(error) !== 'noShell') throw error;
      try {
        return await openWindowsSource(exec, this.#limitMs, this.#signal);
      } catch (second) {
        throw isLinkLost(second) || this.#signal.aborted ? second : error;
      }
    }
  }

  async #look(source: Source): Promise<void> {
    let looks = 0;
    let lookMs = 0;
    let paid = { looks: 0, costMs: 0 };
    while (!this.#signal.aborted) {
      this.#isRefreshWanted = false;
      const seen = await source.poll(this.#signal);
      if (seen && !isSame(seen, this.#ports)) this.#activeAt = this.#now();
      looks += 1;
      this.#report(seen ?? this.#ports, { kind: 'watching', method: source.method, pollMs: this.#waitMs(lookMs) });
      // Often at first, so that a slow remote is spared soon. What the first look cost stands for all of the start.
      if (looks % looksPerCost === 0 || Number.isInteger(Math.log2(looks))) {
        const costMs = await source.costMs(this.#signal);
        if (looks > 1) lookMs = (costMs - paid.costMs) / (looks - paid.looks);
        paid = { looks, costMs };
      }
      if (!this.#isRefreshWanted) await this.#pause(this.#waitMs(lookMs));
    }
  }

  #waitMs(lookMs: number): number {
    return pollMs({ isFocused: this.#isFocused, quietMs: this.#now() - this.#activeAt, lookMs });
  }

  #report(ports: readonly RemotePort[], detection: Detection): void {
    if (isSame(ports, this.#ports) && isSame(detection, this.#detection)) return;
    this.#ports = ports;
    this.#detection = detection;
    this.#options.onPorts(ports, detection);
  }

  /** Ends early on `refresh` and when the watch ends. */
  async #pause(ms: number): Promise<void> {
    this.#wake = new AbortController();
    const { delay = realDelay } = this.#options;
    const signal = AbortSignal.any([this.#signal, this.#wake.signal]);
    try {
      await delay(ms, signal);
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }
}

function isSame(a: unknown, b: unknown): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}

type Unavailable = Extract<Detection, { kind: 'unavailable' }>;

function unavailable(error: unknown): Unavailable {
  const problem = error instanceof UserError ? (error.problem as WatchProblem | ExecProblem) : undefined;
  const said = problem && 'detail' in problem ? problem.detail : '';
  const detail = problem ? said : errorText(error);
  return { kind: 'unavailable', reason: reasons[problem?.code ?? 'watchBroken'], detail };
}

const reasons: Readonly<Record<(WatchProblem | ExecProblem)['code'], Unavailable['reason']>> = {
  execRefused: 'noShell',
  noShell: 'noShell',
  noTool: 'noTool',
  watchSilent: 'noShell',
  watchTimeout: 'timeout',
  watchBroken: 'failed',
  linkLost: 'failed',
};

const finalCodes: ReadonlySet<string> = new Set(['noShell', 'noTool', 'execRefused']);

function watchCode(error: unknown): string | undefined {
  return error instanceof UserError ? error.problem.code : undefined;
}

function isLinkLost(error: unknown): boolean {
  return watchCode(error) === 'linkLost';
}
