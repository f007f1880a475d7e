import { deadline, abortable } from '../../base/delay.ts';
import { UserError } from '../../base/userError.ts';
import type { Exec, ExecChannel } from './exec.ts';
import { oneLine } from '../../base/oneLine.ts';
import { helloMark, type Question, watchCommand } from './script.ts';

/** The remote's first line describes it. */
export interface Hello {
  /** `uname -s`: 'Linux', 'Darwin', 'FreeBSD' … */
  readonly system: string;
  readonly uid: number;
  readonly user: string;
}

export type WatchAnswer =
  | { readonly kind: 'same' }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'failed'; readonly status: number };

export type WatchProblem =
  /** The login shell did not start our program: no such shell, a forced command, or exec is forbidden. */
  | { readonly code: 'noShell'; readonly detail: string }
  /** The login shell prints nothing: its start-up files are slow, or a forced command waits for other input. */
  | { readonly code: 'watchSilent' }
  /** The remote has a shell, but no tool that lists listening sockets. */
  | { readonly code: 'noTool'; readonly detail: string }
  /** An answer timed out: the connection or the remote hangs. */
  | { readonly code: 'watchTimeout' }
  /** The program ended, or broke the protocol. */
  | { readonly code: 'watchBroken'; readonly detail: string };

const maxPreambleBytes = 1 << 16;
const maxAnswerBytes = 8 << 20;

interface Asked {
  readonly resolve: (answer: WatchAnswer) => void;
  readonly reject: (error: Error) => void;
}

/** The client of the program in `script.ts`. Questions are pipelined; answers arrive in the same order. */
export class Conversation {
  readonly hello: Hello;
  readonly #channel: ExecChannel;
  readonly #limitMs: number;
  readonly #asked: Asked[] = [];
  #pending: Buffer[] = [];
  #pendingBytes = 0;
  #wantedBytes = 1;
  #failure: Error | undefined;

  private constructor(channel: ExecChannel, hello: Hello, rest: Buffer, limitMs: number) {
    this.#channel = channel;
    this.hello = hello;
    this.#limitMs = limitMs;
    channel.stdout.on('data', (chunk: Buffer) => this.#receive(chunk)).resume();
    const ended = (): void => this.#fail(new UserError<WatchProblem>({ code: 'watchBroken', detail: 'ended' }));
    channel.stdout.once('end', ended);
    void channel.exit.then(ended);
    if (rest.length > 0) this.#receive(rest);
  }

  /** @throws UserError<WatchProblem | ExecProblem>, or the signal's reason. */
  static async open(exec: Exec, limitMs: number, signal: AbortSignal): Promise<Conversation> {
    // The start-up files of a login shell may be slow.
    const limit = deadline(limitMs * 3, () => new UserError<WatchProblem>({ code: 'watchSilent' }), signal);
    try {
      const channel = await abortable(closeWhenLate(exec(watchCommand, limit.signal), limit.signal), limit.signal);
      try {
        // CAUTION: without a handler, an error event ends the process. `exit` reports the end of the channel.
        for (const stream of [channel.stdin, channel.stdout, channel.stderr]) stream.on('error', () => undefined);
        const { hello, rest } = await abortable(readHello(channel), limit.signal);
        return new Conversation(channel, hello, rest, limitMs);
      } catch (error) {
        channel.close();
        throw error;
      }
    } finally {
      limit.clear();
    }
  }

  /** @throws UserError<WatchProblem>, or the signal's reason. */
  async ask(question: Question, signal: AbortSignal): Promise<WatchAnswer> {
    if (this.#failure) throw this.#failure;
    const answered = new Promise<WatchAnswer>((resolve, reject) => this.#asked.push({ resolve, reject }));
    answered.catch(() => undefined); // The answer may be rejected after the caller's abort.
    const limit = deadline(this.#limitMs, () => new UserError<WatchProblem>({ code: 'watchTimeout' }), signal);
    this.#channel.stdin.write(`${question}\n`);
    try {
      return await abortable(answered, limit.signal);
    } finally {
      limit.clear();
    }
  }

  close(): void {
    this.#fail(new UserError<WatchProblem>({ code: 'watchBroken', detail: 'closed' }));
  }

  #fail(error: Error): void {
    if (this.#failure) return;
    this.#failure = error;
    this.#pending = [];
    this.#channel.stdin.end();
    this.#channel.close();
    for (const { reject } of this.#asked.splice(0)) reject(error);
  }

  /** Concatenates chunks only after a whole frame has arrived, so a long answer in small chunks costs linear time. */
  #receive(chunk: Buffer): void {
    if (this.#failure) return;
    this.#pending.push(chunk);
    this.#pendingBytes += chunk.length;
    if (this.#pendingBytes < this.#wantedBytes) return;
    let bytes = Buffer.concat(this.#pending);
    for (;;) {
      const frame = readFrame(bytes);
      if (frame.kind === 'wrong') {
        this.#fail(new UserError<WatchProblem>({ code: 'watchBroken', detail: frame.detail }));
        return;
      }
      if (frame.kind === 'partial') {
        this.#pending = [bytes];
        this.#pendingBytes = bytes.length;
        this.#wantedBytes = frame.wantedBytes;
        return;
      }
      bytes = bytes.subarray(frame.length);
      const asked = this.#asked.shift();
      if (!asked) {
        this.#fail(new UserError<WatchProblem>({ code: 'watchBroken', detail: 'answer without a question' }));
        return;
      }
      asked.resolve(frame.answer);
    }
  }
}

type Frame =
  | { readonly kind: 'whole'; readonly answer: WatchAnswer; readonly length: number }
  | { readonly kind: 'partial'; readonly wantedBytes: number }
  | { readonly kind: 'wrong'; readonly detail: string };

/** Reads the first answer in `bytes`. */
export function readFrame(bytes: Buffer): Frame {
  const lineEnd = bytes.indexOf(10);
  if (lineEnd < 0) {
    return bytes.length > 64
      ? { kind: 'wrong', detail: oneLine(bytes.toString('latin1', 0, 64), 64) }
      : { kind: 'partial', wantedBytes: bytes.length + 1 };
  }
  const line = bytes.toString('latin1', 0, Math.min(lineEnd, 64));
  const bodyStart = lineEnd + 1;
  if (line === '=') return { kind: 'whole', answer: { kind: 'same' }, length: bodyStart };
  if (line === 'times') {
    const end = bytes.indexOf('\n.\n', lineEnd);
    if (end >= 0) {
      return {
        kind: 'whole',
        answer: { kind: 'text', text: bytes.toString('latin1', bodyStart, end) },
        length: end + 3,
      };
    }
    return bytes.length > 1024
      ? { kind: 'wrong', detail: 'times without end' }
      : { kind: 'partial', wantedBytes: bytes.length + 1 };
  }
  const [, sign, number] = /^([+-]) (\d{1,9})$/.exec(line) ?? [];
  if (sign === '-') return { kind: 'whole', answer: { kind: 'failed', status: Number(number) }, length: bodyStart };
  if (sign !== '+') return { kind: 'wrong', detail: oneLine(line, 64) };
  const length = Number(number);
  if (length > maxAnswerBytes) return { kind: 'wrong', detail: `answer of ${length} bytes` };
  const end = bodyStart + length;
  if (bytes.length < end + 1) return { kind: 'partial', wantedBytes: end + 1 };
  return { kind: 'whole', answer: { kind: 'text', text: bytes.toString('utf8', bodyStart, end) }, length: end + 1 };
}

/** Reads up to the line with the mark. */
async function readHello(channel: ExecChannel): Promise<{ hello: Hello; rest: Buffer }> {
  let said = '';
  channel.stderr.on('data', (chunk: Buffer) => {
    if (said.length < 1000) said += chunk.toString('utf8');
  });
  return new Promise((resolve, reject) => {
    let bytes = Buffer.alloc(0);
    const fail = (): void => {
      channel.stdout.off('data', receive);
      const detail = oneLine(said.trim() || bytes.toString('utf8', 0, 1000), 200);
      reject(new UserError<WatchProblem>({ code: 'noShell', detail }));
    };
    const receive = (chunk: Buffer): void => {
      bytes = Buffer.concat([bytes, chunk]);
      const found = findHello(bytes);
      if (found) {
        channel.stdout.off('data', receive).pause();
        resolve(found);
      } else if (bytes.length > maxPreambleBytes) fail();
    };
    channel.stdout.on('data', receive);
    void channel.exit.then(fail); // RACE: standard error may arrive after 'end' of standard output, so only `exit` counts.
  });
}

function findHello(bytes: Buffer): { hello: Hello; rest: Buffer } | undefined {
  const start = bytes.indexOf(`\n${helloMark} `);
  const end = start < 0 ? -1 : bytes.indexOf(10, start + 1);
  if (end < 0) return undefined;
  const [system = '', uid = '', user = ''] = bytes.toString('utf8', start + helloMark.length + 2, end).split(' ');
  const hello = { system: oneLine(system, 32), uid: /^\d+$/.test(uid) ? Number(uid) : -1, user: oneLine(user, 64) };
  return { hello, rest: bytes.subarray(end + 1) };
}

/** RACE: closes a channel that opens after the abort. */
async function closeWhenLate(opening: Promise<ExecChannel>, signal: AbortSignal): Promise<ExecChannel> {
  const channel = await opening;
  if (signal.aborted) channel.close();
  return channel;
}
