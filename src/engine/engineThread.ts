import { type ResourceLimits, SHARE_ENV, Worker } from 'node:worker_threads';
import { errorText, UserError } from '../base/userError.ts';
import type { Problem } from '../core/problem.ts';
import { CallChannel } from './callChannel.ts';
import type { EditorCalls, ThreadCalls, ThreadStart } from './engine.ts';

/** One worker thread with an engine, from its start to its end. */
export class EngineThread {
  readonly calls: ThreadCalls;
  /** Settles with the reason when the thread has ended, however it ended. */
  readonly ended: Promise<string>;
  readonly #worker: Worker;

  /** @param file the program of the thread: `thread.ts`, bundled */
  constructor(file: string, start: ThreadStart, editor: EditorCalls, limits: ResourceLimits) {
    this.#worker = new Worker(file, {
      workerData: start,
      env: SHARE_ENV, // a later change of SSH_AUTH_SOCK reaches the thread too
      resourceLimits: limits,
      execArgv: [], // Node refuses some of the editor's flags in a worker
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

  /** Ends the thread now. Its sockets close, and the programs that it started end with their pipes. */
  async terminate(): Promise<void> {
    await this.#worker.terminate();
    await this.ended;
  }
}
