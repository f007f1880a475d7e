/**
 * Prints what watching a remote with 0, 1 and 30 containers costs there: CPU time of a look, and the share of a core over
 * half a minute of activity. Needs Linux and root, for the containers' networks. Run by hand:
 *
 *     node --import tsx scripts/bench/containers.ts
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { pollMs } from '../../src/core/detect/pace.ts';
import { openUnixSource } from '../../src/core/detect/unixSource.ts';
import { containerId, startContainer } from '../../test/support/container.ts';
import { startOwnNetwork } from '../../test/support/ownNetwork.ts';
import { startSshd } from '../../test/support/sshd.ts';
import { sshExec } from '../../test/support/sshExec.ts';
import { until } from '../../test/support/until.ts';

const watchedMs = 30_000;

const network = await startOwnNetwork();
const sshd = await startSshd({ runner: network.runner, config: ['SetEnv HOME=/nonexistent'] });
await network.open(sshd.port);
for (const count of [0, 1, 30]) {
  const containers = await Promise.all(
    Array.from({ length: count }, async (_, nth) => {
      const container = await startContainer({
        cgroup: `docker/${containerId(nth + 1)}`,
        addresses: [`172.31.${nth}.2/24`],
        runner: network.runner,
      });
      container.run(['nc', '-lk', '8000']);
      return container;
    }),
  );
  await measure(count);
  await Promise.all(containers.map((container) => container.stop()));
}
await sshd.stop();
await network.stop();

/** Polls as the watch does in a window with the focus, on a remote where something changed a moment ago. */
async function measure(count: number): Promise<void> {
  const signal = AbortSignal.timeout(120_000);
  const source = await openUnixSource(sshExec(sshd), { limitMs: 20_000, seesContainers: () => true }, signal);
  const seen = new Set<string>();
  await until(`${count} containers`, async () => {
    for (const { container } of (await source.poll(signal)) ?? []) if (container) seen.add(container.id);
    return seen.size === count;
  });
  const [beforeMs, startMs] = [await source.costMs(signal), performance.now()];
  let polls = 0;
  let pollCostMs = 0;
  while (performance.now() - startMs < watchedMs) {
    await source.poll(signal);
    polls += 1;
    if (polls % 16 === 0) pollCostMs = ((await source.costMs(signal)) - beforeMs) / polls;
    await sleep(pollMs({ isFocused: true, quietMs: 0, pollCostMs }));
  }
  const costMs = (await source.costMs(signal)) - beforeMs;
  source.close();
  const share = (100 * costMs) / (performance.now() - startMs);
  process.stdout.write(
    `${count} containers: ${(costMs / polls).toFixed(1)} ms CPU a look, ${share.toFixed(2)} % of a core\n`,
  );
}
