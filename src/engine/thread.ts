import { parentPort, workerData } from 'node:worker_threads';
import { firstBugs, handleLast } from '../base/firstBugs.ts';
import type { Log } from '../base/log.ts';
import { oneLine } from '../base/oneLine.ts';
import { Store } from '../base/store.ts';
import { emptyState } from '../core/session/state.ts';
import type { Settings } from '../core/session/settings.ts';
import { CallChannel } from './callChannel.ts';
import type { EditorCalls, MemoryName, ThreadCalls, ThreadStart } from './engine.ts';
import { localEngine } from './localEngine.ts';
import { MirroredMemory } from './mirroredMemory.ts';
import { StatePublisher } from './statePublisher.ts';

/** The program of the engine's thread, which `workerEngine.ts` starts. */
if (!parentPort) throw new Error('this file runs in a worker thread');
const { settings: first, memories } = workerData as ThreadStart;
const maxBugLength = 500;
const settings = new Store<Settings>(first);
const served = {} as ThreadCalls;
const { remote: editor } = new CallChannel<EditorCalls>(parentPort, served, () => publisher.flush());
const mirror = (name: MemoryName): MirroredMemory =>
  new MirroredMemory(memories[name], (key, value) => editor.remember(name, key, value));
const mirrors = { shared: mirror('shared'), window: mirror('window') };
const engine = localEngine({
  settings,
  log: {
    debug: (message) => tell('debug', message),
    info: (message) => tell('info', message),
    warn: (message) => tell('warn', message),
    error: (message) => tell('error', message),
  },
  memory: mirrors.shared,
  windowMemory: mirrors.window,
  prompts: {
    hostKey: (question, signal) => editor.hostKey(question, signal),
    secret: (question, signal) => editor.secret(question, signal),
    recall: (question) => editor.recall(question),
    addToAgent: (question, signal) => editor.addToAgent(question, signal),
    notice: (host, text) => void editor.notice(host, text).catch(() => undefined),
  },
  allowCommand: (command, attended) => editor.allowCommand(command, attended),
  proxyPassword: (host) => editor.proxyPassword(host),
  onAutoForward: (host, forward, attributes) => {
    publisher.flush();
    void editor.autoForwarded(host, forward, attributes).catch(() => undefined);
  },
});
const own: Omit<ThreadCalls, keyof typeof engine> = {
  useSettings: async (now) => settings.set(now),
  takeMemory: async (name, entries) => mirrors[name].take(entries),
};
Object.assign(served, engine, own);
const publisher = new StatePublisher(engine.state, emptyState, (change) => editor.stateChanged(change));

function tell(level: keyof Log, message: string): void {
  editor.log(level, message).catch(() => undefined); // the editor is gone, so nobody can read it
}

// A bug in one place is logged and ends nothing else, as in the extension host.
handleLast(
  firstBugs((line, stack) => {
    tell('error', oneLine(line, maxBugLength));
    if (stack !== '') tell('debug', stack);
  }),
);
