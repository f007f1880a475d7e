import type { Duplex } from 'node:stream';
import { relayProblemOf } from './connections.ts';
import { type Credentials, type SocksOutcome, SocksParser } from './socks.ts';
import type { Endpoint } from '../spec/spec.ts';

/** The request of a SOCKS client. */
export interface SocksRequest {
  readonly to: Extract<Endpoint, { readonly kind: 'tcp' }>;
  /** Sends the outcome to the client. */
  answer(outcome: SocksOutcome): void;
}

/**
 * Reads a SOCKS client's request and pauses the stream. Bytes after the request stay in the stream.
 * Undefined if the client left, does not speak SOCKS, or was refused; then its reply is sent and the stream is closed.
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

/** Closes the stream after the last reply is sent, and drops what the client still sends. */
export function endAfterWriting(client: Duplex): void {
  client.resume();
  client.end(() => client.destroy());
}

/** The SOCKS outcome for a failed connection (RFC 1928 §6). */
export function socksOutcome(error: unknown): SocksOutcome {
  const problem = relayProblemOf(error);
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
