import type { Readable, Writable } from 'node:stream';

/** A running command of the remote (RFC 4254 §6.5 exec). */
export interface ExecChannel {
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Resolves after the channel is closed. Never rejects. `status` is undefined if a signal or the end of the connection ended the command. */
  readonly exit: Promise<{ readonly status: number | undefined }>;
  close(): void;
}

/**
 * Starts a command. An empty command starts the login shell without a terminal (RFC 4254 §6.5 shell). Rejects with a
 * `UserError<ExecProblem>`, or the signal's reason.
 */
export type Exec = (command: string, signal: AbortSignal) => Promise<ExecChannel>;

export type ExecProblem = { readonly code: 'execRefused' } | { readonly code: 'linkLost' };
