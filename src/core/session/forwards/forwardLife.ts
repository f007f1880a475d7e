import { isDeepStrictEqual } from 'node:util';
import type { Program } from '../../detect/identify/program.ts';
import type { RemoteForward } from '../../forward/remote.ts';
import type { RunningForward } from '../../forward/runningForward.ts';
import { isWide } from '../../spec/bindScope.ts';
import type { Problem } from '../../problem.ts';
import { effectiveSpec, type ForwardRequest } from './forwardRequests.ts';
import type { ForwardState, ForwardStatus } from '../state.ts';
import type { OtherWindow } from '../memory/windows.ts';

/** What a forward is now, with the sockets that it holds. `statusOf` is the plain data that people see of it. */
export type ForwardLife =
  | { readonly kind: 'opening' }
  | OpenForward
  | ForwardElsewhere
  /** The other window has just given the forward up. `localPort`: absent for a port of the remote. */
  | { readonly kind: 'released'; readonly localPort?: number }
  /** The listener is closing. `shown`: the status until the next one is known. */
  | { readonly kind: 'closing'; readonly shown: ForwardStatus }
  | StoppedForward
  | Extract<ForwardStatus, { readonly kind: 'failed' }>;

export interface OpenForward {
  readonly kind: 'open';
  readonly running: RunningForward | RemoteForward;
  /** The local port that was wanted but is taken; `why` names its owner. */
  readonly instead?: { readonly port: number; readonly why: Problem };
  /** Why the latest connection failed. */
  readonly trouble?: Problem;
  /** Epoch ms at which other machines lose access. Absent: never. */
  readonly sharedUntil?: number;
}

export interface ForwardElsewhere {
  readonly kind: 'elsewhere';
  readonly window: OtherWindow;
  readonly localPort?: number;
}

export type StoppedForward = Extract<ForwardStatus, { readonly kind: 'off' | 'paused' | 'expired' | 'dormant' }>;

export function newLife({ isPaused }: ForwardRequest): ForwardLife {
  return { kind: isPaused ? 'paused' : 'opening' };
}

/** A forward just opened. `shareEnd`: when a forward that other machines reach expires; undefined for never. */
export function opened(open: OpenForward, request: ForwardRequest, shareEnd: number | undefined): OpenForward {
  const mayExpire = request.isSharedByHand || (isWide(effectiveSpec(request)) && request.origin !== 'config');
  return { ...open, ...(mayExpire && shareEnd !== undefined && { sharedUntil: shareEnd }) };
}

/** The latest connection failed with `trouble`, or succeeded (undefined). */
export function withTrouble(life: ForwardLife, trouble: Problem | undefined): ForwardLife {
  if (life.kind !== 'open') return life;
  const { trouble: _old, ...rest } = life;
  return trouble ? { ...rest, trouble } : rest;
}

/** The user gave a shared forward more time, up to `shareEnd` (undefined: no end). */
export function extended(life: ForwardLife, shareEnd: number | undefined): ForwardLife {
  if (life.kind !== 'open' || life.sharedUntil === undefined) return life;
  const { sharedUntil: _old, ...rest } = life;
  return shareEnd === undefined ? rest : { ...rest, sharedUntil: shareEnd };
}

/** `window` no longer has the forward. */
export function released(life: ForwardLife, window: OtherWindow): ForwardLife {
  if (life.kind !== 'elsewhere' || life.window !== window) return life;
  return { kind: 'released', ...(life.localPort !== undefined && { localPort: life.localPort }) };
}

/** An auto-forward whose program has gone. It keeps its local port for when the program returns. */
export function dormant({ lastPort }: ForwardRequest, program: Program | undefined): StoppedForward {
  const server = program && { server: program };
  return { kind: 'dormant', ...(lastPort !== undefined && { localPort: lastPort }), ...server };
}

/** This window or another one has the forward. */
export function isHeld({ kind }: ForwardLife): boolean {
  return kind === 'open' || kind === 'elsewhere';
}

export function isExpired(life: ForwardLife, nowMs: number): boolean {
  return life.kind === 'open' && life.sharedUntil !== undefined && life.sharedUntil <= nowMs;
}

/** The next connection may open it: there was no connection to ask, or an old session still had its port. */
export function needsConnection(life: ForwardLife): boolean {
  return life.kind === 'failed' && ['linkLost', 'remoteBindRefused'].includes(life.why.code);
}

export function statusOf(life: ForwardLife, request: ForwardRequest, nowMs: number): ForwardStatus {
  switch (life.kind) {
    case 'open': {
      const { running, instead, trouble, sharedUntil } = life;
      const sharedFor = sharedUntil === undefined ? 'forever' : Math.max(1, Math.ceil((sharedUntil - nowMs) / 60_000));
      return {
        kind: 'open',
        bound: running.bound,
        traffic: running.traffic(),
        ...(instead && { instead }),
        ...(trouble && { trouble }),
        ...(isWide(effectiveSpec(request)) && { sharedFor }),
      };
    }
    case 'elsewhere':
    case 'released': // until the forward is opened here
      return { kind: 'elsewhere', ...(life.localPort !== undefined && { localPort: life.localPort }) };
    case 'closing':
      return life.shown;
    case 'opening':
    case 'off':
    case 'paused':
    case 'expired':
    case 'dormant':
    case 'failed':
      return life;
  }
}

export function stateOf(id: string, request: ForwardRequest, status: ForwardStatus): ForwardState {
  const { spec, origin, label, remotePort, isSharedByHand, isProtected, isHttps, protocol } = request;
  return {
    id,
    spec,
    origin,
    ...(label !== undefined && { label }),
    ...(remotePort !== undefined && { remotePort }),
    ...(isSharedByHand && { isSharedByHand: true }),
    ...(isProtected && { isProtected: true }),
    ...(isHttps && { isHttps: true }),
    ...(protocol && { protocol }),
    status,
  };
}

/** The new states of a host's forwards; the old object for each that has not changed, and the old list if none has. */
export function changedForwards(
  before: readonly ForwardState[],
  after: readonly ForwardState[],
): readonly ForwardState[] {
  const kept = after.map((state) => before.find((known) => isDeepStrictEqual(known, state)) ?? state);
  return kept.length === before.length && kept.every((state, index) => state === before[index]) ? before : kept;
}
