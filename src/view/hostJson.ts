import { placeOf, type PortPlace } from '../core/detect/place.ts';
import type { ForwardState, ForwardStatus, HostState, SeenPort } from '../core/session/state.ts';

/** A host as `--json` of the command line prints it. CAUTION: scripts read these names, so they outlive the names in the code. */
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

/**
 * The next line of `--json`: fields that are other now, of `listeners` and `forwards` the items that are. An item replaces
 * the one with its port (in the same container) or id. `gone`: what is no more.
 */
export interface HostChangeJson extends Partial<HostJson> {
  readonly gone?: {
    readonly fields?: readonly string[];
    /** `5173`, or `shop/web:5173` in a container. */
    readonly listeners?: readonly PortPlace[];
    readonly forwards?: readonly string[];
  };
}

/** Undefined when a reader of the lines knows everything already. */
export function hostChangeJson(before: HostState, after: HostState): HostChangeJson | undefined {
  const fields = changedItems(fieldsOf(before), fieldsOf(after), ([name]) => name);
  const listeners = changedItems(before.remotePorts, after.remotePorts, placeOf);
  const forwards = changedItems(before.forwards, after.forwards, ({ id }) => id);
  const gone = {
    ...(fields.gone.length > 0 && { fields: fields.gone }),
    ...(listeners.gone.length > 0 && { listeners: listeners.gone }),
    ...(forwards.gone.length > 0 && { forwards: forwards.gone }),
  };
  const change = {
    ...Object.fromEntries(fields.changed),
    ...(listeners.changed.length > 0 && { listeners: listeners.changed.map(listenerJson) }),
    ...(forwards.changed.length > 0 && { forwards: forwards.changed.map(forwardJson) }),
    ...(Object.keys(gone).length > 0 && { gone }),
  };
  return Object.keys(change).length > 0 ? change : undefined;
}

function fieldsOf({ remotePorts: _ports, forwards: _forwards, unlistedPorts: _old, ...fields }: HostState) {
  return Object.entries(fields);
}

/** The same object is the same item; another object may still say the same. */
function changedItems<T, K>(before: readonly T[], after: readonly T[], keyOf: (item: T) => K) {
  const known = new Map(before.map((item) => [keyOf(item), item]));
  const present = new Set(after.map(keyOf));
  return {
    changed: after.filter((item) => {
      const old = known.get(keyOf(item));
      return old !== item && JSON.stringify(old) !== JSON.stringify(item);
    }),
    gone: [...known.keys()].filter((key) => !present.has(key)),
  };
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
