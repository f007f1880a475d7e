import { networkInterfaces } from '../../../base/networkInterfaces.ts';
import { delay } from '../../../base/delay.ts';

/** An event that may end connections unnoticed: the machine slept, or its addresses changed. */
export type NetworkEvent = 'slept' | 'network';

/** The clock and the network that are watched. Tests bring their own. */
export interface NetworkSenses {
  /** CAUTION: a wall clock in milliseconds. A monotonic clock may stop during sleep. */
  readonly now: () => number;
  /** The addresses of this machine, in a stable order. */
  readonly addresses: () => readonly string[];
  readonly delay: (ms: number, signal: AbortSignal) => Promise<void>;
}

export const realSenses: NetworkSenses = { now: Date.now, addresses: networkAddresses, delay };

const checkMs = 3000;
/** A timer that is this late means sleep; a busy processor delays it less. */
const sleptMs = 5000;

/** Calls back for each event until the signal aborts. Never rejects. */
export async function watchNetwork(
  onEvent: (what: NetworkEvent) => void,
  senses: NetworkSenses,
  signal: AbortSignal,
): Promise<void> {
  let addresses = senses.addresses().join(' ');
  while (!signal.aborted) {
    const before = senses.now();
    await senses.delay(checkMs, signal).catch(() => undefined);
    if (signal.aborted) return;
    const now = senses.addresses().join(' ');
    if (senses.now() - before > checkMs + sleptMs) onEvent('slept');
    else if (now !== addresses) onEvent('network');
    addresses = now;
  }
}

function networkAddresses(): readonly string[] {
  return Object.entries(networkInterfaces())
    .flatMap(([name, all]) => (all ?? []).filter(({ internal }) => !internal).map(({ cidr }) => `${name} ${cidr}`))
    .sort();
}
