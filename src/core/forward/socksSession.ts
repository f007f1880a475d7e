import type { Duplex } from 'node:stream';
import { UserError } from '../../base/userError.ts';
import type { RelayProblem } from './connections.ts';
import { type Credentials, type SocksOutcome, SocksParser } from './socks.ts';
import type { Endpoint } from '../spec/spec.ts';

/** What a SOCKS client asked for. */
export interface SocksRequest {
  readonly to: Extract<Endpoint, { readonly kind: 'tcp' }>;
  /** Tells the client how it went. */
  answer(outcome: SocksOutcome): void;
}

/**
 * Reads a SOCKS client's request. What it has sent beyond stays unread in the stream, which is paused afterwards.
 * Undefined when the client went away, spoke something else or was refused; it has its answer and is closed then.
 */
export function readSocksRequest(
  client: Duplex,
  credentials: Credentials | undefined,
  signal: AbortSignal,
): Promise<SocksRequest | undefined> {
  const parser = new SocksParser(credentials);
  return new Promise((resolve) => {
    const settle = (request?: SocksRequest): void => {
      client.off('data', onData).off('end', giveUp).off('close', giveUp);
      signal.removeEventListener('abort', giveUp);
      client.pause();
      resolve(request);
    };
    const giveUp = (): void => {
      client.destroy();
      settle();
    };
    const onData = (chunk: Buffer): void => {
      const step = parser.push(chunk);
      if (step.reply.length > 0) client.write(step.reply);
      if (step.kind === 'more') return;
      settle(
        step.kind === 'connect'
          ? {
              to: { kind: 'tcp', host: step.host, port: step.port },
              answer: (outcome) => client.write(step.encode(outcome)),
            }
          : undefined,
      );
      if (step.kind === 'fail') endAfterWriting(client);
      else if (step.rest.length > 0) client.unshift(step.rest);
    };
    client.on('data', onData).on('end', giveUp).on('close', giveUp);
    signal.addEventListener('abort', giveUp, { once: true });
    if (signal.aborted) giveUp();
    else client.resume();
  });
}

/** The last word has to reach the client; then nothing of it is wanted any more. */
export function endAfterWriting(client: Duplex): void {
  client.resume();
  client.end(() => client.destroy());
}

/** What to tell a SOCKS client about a connection that could not be made (RFC 1928 §6). */
export function socksOutcome(error: unknown): SocksOutcome {
  if (!(error instanceof UserError)) return 'failed';
  const problem = error.problem as RelayProblem;
  switch (problem.code) {
    case 'connectFailed':
      return 'refused';
    case 'forwardingProhibited':
      return 'prohibited';
    case 'linkLost':
      return 'networkUnreachable';
    case 'localConnectFailed':
      return localOutcomes[problem.reason];
    case 'channelRefused':
    case 'acceptFailed':
    case 'unexpected':
      return 'failed';
  }
}

const localOutcomes = {
  refused: 'refused',
  unreachable: 'hostUnreachable',
  nameUnknown: 'hostUnreachable',
  prohibited: 'prohibited',
  other: 'failed',
} as const;
