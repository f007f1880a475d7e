import type { Readable } from '../base/store.ts';
import type { AppState } from '../core/session/state.ts';
import type { EngineCalls } from '../engine/engine.ts';

/** The part of the engine that agents may use. */
export interface Access extends Pick<
  EngineCalls,
  'checkForward' | 'connect' | 'forward' | 'forwardPort' | 'refreshHosts' | 'stopForward'
> {
  readonly state: Readable<AppState>;
}
