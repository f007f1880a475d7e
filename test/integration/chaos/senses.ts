import { delay } from '../../../src/base/delay.ts';
import type { NetworkSenses } from '../../../src/core/session/link/networkEvents.ts';

/** A machine whose network does not change, and that sleeps when the test says so. */
export function senses(): { readonly senses: NetworkSenses; sleep(): void } {
  let asleepMs = 0;
  const checks = new Set<() => void>();
  return {
    senses: {
      now: () => performance.now() + asleepMs,
      addresses: () => [],
      delay: (ms, signal) =>
        new Promise<void>((resolve) => {
          checks.add(resolve);
          void delay(ms, signal).then(resolve, resolve);
        }),
    },
    sleep: () => {
      asleepMs += 3_600_000;
      for (const check of checks) check();
      checks.clear();
    },
  };
}
