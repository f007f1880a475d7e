import type { ResourceLimits } from 'node:worker_threads';
import { backoffMs } from '../base/backoff.ts';
import { delay, never, within } from '../base/delay.ts';
import { Store } from '../base/store.ts';
import { errorText, UserError } from '../base/userError.ts';
import type { Problem } from '../core/problem.ts';
import type { Memory } from '../core/session/memory/memory.ts';
import type { SessionsOptions } from '../core/session/sessionsOptions.ts';
import { type AppState, emptyState } from '../core/session/state.ts';
import { applyChange } from './change.ts';
import type { EditorCalls, Engine, EngineCalls, MemoryName, ThreadStart } from './engine.ts';
import { EngineThread } from './engineThread.ts';
import { MemoryWatch } from './mirroredMemory.ts';
import { hostsInUse, stoppedState } from './stoppedState.ts';

export interface WorkerEngineOptions extends Omit<SessionsOptions, 'senses' | 'windowFolder'> {
  readonly windowMemory: Memory;
  /** The program of the thread: `thread.ts`, bundled. */
  readonly file: string;
  readonly limits?: ResourceLimits;
}

/**
 * A small young generation fits into the processor's cache, so the garbage of traffic is collected cheaply. The limit of
 * the old generation ends a leaking engine before the editor runs out of memory.
 */
const usualLimits: ResourceLimits = { maxYoungGenerationSizeMb: 8, maxOldGenerationSizeMb: 512 };

/** The editor waits two seconds for an extension to end. Closing all sessions takes at most 1.8 s. */
const closeMs = 1900;
/** An engine that ran this long did not stop for a fault of its start, so the backoff begins anew. */
const healthyMs = 60_000;
const pauses = { minMs: 500, maxMs: 60_000 };

/** The engine in a worker thread. An engine that stops is replaced, and the next engine connects to the same hosts. */
export function workerEngine(options: WorkerEngineOptions): Engine {
  const supervisor = new Supervisor(options);
  void supervisor.run();
  const own: Pick<Engine, 'state' | 'close'> = { state: supervisor.state, close: () => supervisor.close() };
  return new Proxy(own as Engine, {
    get: (target, name) => Reflect.get(target, name) ?? supervisor.caller(name as keyof EngineCalls),
  });
}

class Supervisor {
  readonly state = new Store<AppState>(emptyState);
  readonly #options: WorkerEngineOptions;
  readonly #closing = new AbortController();
  readonly #memories: Readonly<Record<MemoryName, MemoryWatch>>;
  /** Absent during the pause before the next engine. */
  #thread: EngineThread | undefined;
  /** Hosts of an engine that has stopped, until the next engine has connected to them. */
  #lost: readonly string[] = [];

  constructor(options: WorkerEngineOptions) {
    this.#options = options;
    this.#memories = { shared: new MemoryWatch(options.memory), window: new MemoryWatch(options.windowMemory) };
    const stop = options.settings.watch((now) => {
      this.#thread?.calls.useSettings(now).catch(() => undefined); // the next engine starts with them
    });
    this.#closing.signal.addEventListener('abort', stop);
  }

  /** Keeps an engine running until the editor closes. */
  async run(): Promise<void> {
    const { log } = this.#options;
    const { signal } = this.#closing;
    for (let failures = 0; !signal.aborted; failures++) {
      const startedMs = performance.now();
      const why = await this.#live();
      this.#thread = undefined;
      if (signal.aborted) return;
      log.error(`the engine stopped and starts again: ${why}`);
      this.#lost = [...new Set([...this.#lost, ...hostsInUse(this.state.get())])];
      this.state.update((state) => stoppedState(state, Date.now()));
      if (performance.now() - startedMs > healthyMs) failures = 0;
      await delay(backoffMs(failures, pauses), signal).catch(() => undefined);
    }
  }

  /** One engine from its start to its end. Resolves with the reason of its end; a thread may fail to start at all. */
  async #live(): Promise<string> {
    try {
      const thread = this.#start();
      void this.#comeBack(thread);
      return await thread.ended;
    } catch (error) {
      return errorText(error);
    }
  }

  /** The function behind a call of this name. */
  caller(name: keyof EngineCalls): (...args: readonly unknown[]) => Promise<unknown> {
    return async (...args) => {
      const calls = this.#thread?.calls;
      if (!calls) throw new UserError<Problem>({ code: 'engineStopped' });
      for (const memory of ['shared', 'window'] as const) {
        const news = this.#memories[memory].news();
        if (news.length > 0) calls.takeMemory(memory, news).catch(() => undefined); // the engine has stopped
      }
      return (calls[name] as (...all: readonly unknown[]) => Promise<unknown>)(...args);
    };
  }

  async close(): Promise<void> {
    this.#closing.abort();
    const thread = this.#thread;
    if (!thread) return;
    await within(closeMs, thread.calls.close()).catch(() => undefined); // the engine has stopped
    await thread.terminate();
  }

  #start(): EngineThread {
    const { file, settings, memory, windowMemory, limits = usualLimits } = this.#options;
    // The start data has all entries, so the first news is dropped.
    for (const watch of Object.values(this.#memories)) watch.news();
    const start: ThreadStart = {
      settings: settings.get(),
      memories: { shared: entriesOf(memory), window: entriesOf(windowMemory) },
    };
    this.#thread = new EngineThread(file, start, this.#editor(), limits);
    return this.#thread;
  }

  /** Until the first change of this engine arrives, the state shows the one before it. */
  #editor(): EditorCalls {
    const { prompts, log, allowCommand, proxyPassword, onAutoForward } = this.#options;
    let state = emptyState;
    return {
      stateChanged: async (change) => {
        state = applyChange(state, change) as AppState;
        this.state.set(state);
      },
      log: async (level, message) => log[level](message),
      hostKey: (question, signal) => prompts.hostKey(question, signal),
      secret: (question, signal) => prompts.secret(question, signal),
      recall: async (question) => prompts.recall?.(question),
      addToAgent: (question, signal) => prompts.addToAgent(question, signal),
      notice: async (host, text) => prompts.notice?.(host, text),
      allowCommand,
      proxyPassword: async (host) => proxyPassword?.(host),
      autoForwarded: async (...news) => onAutoForward(...news),
      remember: (name, key, value) => this.#memories[name].write(key, value),
    };
  }

  /** Connects to the lost hosts and asks nobody, as after a lost connection. The state says where a login needs a person. */
  async #comeBack({ calls }: EngineThread): Promise<void> {
    if (this.#lost.length === 0) return;
    try {
      await calls.refreshHosts(never);
      await calls.restore(this.#lost, 'background', never);
      this.#lost = [];
    } catch (error) {
      this.#options.log.warn(`hosts do not come back: ${errorText(error)}`);
    }
  }
}

function entriesOf(memory: Memory): ThreadStart['memories'][MemoryName] {
  return memory.keys().map((key) => [key, memory.get(key)] as const);
}
