import assert from 'node:assert/strict';
import { test } from 'node:test';
import v8 from 'node:v8';
import vm from 'node:vm';
import { read } from '../../support/sessions.ts';
import { descendants, startSshd } from '../../support/sshd.ts';
import { until } from '../../support/until.ts';
import { signalAll, startBench } from './bench.ts';

v8.setFlagsFromString('--expose-gc');
const collectGarbage = vm.runInNewContext('gc') as () => void;

void test('a hundred reconnects in a row leave nothing behind', { timeout: 120_000 }, async () => {
  const sshd = await startSshd();
  const bench = await startBench(sshd.configFile);
  const { app, local } = bench;
  const reconnect = async (): Promise<void> => {
    const { link } = app.host();
    signalAll(descendants(sshd.process().pid), 'SIGKILL');
    await until('the next connection', () => app.host().link.kind === 'online' && app.host().link !== link);
    assert.equal(await read(local), 'hello');
  };
  try {
    const startMs = performance.now();
    await reconnect();
    const before = await settled(() => undefined);
    for (let each = 0; each < 50; each++) await reconnect();
    const halfway = await settled((now) => assertNoMore(now, before));
    for (let each = 0; each < 50; each++) await reconnect();
    const after = await settled((now) => assertNoMore(now, before));
    const tookMs = performance.now() - startMs;
    // Allocations that are made once and kept happen in the first half.
    const grewKb = (after.heapBytes - halfway.heapBytes) / 1024;
    console.log(`| 100 reconnects in a row | | ${(tookMs / 100).toFixed(0)} ms each | heap ${grewKb.toFixed(0)} KB |`);
    assert.ok(grewKb < 1024, `the heap grew by ${grewKb.toFixed(0)} KB`);
    await until('one session', () => descendants(sshd.process().pid).length <= sessionProcesses);
    await until('no connection to be open', () => {
      const status = app.host().forwards[0]?.status;
      return status?.kind === 'open' && status.traffic.openConnections === 0;
    });
  } finally {
    await bench.stop();
    await sshd.stop();
  }
});

/** The processes of one login of root, with the watch: sshd-session, the shell, and the programs that it starts. */
const sessionProcesses = 6;

interface Footprint {
  /** Sockets, timers and the like, counted by kind. */
  readonly resources: Readonly<Record<string, number>>;
  readonly heapBytes: number;
}

/** The number of timers varies a little. A leak in each reconnect would show as dozens. */
function assertNoMore(now: Footprint, before: Footprint): void {
  for (const [kind, count] of Object.entries(now.resources)) {
    const limit = (before.resources[kind] ?? 0) + 10;
    assert.ok(count < limit, `${count} of ${kind}, after ${before.resources[kind] ?? 0}`);
  }
}

/** The footprint once closing resources have gone, so that `check` no longer throws. */
async function settled(check: (now: Footprint) => void): Promise<Footprint> {
  return until('everything to settle', () => {
    collectGarbage();
    const resources: Record<string, number> = {};
    for (const kind of process.getActiveResourcesInfo()) resources[kind] = (resources[kind] ?? 0) + 1;
    const now = { resources, heapBytes: process.memoryUsage().heapUsed };
    check(now);
    return now;
  });
}
