import { type AppState, findHost, type ForwardState } from '../../core/session/state.ts';
import { destinationText, localAddress, remoteBindText } from '../forwardText.ts';
import { type Hop, type HopState, isFromRemote, type Measured, type PathFacts } from './hop.ts';
import { linkHops } from './connection.ts';
import { listenerHop } from './listener.ts';
import { targetHop } from './target.ts';
import { userHop } from './user.ts';

/** One forward, from whoever uses it to the server behind it. */
export interface ForwardPath {
  readonly title: string;
  /** In a few words. */
  readonly verdict: string;
  readonly state: HopState;
  /** In the direction in which connections are made. */
  readonly hops: readonly Hop[];
}

/** Undefined when there is no such forward any more. */
export function forwardPath(
  state: AppState,
  hostName: string,
  id: string,
  measured: Measured = {},
): ForwardPath | undefined {
  const host = findHost(state, hostName);
  const forward = host?.forwards.find((each) => each.id === id);
  if (!host || !forward) return undefined;
  const facts: PathFacts = { host, forward, measured };
  const link = linkHops(facts);
  const way = [userHop(facts), listenerHop(facts), ...(isFromRemote(forward) ? link.toReversed() : link)];
  const hops = settle([...way, targetHop(facts)], forward);
  return { title: title(facts), hops, ...verdict(hops, forward) };
}

/** What stands there instead of a path when its forward has ended. */
export const endedHint = 'This forward has ended. Its path is drawn again when it is back.';

/** Of what stands beyond a break of the link, seen from here, nobody can say that it works; nor of the whole. */
function settle(hops: readonly Hop[], forward: ForwardState): readonly Hop[] {
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
  const way = [from, to].filter(Boolean).join(' → ');
  return label === undefined ? way : `${label}: ${way}`;
}

function verdict(hops: readonly Hop[], { status }: ForwardState): Pick<ForwardPath, 'verdict' | 'state'> {
  for (const state of ['broken', 'stopped', 'busy'] as const) {
    const hop = hops.find((each) => each.state === state);
    if (hop) return { state, verdict: words[state](hop) };
  }
  if (status.kind === 'elsewhere') return { state: 'unknown', verdict: 'Another window forwards it' };
  return hops[0]?.state === 'ok'
    ? { state: 'ok', verdict: 'It works from end to end' }
    : { state: 'unknown', verdict: 'Everything is in place, and not used yet' };
}

const words = {
  broken: ({ title: at }: Hop) => `Broken at: ${at}`,
  stopped: ({ title: at }: Hop) => `Stopped at: ${at}`,
  busy: ({ title: at }: Hop) => `Waiting for: ${at}`,
} as const;
