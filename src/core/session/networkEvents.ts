import os from 'node:os';
import { delay } from '../../base/delay.ts';

/** What may end every link without a word: the machine slept, or it has other addresses now. */
export type NetworkEvent = 'slept' | 'network';

/** How the surroundings are felt. Tests have a clock and a network of their own. */
export interface NetworkSenses {
  /** Of the wall: a clock that stands still during sleep tells nothing. */
  readonly now: () => number;
  /** The addresses at which this machine is reached, in a stable order. */
  readonly addresses: () => readonly string[];
  readonly delay: (ms: number, signal: AbortSignal) => Promise<void>;
}

export const realSenses: NetworkSenses = { now: Date.now, addresses: networkAddresses, delay };

const pollCostMs = 3000;
/** A timer that is this late was not merely waiting for a busy processor. */
const sleptMs = 5000;

/** Tells of each disturbance until the signal aborts. Never rejects. */
export async function watchNetwork(
  onDisturbance: (what: NetworkEvent) => void,
  senses: NetworkSenses,
  signal: AbortSignal,
): Promise<void> {
  let addresses = senses.addresses().join(' ');
  while (!signal.aborted) {
    const before = senses.now();
    await senses.delay(pollCostMs, signal).catch(() => undefined);
    if (signal.aborted) return;
    const now = senses.addresses().join(' ');
    if (senses.now() - before > pollCostMs + sleptMs) onDisturbance('slept');
    else if (now !== addresses) onDisturbance('network');
    addresses = now;
  }
}

function networkAddresses(): readonly string[] {
  return Object.entries(os.networkInterfaces())
    .flatMap(([name, all]) => (all ?? []).filter(({ internal }) => !internal).map(({ cidr }) => `${name} ${cidr}`))
    .sort();
}
