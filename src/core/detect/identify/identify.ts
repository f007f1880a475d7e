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
  readonly remotePort: RemotePort;
  readonly dial: DialPort;
  /** Whether to send the server a request. If false, only what the remote tells about the process counts. */
  readonly probe: boolean;
}

/** Finds out which program listens on a port. CAUTION: call it once per server start; some servers handle one client at a time. */
export async function identify(options: IdentifyOptions, signal: AbortSignal): Promise<Program> {
  const { remotePort, dial } = options;
  if (!options.probe || !mayBeAsked(remotePort)) return judge(remotePort);
  const to = { kind: 'tcp', host: dialAddress(remotePort), port: remotePort.port } as const;
  return judge(remotePort, await probe((inner) => dial(to, inner), remotePort.port, signal));
}
