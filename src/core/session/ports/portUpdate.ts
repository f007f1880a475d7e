import type { Program } from '../../detect/identify/program.ts';
import { placeOf, type PortPlace } from '../../detect/place.ts';
import type { RemotePort } from '../../detect/remotePort.ts';
import {
  type AutoForward,
  type AutoForwardSettings,
  decide,
  type IgnoreReason,
  ruleSubject,
  settlingMs,
} from '../../policy/autoForward.ts';
import { wantsOpening } from '../../policy/notices.ts';
import { pageOf } from '../../policy/secondPort.ts';
import { attributesFor, type PortAttributes, type PortRules } from '../../policy/portRules.ts';
import { type ForwardRequest, requestFor } from '../forwards/forwardRequests.ts';
import { listedPorts } from './listedPorts.ts';
import { type ForwardState, type ForwardStatus, remoteEnd, type SeenPort } from '../state.ts';

/** The memory between two listings, as plain data. */
export interface PortMemory {
  /** The next listing is the first since the user connected, so its ports were there before. */
  readonly isFirst: boolean;
  /** Ports that were auto-forwarded before this window was reloaded. They are forwarded again without a notice. */
  readonly expected: ReadonlySet<PortPlace>;
  /** Ports that were not asked before the last connection ended. */
  readonly unasked: ReadonlySet<PortPlace>;
  /** Ports whose auto-forward the user stopped. They are not auto-forwarded again in this session. */
  readonly declined: ReadonlySet<PortPlace>;
  /** Ports that were listed since the user connected. */
  readonly listed: ReadonlySet<PortPlace>;
}

export type Decision =
  /** Ask the program what it is, after `waitMs` if the port is still there then. */
  | { readonly kind: 'ask'; readonly port: SeenPort; readonly waitMs: number }
  /** The program behind an auto-forward has gone. */
  | { readonly kind: 'sleep'; readonly id: string; readonly program?: Program }
  /** The program behind a dormant forward is back. `notice`: tell the user, by these attributes. */
  | { readonly kind: 'wake'; readonly id: string; readonly notice?: PortAttributes }
  | { readonly kind: 'open'; readonly request: ForwardRequest; readonly notice?: PortAttributes }
  /** The page at this port is forwarded: so are the second ports of its server. */
  | { readonly kind: 'openBeside'; readonly page: PortPlace }
  | { readonly kind: 'ignore'; readonly port: PortPlace; readonly why: IgnoreReason | 'prohibited' | 'unreachable' };

export const noPortMemory: PortMemory = {
  isFirst: true,
  expected: new Set(),
  unasked: new Set(),
  declined: new Set(),
  listed: new Set(),
};

export interface Listing {
  /** What the watch has found. */
  readonly listing: readonly RemotePort[];
  readonly known: readonly SeenPort[];
  readonly forwards: readonly ForwardState[];
  readonly memory: PortMemory;
  /** This process itself listens there, with one of its forwards. */
  readonly isOwn: (port: RemotePort) => boolean;
  readonly rules: PortRules;
  readonly nowMs: number;
}

/** The new ports and memory after a listing, and what to do about it. */
export function update({ listing, known, forwards, memory, isOwn, rules, nowMs }: Listing): {
  readonly remotePorts: readonly SeenPort[];
  /** The number of ports that are not listed. */
  readonly morePorts: number;
  readonly memory: PortMemory;
  readonly decisions: readonly Decision[];
} {
  const asks: Decision[] = [];
  const before = new Map(known.map((port) => [placeOf(port), port]));
  const ours = new Set(forwards.map(remoteEnd));
  // The remote may be this machine: forwarding our own listeners would never end.
  const { listed, more } = listedPorts(
    listing.filter((port) => port.container || !isOwn(port)),
    forwards,
  );
  const remotePorts = listed.map((port): SeenPort => {
    const earlier = before.get(placeOf(port));
    const isSame = earlier !== undefined && isSameStart(earlier, port);
    if (isSame && !memory.unasked.has(placeOf(port))) return again(earlier, port);
    const wasThere = memory.isFirst && !memory.expected.has(placeOf(port));
    const seen = isSame ? again(earlier, port) : { ...port, wasThere, seenAt: nowMs };
    // Behind our own -R forward is a server of this side: its answer says nothing of the remote, and a forward would lead back.
    if (port.container || !ours.has(port.port))
      asks.push({ kind: 'ask', port: seen, waitMs: settleMs(seen, forwards, rules, nowMs) });
    return seen;
  });
  const there = new Set(remotePorts.map(placeOf));
  const gone = known.filter((port) => !there.has(placeOf(port)));
  const expected = new Set([...memory.expected].filter((port) => !before.has(port) || there.has(port)));
  return {
    remotePorts,
    morePorts: more,
    memory: {
      ...memory,
      isFirst: false,
      expected,
      unasked: new Set(),
      listed: new Set([...memory.listed, ...remotePorts.map(placeOf)]),
    },
    decisions: [...gone.flatMap((port) => sleeps(port, forwards)), ...asks],
  };
}

/** What the decisions about one port depend on. */
export interface PortContext {
  readonly forwards: readonly ForwardState[];
  readonly remotePorts: readonly SeenPort[];
  readonly memory: PortMemory;
  readonly settings: AutoForwardSettings;
}

/** A program has been asked, and may have answered. */
export interface Answered extends PortContext {
  readonly port: SeenPort;
  /** The server lets nobody reach the port. */
  readonly isProhibited: boolean;
}

/** What to do after the answer of a program. */
export function answered({
  port,
  isProhibited,
  forwards,
  remotePorts,
  memory,
  settings,
}: Answered): readonly Decision[] {
  const place = placeOf(port);
  const serving = forwards.filter(({ remotePort }) => remotePort === place);
  if (serving.length > 0) return wakes(port, serving, settings.rules);
  // An auto-forward would lead nowhere, so none is made. A forward by hand says why it fails.
  if (isProhibited) return [{ kind: 'ignore', port: place, why: 'prohibited' }];
  if (port.unreachable) return [{ kind: 'ignore', port: place, why: 'unreachable' }];
  if (memory.declined.has(place)) return [];
  const page = pageOf(port, remotePorts);
  const decision = decide(port, settings);
  if (page && !(decision.kind === 'forward' && decision.why === 'rule')) {
    const isForwarded = forwards.some(({ remotePort }) => remotePort === placeOf(page));
    return isForwarded ? [{ kind: 'openBeside', page: placeOf(page) }] : [{ kind: 'ignore', port: place, why: 'page' }];
  }
  if (decision.kind === 'ignore') return [decision];
  const { attributes, why } = decision;
  const request = { ...requestFor(place, 'auto'), ...wishesOf(attributes) };
  // Only pages are announced. The second port of a page has no page of its own.
  const isQuiet = memory.expected.has(place) || (why === 'devServer' && port.program?.scheme === undefined);
  return [{ kind: 'open', request, ...(!isQuiet && { notice: attributes }) }];
}

/** The second ports of a page that have no forward yet. They are forwarded without a notice. */
export function besidePage(
  page: PortPlace,
  { forwards, remotePorts, memory, settings }: PortContext,
): readonly ForwardRequest[] {
  if (settings.mode === 'off') return [];
  return remotePorts
    .filter((port) => {
      const found = port.program && pageOf(port, remotePorts);
      return found !== undefined && placeOf(found) === page;
    })
    .filter((port) => {
      const place = placeOf(port);
      return !memory.declined.has(place) && forwards.every(({ remotePort }) => remotePort !== place);
    })
    .filter((port) => isAllowed(decide(port, settings)))
    .slice(0, maxBesidePage)
    .map((port) => requestFor(placeOf(port), 'auto'));
}

function isAllowed(decision: AutoForward): boolean {
  return decision.kind === 'forward' || decision.why === 'notADevServer';
}

/** A page has no more second ports than this. */
const maxBesidePage = 8;

/** What the user's rules say about a port, for a forward of it. */
export function wishesOf({ label, protocol, requireLocalPort, serveHttps }: PortAttributes): Partial<ForwardRequest> {
  return {
    ...(label !== undefined && { label }),
    ...(protocol && { protocol }),
    ...(requireLocalPort && { localPort: 'exact' }),
    ...(serveHttps && { isHttps: true }),
  };
}

/** Whether both are the same start of the same program, as far as the remote tells. */
export function isSameStart(before: RemotePort, after: RemotePort): boolean {
  if (before.socketId !== undefined && after.socketId !== undefined) return before.socketId === after.socketId;
  return before.process === undefined || after.process === undefined || before.process.pid === after.process.pid;
}

/** A port must stay open for a while before it is asked, unless it was there before or a forward waits for it. */
function settleMs(seen: SeenPort, forwards: readonly ForwardState[], rules: PortRules, nowMs: number): number {
  const isKnown = seen.wasThere || forwards.some(({ remotePort }) => remotePort === placeOf(seen));
  return isKnown ? 0 : Math.max(0, seen.seenAt + settlingMs(seen, rules) - nowMs);
}

function sleeps(port: SeenPort, forwards: readonly ForwardState[]): readonly Decision[] {
  const { program } = port;
  const place = placeOf(port);
  return forwards
    .filter(({ remotePort, origin, status }) => remotePort === place && origin === 'auto' && sleepers.has(status.kind))
    .map(({ id }) => ({ kind: 'sleep', id, ...(program && { program }) }));
}

/** A forward that the user paused, or that failed, does not sleep: the return of its program would open it. */
const sleepers: ReadonlySet<ForwardStatus['kind']> = new Set<ForwardStatus['kind']>([
  'open',
  'opening',
  'off',
  'elsewhere',
]);

function wakes(port: SeenPort, serving: readonly ForwardState[], rules: PortRules): readonly Decision[] {
  const attributes = attributesFor(ruleSubject(port, port.program), rules);
  return serving
    .filter(({ status }) => status.kind === 'dormant')
    .map(({ id }) => ({ kind: 'wake', id, ...(wantsOpening(attributes) && { notice: attributes }) }));
}

/** A new listing of a known port. Keeps the facts that a listing lacks. */
function again({ seenAt, wasThere, program }: SeenPort, port: RemotePort): SeenPort {
  return { ...port, seenAt, wasThere, ...(program && { program }) };
}
