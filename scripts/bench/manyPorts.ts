/**
 * Prints the longest time that the event loop stands still, the writes of state, and the memory, while a remote opens very
 * many ports. Run by hand:
 *
 *     node --import tsx scripts/bench/manyPorts.ts
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { never } from '../../src/base/delay.ts';
import { treeRows } from '../../src/view/rows.ts';
import { mount } from '../../src/base/store.ts';
import { startManyServers } from '../../test/support/manyServers.ts';
import { startSessions } from '../../test/support/sessions.ts';
import { startSshd } from '../../test/support/sshd.ts';

const measureMs = 20_000;

for (const [name, count, seconds] of [
  ['300 ports at once', 300],
  ['1,000 ports at once', 1000],
  ['2,000 ports at once', 2000],
  ['400 ports that come and go each second', 400, 1],
] as const) {
  const sshd = await startSshd({ config: ['SetEnv HOME=/nonexistent'] });
  const app = await startSessions(sshd.configFile, { autoForward: 'all' });
  await app.sessions.connect('devbox', never);
  await sleep(1000);
  let writes = 0;
  let draws = 0;
  app.sessions.state.watch(() => writes++);
  mount(app.sessions.state, treeRows, () => draws++);
  const delays = monitorEventLoopDelay({ resolution: 10 });
  delays.enable();
  const servers = await startManyServers(21_000, count, seconds === undefined ? {} : { seconds });
  await sleep(measureMs);
  delays.disable();
  const longest = `longest block ${Math.round(delays.max / 1e6)} ms`;
  const memory = `${Math.round(process.memoryUsage().rss / 2 ** 20)} MiB`;
  const { remotePorts, forwards } = app.host();
  const seen = `${remotePorts.length} ports listed, ${forwards.length} forwards`;
  console.log(`${name}: ${longest}, ${writes} writes of state, ${draws} of the tree, ${seen}, ${memory}`);
  await app.sessions.close();
  await servers.stop();
  await sshd.stop();
}
