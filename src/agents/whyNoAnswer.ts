import { findHost } from '../core/session/state.ts';
import type { Hop } from '../view/path/hop.ts';
import { forwardPath } from '../view/path/path.ts';
import { exportedHost } from '../view/exported.ts';
import { untilListed } from './untilListed.ts';
import type { Access } from './access.ts';

/** The Path view of each forward that leads to the port, after one test connection through each. */
export async function whyNoAnswer(access: Access, name: string, port: number, signal: AbortSignal): Promise<object> {
  const host = () => findHost(access.state.get(), name);
  const found = host()?.forwards.filter(({ remotePort }) => remotePort === port) ?? [];
  if (found.length === 0) {
    const { status, problem, remotePorts } = { remotePorts: [], ...withState(host()) };
    const isListening = remotePorts.some((each) => each.port === port);
    return {
      verdict: `Nothing forwards port ${port} of ${name}.`,
      host: status,
      ...(problem !== undefined && { problem }),
      ...(status === 'online' && { isListening }),
    };
  }
  await Promise.all(found.map((forward) => access.checkForward(forward, signal).catch(() => undefined)));
  signal.throwIfAborted();
  await untilListed(access.state, name, signal);
  return {
    forwards: found.flatMap(({ id }) => {
      const path = forwardPath(access.state.get(), name, id);
      return path ? [{ path: path.title, verdict: path.verdict, stations: path.hops.map(station) }] : [];
    }),
  };
}

function withState(host: Parameters<typeof exportedHost>[0] | undefined) {
  return host ? exportedHost(host) : undefined;
}

/** One hop as plain data. SECURITY: the facts of the connection are left out, because they name users and keys. */
function station({ kind, title, place, state, facts, fault }: Hop): object {
  return {
    station: title,
    at: place,
    state,
    ...((kind === 'listener' || kind === 'target') && { facts }),
    ...(fault && { problem: fault.what, next: fault.next }),
  };
}
