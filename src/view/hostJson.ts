import type { ForwardState, ForwardStatus, HostState, SeenPort } from '../core/session/state.ts';

/** A host as `ssh-ports --json` prints it. CAUTION: scripts read these names, so they outlive the names in the code. */
export interface HostJson extends Omit<HostState, 'remotePorts' | 'unlistedPorts' | 'forwards'> {
  readonly listeners: readonly ListenerJson[];
  readonly forwards: readonly ForwardJson[];
}

interface ListenerJson extends Pick<SeenPort, 'seenAt' | 'wasThere'> {
  readonly listener: Omit<SeenPort, 'program' | 'seenAt' | 'wasThere'>;
  readonly identity?: SeenPort['program'];
}

interface ForwardJson extends Omit<ForwardState, 'isSharedByHand' | 'status'> {
  readonly isShared?: true;
  readonly status:
    | Exclude<ForwardStatus, { readonly kind: 'open' }>
    | (Omit<Extract<ForwardStatus, { readonly kind: 'open' }>, 'kind'> & { readonly kind: 'listening' });
}

export function hostJson({ remotePorts, unlistedPorts: _old, forwards, ...host }: HostState): HostJson {
  return { ...host, listeners: remotePorts.map(listenerJson), forwards: forwards.map(forwardJson) };
}

function listenerJson({ program, seenAt, wasThere, ...listener }: SeenPort): ListenerJson {
  return { listener, ...(program && { identity: program }), seenAt, wasThere };
}

function forwardJson({ isSharedByHand, status, ...forward }: ForwardState): ForwardJson {
  return {
    ...forward,
    ...(isSharedByHand && { isShared: true }),
    status: status.kind === 'open' ? { ...status, kind: 'listening' } : status,
  };
}
