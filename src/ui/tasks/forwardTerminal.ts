import * as vscode from 'vscode';
import { errorText } from '../../base/userError.ts';
import { problemOf } from '../../core/problem.ts';
import { problemText } from '../../view/problem.ts';
import { forwardUrl, localAddress } from '../../view/forwardText.ts';
import { readArguments, ScriptError } from '../../view/script/readArguments.ts';
import { findHost } from '../../core/session/state.ts';
import type { Context } from '../context.ts';
import { type Forwarded, forwardGiven, type Wanted } from '../flows/forwardGiven.ts';
import { ended, whenAnswers } from './whenAnswers.ts';

/** CAUTION: the problem matcher of the manifest waits for these two words. */
const [begins, ready] = ['Forwarding', 'Ready:'] as const;

/** The terminal of a forward task. When it closes, the forwards that it made end. */
export class ForwardTerminal implements vscode.Pseudoterminal {
  readonly #context: Context;
  readonly #definition: vscode.TaskDefinition;
  readonly #written = new vscode.EventEmitter<string>();
  readonly #closed = new vscode.EventEmitter<number>();
  readonly #closing = new AbortController();
  #forwarded: Forwarded | undefined;
  readonly onDidWrite = this.#written.event;
  readonly onDidClose = this.#closed.event;

  constructor(context: Context, definition: vscode.TaskDefinition) {
    this.#context = context;
    this.#definition = definition;
  }

  open(): void {
    void this.#run();
  }

  close(): void {
    this.#closing.abort();
    void this.#stopMade();
  }

  async #run(): Promise<void> {
    try {
      const wanted = wantedOf(this.#definition);
      this.#line(`${begins} ${wanted.port ?? wanted.spec ?? 'nothing'} of ${wanted.host ?? 'the connected host'}…`);
      this.#forwarded = await forwardGiven(this.#context, wanted);
      // RACE: the user may have ended the task while its forward was made.
      if (this.#closing.signal.aborted) return await this.#stopMade();
      await this.#follow(this.#forwarded);
      await this.#stopMade();
      this.#closed.fire(0);
    } catch (error) {
      if (this.#closing.signal.aborted) return;
      this.#context.log.warn(errorText(error));
      this.#line(`Error: ${textOf(error)}`);
      await this.#stopMade();
      this.#closed.fire(1);
    }
  }

  /** Prints the addresses when all forwards answer. Resolves when one of the forwards has ended. */
  async #follow({ host, forwards }: Forwarded): Promise<void> {
    const { engine } = this.#context;
    const { signal } = this.#closing;
    for (const { id } of forwards) await whenAnswers(engine, host, id, signal);
    const now = findHost(engine.state.get(), host);
    const open = now?.forwards.filter(({ id }) => forwards.some((each) => each.id === id)) ?? [];
    const addresses = open.flatMap((each) => (now && forwardUrl(now, each)) ?? localAddress(each) ?? []);
    this.#line(`${ready} ${addresses.join(' ')}`);
    await Promise.race(forwards.map(({ id }) => ended(engine, host, id, signal)));
    this.#line('The forward has ended.');
  }

  async #stopMade(): Promise<void> {
    const { host, made } = this.#forwarded ?? { host: '', made: new Set<string>() };
    // A forward that has ended already, or whose engine has stopped, needs no stop.
    await Promise.allSettled([...made].map((id) => this.#context.engine.removeForward(host, id)));
  }

  #line(text: string): void {
    this.#written.fire(`${text}\r\n`);
  }
}

/** The fields of the task that are ours. Other fields belong to VS Code. */
function wantedOf({ host, port, localPort, requireLocalPort, spec }: vscode.TaskDefinition): Wanted {
  const fields = Object.entries({ host, port, localPort, requireLocalPort, spec });
  const given = Object.fromEntries(fields.filter(([, value]) => value !== undefined));
  if (given['port'] === undefined && given['spec'] === undefined)
    throw new ScriptError('The task names no “port” and no “spec”.');
  return readArguments('forwardPort', given);
}

function textOf(error: unknown): string {
  if (error instanceof ScriptError) return error.message;
  const { what, next } = problemText(problemOf(error));
  return `${what} ${next}`.trim();
}
