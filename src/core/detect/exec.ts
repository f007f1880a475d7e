import type { Readable, Writable } from 'node:stream';

/** A command running on the remote (RFC 4254 §6.5 exec). */
export interface ExecChannel {
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Settles when the channel is closed. Never rejects. `status` is undefined when a signal or the link ended it. */
  readonly exit: Promise<{ readonly status: number | undefined }>;
  close(): void;
}

/** An empty command is the login shell itself (RFC 4254 §6.5 shell), without a terminal. Rejects with a `UserError<{ code: 'execRefused' | 'linkLost' }>`, or the signal's reason. */
export type Exec = (command: string, signal: AbortSignal) => Promise<ExecChannel>;

export type ExecProblem = { readonly code: 'execRefused' } | { readonly code: 'linkLost' };
