import { within } from '../../../base/delay.ts';
import type { DialProblem } from '../../forward/dial.ts';

/** The server's answer to the master's request for a channel. RFC 4254 §5.1 lists the reasons. */
export type ServerAnswer =
  | { readonly kind: 'opened' }
  | {
      readonly kind: 'refused';
      readonly code: Exclude<DialProblem['code'], 'linkLost'>;
      /** The server's text. */
      readonly detail: string;
    };

/** How long to wait for the log's first line about a channel. */
const FIRST_MS = 3000;

/** A connection that the master accepted, and the server's answer to it. */
export interface Opening {
  readonly answer: Promise<ServerAnswer>;
}

/**
 * The master's log, as ssh(1) -vv writes it. On the master's socket, a refused channel looks like one that closes at once.
 * Only the log tells them apart. If an ssh words its log differently, every channel counts as opened.
 */
export class OpensshLog {
  readonly #waiting = new Map<number, (answer: ServerAnswer) => void>();
  #onAccepted: (opening: Opening) => void = () => undefined;
  #state: 'new' | 'understood' | 'notUnderstood' = 'new';
  #rest = '';

  /** @param isReadable false when nobody passes the log to `read` */
  constructor(isReadable = true) {
    if (!isReadable) this.#state = 'notUnderstood';
  }

  /**
   * Settles when the master has accepted the next connection to one of its sockets and asks the server for a channel.
   * CAUTION: one caller at a time.
   */
  async accepted(): Promise<Opening> {
    const told = new Promise<Opening>((resolve) => (this.#onAccepted = resolve));
    if (this.#state === 'new' && !(await within(FIRST_MS, told))) this.#state = 'notUnderstood';
    return this.#state === 'notUnderstood' ? { answer: Promise.resolve({ kind: 'opened' }) } : told;
  }

  /** Takes the master's output, in pieces of any size. */
  read(text: string): void {
    const lines = (this.#rest + text).split(/\r?\n/);
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.#readLine(line);
  }

  #readLine(line: string): void {
    const [, number, event = ''] = /^(?:debug[12]: )?channel (\d+): (.*)$/.exec(line) ?? [];
    const channel = Number(number);
    if (/^new .*\[direct-/.test(event)) {
      this.#state = 'understood';
      this.#onAccepted({ answer: new Promise((resolve) => this.#waiting.set(channel, resolve)) });
      return;
    }
    const answer = answerOf(event);
    if (!answer) return;
    this.#waiting.get(channel)?.(answer);
    this.#waiting.delete(channel);
  }
}

function answerOf(event: string): ServerAnswer | undefined {
  if (event.startsWith('open confirm ')) return { kind: 'opened' };
  const [, reason, detail = ''] = /^open failed: ([^:]*)(?:: (.*))?$/.exec(event) ?? [];
  if (reason === undefined) return undefined;
  return { kind: 'refused', code: codes[reason] ?? 'channelRefused', detail };
}

const codes: Readonly<Record<string, Extract<ServerAnswer, { readonly kind: 'refused' }>['code']>> = {
  'administratively prohibited': 'forwardingProhibited',
  'connect failed': 'connectFailed',
};
