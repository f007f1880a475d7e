import { type AppState, findHost, type ForwardState } from '../../core/session/state.ts';
import { harmless } from '../harmless.ts';
import { forwardLabel } from '../forwardLabel.ts';
import { destinationText, localAddress, remoteBindText } from '../forwardText.ts';
import { type Hop, type HopState, isFromRemote, type Measured, type PathFacts } from './hop.ts';
import { connectionHops } from './connection.ts';
import { frontHops } from './front.ts';
import { listenerHop } from './listener.ts';
import { targetHops } from './target.ts';
import { userHop } from './user.ts';

/** The path of one forward, from its user to the server behind it. */
export interface ForwardPath {
  readonly title: string;
  /** The title of the tab. */
  readonly tab: string;
  /** A few words that sum up the path. */
  readonly verdict: string;
  readonly state: HopState;
  /** In the direction in which connections are opened. */
  readonly hops: readonly Hop[];
}

/** Undefined when the forward no longer exists. */
export function forwardPath(
  state: AppState,
  hostName: string,
  id: string,
  measured: Measured = {},
): ForwardPath | undefined {
  const host = harmless(findHost(state, hostName));
  const forward = host?.forwards.find((each) => each.id === id);
  if (!host || !forward) return undefined;
  const facts: PathFacts = { host, forward, measured };
  const connection = connectionHops(facts);
  const inOrder = isFromRemote(forward) ? connection.toReversed() : connection;
  const front = frontHops(facts);
  const hops = doubt([userHop(facts), listenerHop(facts), ...front, ...inOrder, ...targetHops(facts)], forward);
  const tab = `Path: ${forward.label ?? forwardLabel(forward)} (${host.name})`;
  return { title: title(facts), tab, hops, ...verdict(hops, forward) };
}

/** The hint instead of a path when the forward has ended. */
export const endedHint = 'This forward has ended. Its path appears again when the forward is back.';

/** Marks as unknown every hop that nobody can see behind a broken connection, and the user while any hop is at fault. */
function doubt(hops: readonly Hop[], forward: ForwardState): readonly Hop[] {
  const atBreak = hops.findIndex(
    ({ kind, fault }) => fault && (kind === 'client' || kind === 'jump' || kind === 'server'),
  );
  const isBeyond = (index: number): boolean => (isFromRemote(forward) ? index < atBreak : index > atBreak);
  const isWhole = hops.every(({ fault }) => !fault);
  return hops.map((hop, index): Hop => {
    const isInDoubt = hop.kind === 'user' ? !isWhole : atBreak >= 0 && isBeyond(index);
    return isInDoubt && hop.state === 'ok' ? { ...hop, state: 'unknown' } : hop;
  });
}

function title({ host, forward }: PathFacts): string {
  const { spec, label, status } = forward;
  const from = isFromRemote(forward)
    ? `${host.name} ${remoteBindText(forward)}`
    : (localAddress(forward) ?? (status.kind === 'dormant' && status.localPort ? `localhost:${status.localPort}` : ''));
  const to = isFromRemote(forward) ? destinationText(spec) : `${destinationText(spec)} through ${host.name}`;
  const route = [from, to].filter(Boolean).join(' → ');
  return label === undefined ? route : `${label}: ${route}`;
}

function verdict(hops: readonly Hop[], { status }: ForwardState): Pick<ForwardPath, 'verdict' | 'state'> {
  for (const state of ['broken', 'stopped', 'busy'] as const) {
    const hop = hops.find((each) => each.state === state);
    if (hop) return { state, verdict: words[state](hop) };
  }
  if (status.kind === 'elsewhere') return { state: 'unknown', verdict: 'Another window forwards it' };
  return hops[0]?.state === 'ok'
    ? { state: 'ok', verdict: 'It works from end to end' }
    : { state: 'unknown', verdict: 'Everything is ready, and nobody has used it yet' };
}

const words = {
  broken: ({ title: at }: Hop) => `Broken at: ${at}`,
  stopped: ({ title: at }: Hop) => `Stopped at: ${at}`,
  busy: ({ title: at }: Hop) => `Waiting for: ${at}`,
} as const;
