import type { Duplex } from 'node:stream';
import { dialAddress } from '../dialAddress.ts';
import type { RemotePort } from '../remotePort.ts';
import { judge } from './judge.ts';
import { probe } from './probe.ts';
import type { Program } from './program.ts';
import { isAskable, mayAsk, type Occasion } from './question.ts';

/** Opens a connection to a port as seen from the remote. */
export type DialPort = (
  to: { readonly kind: 'tcp'; readonly host: string; readonly port: number },
  signal: AbortSignal,
) => Promise<Duplex>;

export interface IdentifyOptions {
  readonly remotePort: RemotePort;
  readonly dial: DialPort;
  /** Undefined: send no request, whatever it is. Only what the remote tells about the process counts. */
  readonly occasion: Occasion | undefined;
}

/** Finds out which program listens on a port. CAUTION: call it once per server start; some servers handle one client at a time. */
export async function identify({ remotePort, dial, occasion }: IdentifyOptions, signal: AbortSignal): Promise<Program> {
  if (!occasion || !mayAsk(remotePort, occasion)) {
    return { ...judge(remotePort), ...(isAskable(remotePort) && { isUnasked: true }) };
  }
  const to = { kind: 'tcp', host: dialAddress(remotePort), port: remotePort.port } as const;
  return judge(remotePort, await probe((inner) => dial(to, inner), remotePort.port, signal));
}
