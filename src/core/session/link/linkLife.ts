import { backoffMs } from '../../../base/backoff.ts';
import type { Problem } from '../../problem.ts';
import type { CountedConnection } from './countedConnection.ts';
import type { LinkState } from '../state.ts';

/**
 * What a host link is now, with what it holds. `linkStateOf` is the plain data that people see of it. `run` ends all
 * that goes on, from the first attempt to the user's disconnect; a job whose `run` is no longer this one is overtaken.
 */
export type LinkLife =
  | { readonly kind: 'idle' }
  | Connecting
  | Online
  | Waiting
  /** A connection attempt in the background. `restart` ends it when the network of this machine changes. */
  | {
      readonly kind: 'retrying';
      readonly run: AbortController;
      readonly retry: Retry;
      readonly restart: AbortController;
    }
  | { readonly kind: 'failed'; readonly why: Problem };

/** A connection attempt that a person waits for. */
export interface Connecting {
  readonly kind: 'connecting';
  readonly run: AbortController;
  readonly since: number;
  /** Settles with the attempt. */
  readonly attempt: Promise<void>;
  /** The attempt came between two in the background, which go on if it fails. */
  readonly isBetweenRetries: boolean;
  readonly useless: number;
}

export interface Online {
  readonly kind: 'online';
  readonly run: AbortController;
  readonly since: number;
  readonly connection: CountedConnection;
  readonly doubt: Doubt;
  readonly useless: number;
}

export type Doubt =
  | { readonly kind: 'none' }
  /** The connection is being asked for a sign of life. */
  | { readonly kind: 'asking' }
  /** The connection gave none. Another one is tried beside it. */
  | { readonly kind: 'silent'; readonly since: number };

export const noDoubt: Doubt = { kind: 'none' };

/** The pause before the next attempt. `wake` ends it early. */
export interface Waiting {
  readonly kind: 'waiting';
  readonly run: AbortController;
  readonly retry: Retry;
  readonly retryAt: number;
  readonly wake: AbortController;
}

/** An attempt in the background to come. */
export interface Retry {
  readonly kind: 'retry';
  /** 0 for the first after a connection that worked; the pause before the attempt grows with it. */
  readonly attempt: number;
  readonly why: Problem;
  /**
   * Connections in a row that ended before they carried anything. They count as failed attempts, so that a server that
   * accepts logins and hangs up is not asked ever faster.
   */
  readonly useless: number;
}

/** The pause before a connection attempt; 0 before attempt 0. */
export const retryPauseMs = (attempt: number): number => backoffMs(attempt, { minMs: 1000, maxMs: 30_000 });

/** What follows a connection attempt that failed. */
export type AfterAttempt = Retry | Extract<LinkLife, { readonly kind: 'idle' | 'failed' }>;

/** A connection that lasted this long was of use, even if it carried nothing. */
const usefulMs = 30_000;

const linkLost: Problem = { code: 'linkLost' };

/** Servers ban clients that retry a login, so only the network's own failures are retried. */
const ofTheNetwork: ReadonlySet<Problem['code']> = new Set<Problem['code']>([
  'dnsFailed',
  'connectionRefused',
  'unreachable',
  'bindFailed', // the address of a VPN that is away
  'timeout',
  'handshakeEnded',
  'jumpFailed',
  'proxyFailed',
  'linkLost',
]);

export function passesByItself(why: Problem): boolean {
  return ofTheNetwork.has(why.code) && !waitedForPerson(why);
}

/** Did a login or a proxy wait for somebody: a push to a phone, a page to open? The next attempt would ask again. */
function waitedForPerson(why: Problem): boolean {
  if (why.code === 'timeout' && why.phase === 'auth') return true;
  return (why.code === 'timeout' || why.code === 'proxyFailed') && why.hasWaited === true;
}

/** The first attempt in the background after this window was reloaded. */
export const firstRetry: Retry = { kind: 'retry', attempt: 0, why: linkLost, useless: 0 };

/** The connection was lost after `onlineMs`. */
export function afterLoss({ useless: before }: Online, onlineMs: number): Retry {
  const useless = onlineMs > usefulMs ? 0 : before;
  return { kind: 'retry', attempt: useless, why: linkLost, useless: useless + 1 };
}

/** The attempt that a person waited for failed. A person who cancels it does not cancel the retries around it. */
export function afterAttendedAttempt({ isBetweenRetries, useless }: Connecting, why: Problem): AfterAttempt {
  if (isBetweenRetries && why.code === 'cancelled') return { kind: 'retry', attempt: 1, why: linkLost, useless };
  if (isBetweenRetries && passesByItself(why)) return { kind: 'retry', attempt: 1, why, useless };
  return why.code === 'cancelled' ? { kind: 'idle' } : { kind: 'failed', why };
}

/**
 * An attempt in the background failed. Nobody was asked anything there, so a question reads as `cancelled`. A login that
 * waited for somebody waits for the user from now on.
 */
export function afterBackgroundAttempt({ attempt, useless }: Retry, why: Problem): AfterAttempt {
  if (why.code === 'cancelled' || waitedForPerson(why)) return { kind: 'failed', why: { code: 'loginNeeded' } };
  return passesByItself(why) ? { kind: 'retry', attempt: attempt + 1, why, useless } : { kind: 'failed', why };
}

/** Something makes success likely now (the user is back, the network changed): the next attempt waits for nothing. */
export function atOnce(retry: Retry): Retry {
  return { ...retry, attempt: 0 };
}

/** How many connections in a row were useless, as the link knows now. */
export function uselessOf(life: LinkLife): number {
  switch (life.kind) {
    case 'connecting':
    case 'online':
      return life.useless;
    case 'waiting':
    case 'retrying':
      return life.retry.useless;
    case 'idle':
    case 'failed':
      return 0;
  }
}

/** Absent when the host is not connected and nothing is under way. */
export function runOf(life: LinkLife): AbortController | undefined {
  return 'run' in life ? life.run : undefined;
}

export function linkStateOf(life: Exclude<LinkLife, { readonly kind: 'retrying' }>): LinkState {
  switch (life.kind) {
    case 'idle':
    case 'failed':
      return life;
    case 'connecting':
      return { kind: 'connecting', since: life.since };
    case 'online':
      return {
        kind: 'online',
        since: life.since,
        facts: life.connection.facts,
        ...(life.doubt.kind === 'silent' && { silentForMs: Date.now() - life.doubt.since }),
      };
    case 'waiting':
      return { kind: 'waiting', retryAt: life.retryAt, why: life.retry.why };
  }
}
