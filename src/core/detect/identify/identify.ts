import type { Duplex } from 'node:stream';
import { dialAddress } from '../dialAddress.ts';
import type { RemotePort } from '../remotePort.ts';
import type { Program } from './program.ts';
import { judge, mayBeAsked } from './judge.ts';
import { probe } from './probe.ts';

/** Opens a connection to a port as seen from the remote. */
export type DialPort = (
  to: { readonly kind: 'tcp'; readonly host: string; readonly port: number },
  signal: AbortSignal,
) => Promise<Duplex>;

export interface IdentifyOptions {
  readonly listener: RemotePort;
  readonly dial: DialPort;
  /** Whether the server may be asked; without it only what the remote tells of its process counts. */
  readonly probe: boolean;
}

/** Finds out what listens. To be called once per start of a server: it may be one that serves one client at a time. */
export async function identify(options: IdentifyOptions, signal: AbortSignal): Promise<Program> {
  const { listener, dial } = options;
  if (!options.probe || !mayBeAsked(listener)) return judge(listener);
  const to = { kind: 'tcp', host: dialAddress(listener), port: listener.port } as const;
  return judge(listener, await probe((inner) => dial(to, inner), listener.port, signal));
}
