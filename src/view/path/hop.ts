import type { Problem } from '../../core/problem.ts';
import type { Traffic } from '../../core/forward/runningForward.ts';
import type { ForwardState, HostState } from '../../core/session/state.ts';
import { problemText } from '../problem.ts';

/** One station that a connection passes. Plain text throughout: nothing in it is ever read as markup. */
export interface Hop {
  readonly kind: 'user' | 'listener' | 'client' | 'jump' | 'server' | 'target';
  readonly title: string;
  /** The machine it is on: 'This machine', or a host's name. */
  readonly place: string;
  readonly facts: readonly string[];
  readonly state: HopState;
  /** Why it is busy, stopped or broken. */
  readonly fault?: Fault;
  readonly actions: readonly Action[];
}

/** `stopped`: by the user or by rule, and nothing is wrong. `unknown`: nobody has tried, or something before it fails. */
export type HopState = 'ok' | 'busy' | 'stopped' | 'broken' | 'unknown';

/** `code` is a problem's, for reports without words. */
export interface Fault {
  readonly code: string;
  readonly what: string;
  readonly next: string;
}

/** A button. */
export interface Action {
  readonly id: ActionId;
  readonly label: string;
}

/** What buttons do. `forwardOther:8081`: the same local port leads to port 8081 of the host instead. */
export type ActionId =
  | 'changeLocalPort'
  | 'check'
  | 'connect'
  | 'open'
  | 'openConfig'
  | 'resume'
  | 'retry'
  | 'showLog'
  | 'switchOn'
  | `forwardOther:${number}`;

/** What the state does not hold, because it is measured or remembered only while somebody looks. */
export interface Measured {
  readonly rttMs?: number;
  /** The jump hosts of the last connection. */
  readonly via?: readonly string[];
}

/** All that the hops of one forward are told from. */
export interface PathFacts {
  readonly host: HostState;
  readonly forward: ForwardState;
  readonly measured: Measured;
}

export const here = 'This machine';

/** Connections come in at the remote and leave from here: -R. */
export function isFromRemote({ spec: { kind } }: ForwardState): boolean {
  return kind === 'remote' || kind === 'remoteDynamic';
}

export function fault(problem: Problem): Fault {
  const { what, next } = problemText(problem);
  return { code: problem.code, what, next };
}

/** Why the latest connection failed, unless one has succeeded since. */
export function troubleOf({ status }: ForwardState): Problem | undefined {
  return status.kind === 'open' ? status.trouble : undefined;
}

/** Something has come all the way through. Of a proxy's client nobody knows that it asked for anything. */
export function hasWorked({ spec, status }: ForwardState): boolean {
  if (status.kind !== 'open' || status.trouble) return false;
  const { totalConnections, openConnections, bytesFromRemote }: Traffic = status.traffic;
  const isProxy = spec.kind === 'dynamic' || spec.kind === 'remoteDynamic';
  return bytesFromRemote > 0 || (!isProxy && totalConnections > openConnections);
}

/** A connection made here would show whether the rest of the way is fine. */
export function isCheckable({ host, forward: { spec, status } }: PathFacts): boolean {
  return spec.kind === 'local' && status.kind === 'open' && host.link.kind === 'online';
}

export const check: Action = { id: 'check', label: 'Check Now' };
export const checkAgain: Action = { id: 'check', label: 'Check Again' };
export const showLog: Action = { id: 'showLog', label: 'Show Log' };
