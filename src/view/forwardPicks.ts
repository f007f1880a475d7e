import type { ForwardState, HostState } from '../core/session/state.ts';
import type { Can } from './forwardActions.ts';
import { destinationText, localAddress } from './forwardText.ts';

/** A row of the picker that asks for a forward. */
export interface ForwardPick {
  readonly label: string;
  readonly description: string;
  readonly host: HostState;
  readonly forward: ForwardState;
}

/** The forwards of all hosts for which the action makes sense. */
export function forwardPicks(hosts: readonly HostState[], can: Can): readonly ForwardPick[] {
  return hosts.flatMap((host) =>
    host.forwards
      .filter((forward) => can(host, forward))
      .map((forward) => ({
        label: String(forward.label ?? forward.remotePort ?? destinationText(forward.spec)),
        description: [host.name, localAddress(forward)].filter(Boolean).join(' → '),
        host,
        forward,
      })),
  );
}
