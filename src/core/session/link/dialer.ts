import type { Duplex } from 'node:stream';
import { abortable } from '../../../base/delay.ts';
import { isProblem } from '../../../base/userError.ts';
import type { ContainerProblem } from '../../detect/containers/container.ts';
import { dialAddress } from '../../detect/dialAddress.ts';
import { containerAt, type PortPlace } from '../../detect/place.ts';
import type { RemotePort } from '../../detect/remotePort.ts';
import type { Dial, DialProblem } from '../../forward/dial.ts';
import { type Problem, problemOf } from '../../problem.ts';
import type { ReachContainer } from '../ports/containerReach.ts';
import { type CountedConnection, nameOf } from './countedConnection.ts';
import type { HostLink } from './hostLink.ts';

export interface DialerOptions {
  readonly link: Pick<HostLink, 'connection' | 'carried'> & {
    readonly liveness: Pick<HostLink['liveness'], 'answered'>;
  };
  /** The remote port of this number, if the watch has seen it. */
  readonly findPort: (port: number) => RemotePort | undefined;
  readonly reachContainer: ReachContainer;
}

/**
 * Dials over the present connection of a host, or over the next one if it comes in time. Replaces `localhost` by an address
 * of the family in which the port listens, and a `place` in a container by the container's present address. `onOutcome` gets
 * the problem of each dial; undefined when it succeeded. It also gets `containerRelayFailed` of a relay that fails later.
 */
export type Dialer = (onOutcome?: (problem: Problem | undefined) => void, place?: PortPlace) => Dial;

export function dialer({ link, findPort, reachContainer }: DialerOptions): Dialer {
  const dialOne: Dial = (to, signal) =>
    ask(
      (connection) => {
        const seen = to.kind === 'tcp' && to.host === 'localhost' ? findPort(to.port) : undefined;
        const target = seen && to.kind === 'tcp' ? { ...to, host: dialAddress(seen) } : to;
        return connection.dial(target, signal);
      },
      nameOf(to),
      signal,
    );
  return (onOutcome, place) => {
    const dial: Dial = typeof place === 'string' ? dialContainer(place) : dialOne;
    return tellingDialer(dial)(onOutcome);
  };

  /** Asks the present connection for a channel, and the next one if that ends. `name`: what the server has to resolve. */
  async function ask(
    open: (connection: CountedConnection) => Promise<Duplex>,
    name: string | undefined,
    signal: AbortSignal,
  ): Promise<Duplex> {
    for (;;) {
      const connection = await link.connection(signal);
      try {
        const channel = await link.liveness.answered(open(connection), name);
        link.carried(connection);
        return channel;
      } catch (error) {
        signal.throwIfAborted();
        if (!isProblem<DialProblem>(error, 'linkLost')) throw error;
        if (connection.isRetired && name === undefined) continue; // another connection has taken its place
        // The server may hang while it resolves the name, so no other connection asks for the name again.
        if (connection.isRetired) throw error;
        // The lost connection opened no channel, so the next connection is asked.
        await abortable(connection.closed, signal);
      }
    }
  }

  /** A container may be in several networks, some of them unreachable. The first address that answers is used. */
  function dialContainer(place: PortPlace): Dial {
    return async (_to, signal) => {
      const way = await reachContainer(place, signal);
      if (way.kind === 'relay') {
        const relay = { ...way, container: containerAt(place) ?? '' };
        return ask((connection) => connection.relayBy(relay, signal), undefined, signal);
      }
      const { ends } = way;
      for (const [nth, end] of ends.entries()) {
        try {
          return await dialOne(end, signal);
        } catch (error) {
          if (nth === ends.length - 1 || !isProblem<DialProblem>(error, 'connectFailed')) throw error;
        }
      }
      throw new Error(`no address of ${place}`);
    };
  }
}

/** Dials by `dial` alone, to whatever place. */
export function tellingDialer(dial: Dial): Dialer {
  return (onOutcome) => (onOutcome ? telling(dial, onOutcome) : dial);
}

function telling(dial: Dial, onOutcome: (problem: Problem | undefined) => void): Dial {
  return async (to, signal) => {
    try {
      const channel = await dial(to, signal);
      onOutcome(undefined);
      channel.once('error', (error) => {
        if (isProblem<ContainerProblem>(error, 'containerRelayFailed')) onOutcome(problemOf(error));
      });
      return channel;
    } catch (error) {
      onOutcome(problemOf(error));
      throw error;
    }
  };
}
