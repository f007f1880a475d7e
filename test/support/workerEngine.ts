import { fileURLToPath } from 'node:url';
import { silentLog } from '../../src/base/log.ts';
import { Store } from '../../src/base/store.ts';
import { shortMemory } from '../../src/core/session/memory/memory.ts';
import { defaultSettings, type Settings } from '../../src/core/session/settings.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { workerEngine, type WorkerEngineOptions } from '../../src/engine/workerEngine.ts';

/** An engine in a worker thread, as the editor has it, with nobody there to answer questions. */
export function startWorkerEngine(
  configFile: string,
  options: Partial<WorkerEngineOptions> = {},
): { readonly engine: Engine; readonly settings: Store<Settings> } {
  const settings = new Store<Settings>({ ...defaultSettings, configFile });
  const engine = workerEngine({
    file: fileURLToPath(new URL('engineThread.mjs', import.meta.url)),
    settings,
    prompts: {
      hostKey: async () => 'refuse',
      secret: async () => undefined,
      addToAgent: async () => false,
    },
    allowCommand: async () => false,
    onAutoForward: () => undefined,
    memory: shortMemory(),
    windowMemory: shortMemory(),
    log: silentLog,
    ...options,
  });
  return { engine, settings };
}
