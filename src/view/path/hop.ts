import type { Problem } from '../../core/problem.ts';
import type { Traffic } from '../../core/forward/runningForward.ts';
import type { ForwardState, HostState } from '../../core/session/state.ts';
import { problemText } from '../problem.ts';

/** One station of a forward's path. SECURITY: all text is plain, and nothing renders it as markup. */
export interface Hop {
  readonly kind: 'user' | 'listener' | 'front' | 'client' | 'jump' | 'server' | 'container' | 'target';
  readonly title: string;
  /** The machine of the station: 'This machine', or the name of a host. */
  readonly place: string;
  readonly facts: readonly string[];
  readonly state: HopState;
  /** Why the hop is busy, stopped or broken. */
  readonly fault?: Fault;
  readonly actions: readonly Action[];
}

/** `stopped`: by the user or by a rule; nothing is wrong. `unknown`: nobody has tried, or an earlier hop fails. */
export type HopState = 'ok' | 'busy' | 'stopped' | 'broken' | 'unknown';

/** `code`: the code of the problem, for reports without text. */
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

/** What a button does. `forwardOther:8081`: forward port 8081 of the host to the same local port instead. */
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

/** Facts outside the state: SSH Ports measures or remembers them only while the view is open. */
export interface Measured {
  readonly rttMs?: number;
  /** The jump hosts of the last connection. */
  readonly via?: readonly string[];
}

/** The facts about one forward that its hops show. */
export interface PathFacts {
  readonly host: HostState;
  readonly forward: ForwardState;
  readonly measured: Measured;
}

export const here = 'This machine';

/** A -R forward: connections arrive at the remote and leave from this machine. */
export function isFromRemote({ spec: { kind } }: ForwardState): boolean {
  return kind === 'remote' || kind === 'remoteDynamic';
}

export function fault(problem: Problem): Fault {
  const { what, next } = problemText(problem);
  return { code: problem.code, what, next };
}

/** Why the latest connection failed. Undefined when it succeeded. */
export function troubleOf({ status }: ForwardState): Problem | undefined {
  return status.kind === 'open' ? status.trouble : undefined;
}

/** Whether data has passed the whole path. A client of a proxy may connect and close without asking for anything. */
export function hasWorked({ spec, status }: ForwardState): boolean {
  if (status.kind !== 'open' || status.trouble) return false;
  const { totalConnections, openConnections, bytesFromRemote }: Traffic = status.traffic;
  const isProxy = spec.kind === 'dynamic' || spec.kind === 'remoteDynamic';
  return bytesFromRemote > 0 || (!isProxy && totalConnections > openConnections);
}

/** Whether a test connection from this machine can check the rest of the path. */
export function isCheckable({ host, forward: { spec, status } }: PathFacts): boolean {
  return spec.kind === 'local' && status.kind === 'open' && host.link.kind === 'online';
}

export const check: Action = { id: 'check', label: 'Check Now' };
export const checkAgain: Action = { id: 'check', label: 'Check Again' };
export const showLog: Action = { id: 'showLog', label: 'Show Log' };
