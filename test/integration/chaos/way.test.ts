import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { describe, test } from 'node:test';
import { type Sshd, startSshd, type SshdOptions } from '../../support/sshd.ts';
import { until } from '../../support/until.ts';
import { type Bench, type BenchOptions, signalAll, startBench } from './bench.ts';
import { noNetwork, startNetwork } from './network.ts';

void describe('a fault between this machine and the server', { timeout: 120_000 }, () => {
  test('after a restart of the jump host the page answers', async () => {
    const jump = await startSshd({ name: 'jump' });
    const ready = (sshd: Sshd): void => fs.appendFileSync(sshd.configFile, fs.readFileSync(jump.configFile));
    await withBench(
      { clientConfig: ['ProxyJump jump'] },
      {},
      async (bench) => {
        await bench.survive('the jump host is killed and started again', () => jump.restart());
        assert.equal(bench.app.host().link.kind, 'online');
      },
      ready,
    );
    await jump.stop();
  });

  test('a ProxyCommand that exits is replaced by one new proxy, and the page answers', async () => {
    const options = { sessions: { allowCommand: async () => true } };
    await withBench({ clientConfig: ['ProxyCommand nc %h %p'] }, options, async (bench) => {
      await bench.survive('the ProxyCommand exits', () => signalAll(proxies(), 'SIGKILL'));
      assert.equal(proxies().length, 1);
      await bench.app.sessions.close();
      await until('no proxy to be left', () => proxies().length === 0);
    });
  });

  test('after dropped packets and a change of network the page answers', async (t) => {
    const why = noNetwork();
    if (why !== undefined) {
      assert.equal(process.env['CI'], undefined, why);
      return t.skip(why);
    }
    const network = await startNetwork();
    const { far, home, runner } = network;
    try {
      await withBench({ address: far, runner }, { webHost: home }, async (bench) => {
        const silentForMs = (): number => {
          const { link } = bench.app.host();
          return link.kind === 'online' ? (link.silentForMs ?? 0) : 0;
        };
        await bench.survive(
          'packets are dropped for 8 s',
          () => {
            network.drop();
            void until('the silence to be said', () => silentForMs() > 8000).then(network.deliver);
          },
          'unharmed',
        );
        await bench.survive(
          'packets are dropped for 1 s',
          () => {
            network.drop();
            setTimeout(network.deliver, 1000);
          },
          'unharmed',
        );
        await bench.survive('this machine has another address', network.readdress);
      });
    } finally {
      await network.stop();
    }
  });
});

async function withBench(
  sshdOptions: SshdOptions,
  benchOptions: BenchOptions,
  run: (bench: Bench) => Promise<void>,
  ready: (sshd: Sshd) => void = () => undefined,
): Promise<void> {
  const sshd = await startSshd(sshdOptions);
  try {
    ready(sshd);
    const bench = await startBench(sshd.configFile, benchOptions);
    try {
      await run(bench);
    } finally {
      await bench.stop();
    }
  } finally {
    await sshd.stop();
  }
}

/** The PIDs of our children that run `nc`. */
function proxies(): readonly number[] {
  const { stdout } = spawnSync('ps', ['-o', 'pid=,comm=', '--ppid', String(process.pid)], { encoding: 'utf8' });
  return stdout.split('\n').flatMap((line) => {
    const [pid, name] = line.trim().split(/\s+/);
    return name === 'nc' ? [Number(pid)] : [];
  });
}
