import type { ForwardState, HostState } from '../core/session/state.ts';
import { localPort } from '../core/session/state.ts';
import { harmless } from './harmless.ts';
import { destinationText, localAddress, remoteBindText } from './forwardText.ts';

/** A forward of several that did not start. */
export interface NotForwarded {
  readonly name: string;
  /** One sentence. */
  readonly why: string;
}

/** One text for forwards that were made together: “Forwarded 10 ports from devbox: 8100–8109 → localhost:8100–8109.” */
export function announcementOfMany(
  host: HostState,
  forwards: readonly ForwardState[],
  failures: readonly NotForwarded[],
): string {
  const what = forwards.length === 1 ? '1 port' : `${forwards.length} ports`;
  const failed = harmless(failures).map(({ name, why }) => `${name}: ${why}`);
  const [first, ...more] = failed;
  return [
    forwards.length > 0 && `Forwarded ${what} from ${host.name}: ${runs(forwards).map(runText).join(', ')}.`,
    first !== undefined && `Not forwarded: ${first}`,
    more.length > 0 && `${more.length} more failed.`,
  ]
    .filter(Boolean)
    .join(' ');
}

type Run = readonly [ForwardState, ...ForwardState[]];

/** Neighbours whose remote and local ports both rise by one. */
function runs(forwards: readonly ForwardState[]): readonly Run[] {
  const found: [ForwardState, ...ForwardState[]][] = [];
  for (const forward of forwards) {
    const run = found.at(-1);
    const last = run?.at(-1);
    if (run && last && isNext(last, forward)) run.push(forward);
    else found.push([forward]);
  }
  return found;
}

function isNext(before: ForwardState, after: ForwardState): boolean {
  const [remote, local] = [before.remotePort, localPort(before)];
  return (
    typeof remote === 'number' &&
    local !== undefined &&
    after.remotePort === remote + 1 &&
    localPort(after) === local + 1
  );
}

function runText([first, ...others]: Run): string {
  const { spec, remotePort } = first;
  const last = others.at(-1);
  if (last) return `${remotePort}–${last.remotePort} → ${localAddress(first)}–${localPort(last)}`;
  if (spec.kind === 'remote' || spec.kind === 'remoteDynamic') {
    return `${destinationText(spec)} at ${remoteBindText(first)}`;
  }
  return `${remotePort ?? destinationText(spec)} → ${localAddress(first) ?? ''}`;
}
