import { backoffMs } from '../../base/backoff.ts';
import { delay as realDelay } from '../../base/delay.ts';
import { errorText, isProblem, UserError } from '../../base/userError.ts';
import type { WatchProblem } from './conversation.ts';
import type { Exec, ExecProblem } from './exec.ts';
import type { Detection, RemotePort } from './remotePort.ts';
import { pollMs } from './pace.ts';
import type { Source } from './source.ts';
import { openUnixSource } from './unixSource.ts';
import { openWindowsSource } from './windowsSource.ts';

export interface WatchOptions {
  readonly exec: Exec;
  /** Called with the first list, and on each change of the list or of the watch's state. */
  readonly onPorts: (ports: readonly RemotePort[], detection: Detection) => void;
  /** The `method` of `Detection` that worked on this host last time. */
  readonly rememberedMethod?: string;
  /** Whether to look into the networks of containers too (Linux). */
  readonly seesContainers?: () => boolean;
  /** How long an answer may take before the watch reports 'timeout' and restarts. */
  readonly answerLimitMs?: number;
  readonly now?: () => number;
  readonly delay?: (ms: number, signal: AbortSignal) => Promise<void>;
}

export interface PortWatch {
  /** Polls at once, and frequently for a while. */
  refresh(): void;
  setFocused(isFocused: boolean): void;
  /** Resolves after the channel and the program on the remote are closed. May be called twice. */
  close(): Promise<void>;
}

/** Watches a remote until `signal` aborts, `close` is called, or the connection is lost. Reports problems and never throws. */
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

/** The number of polls between two measurements of their cost. */
const pollsPerCost = 16;

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
          await this.#poll(source);
        } finally {
          source.close();
        }
      } catch (error) {
        if (this.#signal.aborted || isLinkLost(error)) return;
        const problem = unavailable(error);
        this.#report(this.#ports, problem);
        if (this.#now() - startedAt > 60_000) attempt = 1;
        // A retry cannot find a shell or a tool that is missing, so the watch waits for a refresh.
        const isFinal = isProblem<Problem>(error, 'noShell', 'noTool', 'execRefused');
        await this.#pause(isFinal ? 2 ** 31 - 1 : backoffMs(attempt, { minMs: 1000, maxMs: 60_000 }));
      }
    }
  }

  async #open(): Promise<Source> {
    const { exec, rememberedMethod, seesContainers = () => false } = this.#options;
    try {
      const remembered = rememberedMethod === undefined ? {} : { remembered: rememberedMethod };
      return await openUnixSource(exec, { ...remembered, limitMs: this.#limitMs, seesContainers }, this.#signal);
    } catch (error) {
      if (!isProblem<Problem>(error, 'noShell')) throw error;
      try {
        return await openWindowsSource(exec, this.#limitMs, this.#signal);
      } catch (second) {
        throw isLinkLost(second) || this.#signal.aborted ? second : error;
      }
    }
  }

  async #poll(source: Source): Promise<void> {
    let polls = 0;
    let pollCostMs = 0;
    let paid = { polls: 0, costMs: 0 };
    while (!this.#signal.aborted) {
      if (this.#isRefreshWanted) source.refresh();
      this.#isRefreshWanted = false;
      const seen = await source.poll(this.#signal);
      if (seen && !isSame(seen, this.#ports)) this.#activeAt = this.#now();
      polls += 1;
      this.#report(seen ?? this.#ports, { kind: 'watching', method: source.method, pollMs: this.#waitMs(pollCostMs) });
      // Measured often at first, to slow down early on a slow remote. The first poll includes the start-up cost, so it is left out.
      if (polls % pollsPerCost === 0 || Number.isInteger(Math.log2(polls))) {
        const costMs = await source.costMs(this.#signal);
        if (polls > 1) pollCostMs = (costMs - paid.costMs) / (polls - paid.polls);
        paid = { polls, costMs };
      }
      if (!this.#isRefreshWanted) await this.#pause(this.#waitMs(pollCostMs));
    }
  }

  #waitMs(pollCostMs: number): number {
    return pollMs({ isFocused: this.#isFocused, quietMs: this.#now() - this.#activeAt, pollCostMs });
  }

  #report(ports: readonly RemotePort[], detection: Detection): void {
    if (isSame(ports, this.#ports) && isSame(detection, this.#detection)) return;
    this.#ports = ports;
    this.#detection = detection;
    this.#options.onPorts(ports, detection);
  }

  /** Ends early on a refresh and at the end of the watch. */
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

type Problem = WatchProblem | ExecProblem;
type Unavailable = Extract<Detection, { kind: 'unavailable' }>;

function unavailable(error: unknown): Unavailable {
  const problem = error instanceof UserError ? (error.problem as Problem) : undefined;
  const detail = problem ? ('detail' in problem ? problem.detail : '') : errorText(error);
  return { kind: 'unavailable', reason: reasons[problem?.code ?? 'watchBroken'], detail };
}

const reasons: Readonly<Record<Problem['code'], Unavailable['reason']>> = {
  execRefused: 'noShell',
  noShell: 'noShell',
  noTool: 'noTool',
  watchSilent: 'noShell',
  watchTimeout: 'timeout',
  watchBroken: 'failed',
  linkLost: 'failed',
};

function isLinkLost(error: unknown): boolean {
  return isProblem<Problem>(error, 'linkLost');
}
