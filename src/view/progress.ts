import type { AppState, ForwardState } from '../core/session/state.ts';

/** The user's progress. Each word is a step of the walkthrough. */
export interface Progress {
  readonly connect: boolean;
  readonly ports: boolean;
  readonly open: boolean;
  readonly share: boolean;
  readonly reverse: boolean;
}

/** Ticks the steps of the walkthrough that have happened, by whatever command. */
export function progress({ hosts }: AppState): Progress {
  const online = hosts.filter(({ link }) => link.kind === 'online');
  const open = hosts.flatMap(({ forwards }) => forwards).filter(({ status }) => status.kind === 'open');
  return {
    connect: online.length > 0,
    ports: online.some(({ remotePorts }) => remotePorts.length > 0),
    open: open.some((forward) => forward.spec.kind === 'local' && hasAnswered(forward)),
    share: open.some(({ isSharedByHand }) => isSharedByHand),
    reverse: open.some(({ spec }) => spec.kind === 'remote' || spec.kind === 'remoteDynamic'),
  };
}

/** The server behind the forward has sent something. */
function hasAnswered({ status }: ForwardState): boolean {
  return status.kind === 'open' && status.traffic.bytesFromRemote > 0;
}
