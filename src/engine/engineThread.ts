import { type ResourceLimits, SHARE_ENV, Worker } from 'node:worker_threads';
import { errorText, UserError } from '../base/userError.ts';
import type { Problem } from '../core/problem.ts';
import { CallChannel } from './callChannel.ts';
import type { EditorCalls, ThreadCalls, ThreadStart } from './engine.ts';

/** An engine in a thread of its own, from its start to its end. */
export class EngineThread {
  readonly calls: ThreadCalls;
  /** Settles with the reason when the thread has ended, however it ended. */
  readonly ended: Promise<string>;
  readonly #worker: Worker;

  /** @param file the program of the thread: `thread.ts`, bundled */
  constructor(file: string, start: ThreadStart, editor: EditorCalls, limits: ResourceLimits) {
    this.#worker = new Worker(file, {
      workerData: start,
      env: SHARE_ENV, // as the editor has it, for example SSH_AUTH_SOCK
      resourceLimits: limits,
      execArgv: [], // the editor's own flags are not for this thread, and Node refuses some of them here
    });
    const channel = new CallChannel<ThreadCalls>(this.#worker, editor);
    this.calls = channel.remote;
    let why = 'it exited';
    this.#worker.on('error', (error) => (why = errorText(error)));
    this.ended = new Promise((resolve) => void this.#worker.once('exit', resolve)).then(() => {
      channel.end(new UserError<Problem>({ code: 'engineStopped' }));
      return why;
    });
  }

  /** Ends the thread at once. Its sockets close, and the programs that it started end with their pipes. */
  async terminate(): Promise<void> {
    await this.#worker.terminate();
    await this.ended;
  }
}
