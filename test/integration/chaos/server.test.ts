import assert from 'node:assert/strict';
import { once } from 'node:events';
import net, { type AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { never } from '../../../src/base/delay.ts';
import { type Log, silentLog } from '../../../src/base/log.ts';
import { parseForward } from '../../../src/core/spec/grammar.ts';
import { typedRequest } from '../../../src/core/session/forwards/forwardRequests.ts';
import { freePort } from '../../support/freePort.ts';
import { read } from '../../support/sessions.ts';
import { descendants, type Sshd, startSshd } from '../../support/sshd.ts';
import { until } from '../../support/until.ts';
import { type Bench, report, signalAll, startBench } from './bench.ts';
import type { LinkState } from '../../../src/core/session/state.ts';
import { senses } from './senses.ts';

void describe('a fault of the server', { timeout: 120_000 }, () => {
  let sshd: Sshd;
  let bench: Bench;
  const machine = senses();
  let onDebug: (line: string) => void = () => undefined;
  const log: Log = { ...silentLog, debug: (line) => onDebug(line) };

  const sessions = (): readonly number[] => descendants(sshd.process().pid);
  const online = (): Extract<LinkState, { readonly kind: 'online' }> | undefined => {
    const { link } = bench.app.host();
    return link.kind === 'online' ? link : undefined;
  };
  const since = (): number | undefined => online()?.since;
  const silentForMs = (): number => online()?.silentForMs ?? 0;

  before(async () => {
    sshd = await startSshd();
    bench = await startBench(sshd.configFile, { sessions: { senses: machine.senses, log } });
  });
  after(async () => {
    await bench.stop();
    await sshd.stop();
  });

  test('a killed session is replaced, and the page answers', async () => {
    await bench.survive('the session is killed', () => signalAll(sessions(), 'SIGKILL'));
  });

  test('after a restart of the server the page answers', async () => {
    await bench.survive('the server is restarted', () => sshd.restart());
  });

  test('a session that is killed during its login is retried, and does not count as a refused login', async () => {
    onDebug = (line) => {
      if (!line.includes('offering')) return;
      onDebug = () => undefined;
      signalAll(sessions(), 'SIGKILL');
    };
    await bench.survive('the session is killed, and the next one during its login', () =>
      signalAll(sessions(), 'SIGKILL'),
    );
  });

  test('a server that freezes for a second loses nothing', async () => {
    await bench.survive(
      'the server freezes for 1 s',
      async () => {
        const pids = sessions();
        signalAll(pids, 'SIGSTOP');
        setTimeout(() => signalAll(pids, 'SIGCONT'), 1000);
      },
      'unharmed',
    );
  });

  test('while a session is frozen another one serves the page, and the download continues later', async () => {
    const pids = sessions();
    await bench.survive(
      'the session freezes, and continues later',
      () => signalAll(pids, 'SIGSTOP'),
      () => signalAll(pids, 'SIGCONT'),
    );
    await until('the old session to end after the download', () => pids.every((pid) => !isAlive(pid)));
  });

  test('a frozen session that is killed resets the download', async () => {
    const pids = sessions();
    const wasSince = since();
    await bench.survive('the session freezes until another one serves, and is killed', () => {
      signalAll(pids, 'SIGSTOP');
      void until('another connection', () => since() !== wasSince).then(() => signalAll(pids, 'SIGKILL'));
    });
  });

  test('disconnect and connect at once over a frozen session brings the same forwards back', async () => {
    const pids = sessions();
    signalAll(pids, 'SIGSTOP');
    await Promise.all([bench.app.sessions.disconnect('devbox'), bench.app.sessions.connect('devbox', never)]);
    signalAll(pids, 'SIGKILL');
    await until('the watch', () => bench.app.host().detection.kind === 'watching');
    assert.equal(await read(bench.local), 'hello');
  });

  test('the watch notices a frozen session while the page is idle', async () => {
    const pids = sessions();
    const wasSince = since();
    const startMs = performance.now();
    signalAll(pids, 'SIGSTOP');
    await until('another connection', () => since() !== wasSince);
    report('the session freezes, and nobody asks for the page', '', performance.now() - startMs, '');
    signalAll(pids, 'SIGKILL');
    assert.equal(await read(bench.local), 'hello');
  });

  test('a server that freezes for 8 s loses nothing', async () => {
    const frozen = [...sessions(), sshd.process().pid ?? 0];
    const wasSince = since();
    await bench.survive(
      'the server freezes for 8 s',
      () => {
        signalAll(frozen, 'SIGSTOP');
        void until('the silence to be said', () => silentForMs() > 8000).then(() => signalAll(frozen, 'SIGCONT'));
      },
      'unharmed',
    );
    await until('nothing to be said any more', () => silentForMs() === 0);
    assert.equal(since(), wasSince, 'the connection is still the same');
  });

  test('after sleep a silent session is replaced at once', async () => {
    const pids = sessions();
    await bench.survive(
      'this machine slept, and the session says nothing',
      () => {
        signalAll(pids, 'SIGSTOP');
        machine.sleep();
      },
      () => signalAll(pids, 'SIGCONT'),
    );
  });

  test('sleep over a live connection loses nothing', async () => {
    await bench.survive('this machine slept, and the link lives', () => machine.sleep(), 'unharmed');
  });

  test('a remote port that the old session holds is retried until it is free', async () => {
    const remote = await freePort();
    const spec = parseForward('remote', `${remote}:127.0.0.1:${bench.web}`);
    const { id } = await bench.app.sessions.forward('devbox', typedRequest(spec), never);
    assert.equal(await read(remote), 'hello');
    const trouble = (): string | undefined => {
      const status = bench.app.host().forwards.find((each) => each.id === id)?.status;
      return status?.kind === 'open' ? status.trouble?.code : undefined;
    };
    const old = sessions();
    signalAll(old, 'SIGSTOP');
    machine.sleep();
    await until('the refusal to be said', () => trouble() === 'remoteBindRefused');
    assert.equal(bench.app.host().link.kind, 'online');
    signalAll(old, 'SIGKILL');
    await until('the page behind the remote port', async () => (await read(remote)) === 'hello');
    await until('nothing to be wrong', () => trouble() === undefined);
    await bench.app.sessions.stopForward('devbox', id);
  });

  test('while the server is away a waiting connection is reset in time, and the forward says why', async () => {
    const { settings } = bench.app;
    const usual = settings.get();
    settings.set({ ...usual, waitForLinkMs: 300 });
    await sshd.kill();
    assert.equal(await read(bench.local), undefined);
    const status = bench.app.host().forwards[0]?.status;
    assert.ok(status?.kind === 'open');
    assert.equal(status.trouble?.code, 'linkLost');
    settings.set(usual);
    await bench.comesBack('the server was away, and is started', () => sshd.restart());
  });

  test('forwarding switched on while the server is away: remote forwards wait, and delay no other forward', async () => {
    const remote = await freePort();
    const forwards = bench.app.sessions.forwardsOf('devbox');
    const asked = [`${remote}:127.0.0.1:${bench.web}`, '0:127.0.0.1:1'].map((text) => parseForward('remote', text));
    const made = await Promise.all(
      asked.map((spec) => bench.app.sessions.forward('devbox', typedRequest(spec), never)),
    );
    const [{ id: local } = { id: '' }] = bench.app.host().forwards;
    const kind = (id: string): string | undefined =>
      bench.app.host().forwards.find((forward) => forward.id === id)?.status.kind;
    await forwards.pause(local);
    await bench.app.sessions.setForwarding(false);
    await sshd.kill();
    await until('the loss to be noticed', () => bench.app.host().link.kind === 'waiting');

    await bench.app.sessions.setForwarding(true);
    assert.deepEqual(
      made.map(({ id }) => kind(id)),
      ['failed', 'failed'],
    );
    assert.equal(bench.app.host().link.kind, 'waiting');
    await forwards.resume(local, never);
    assert.equal(kind(local), 'open');

    await sshd.restart();
    await until('the page behind the remote port', async () => (await read(remote)) === 'hello');
    await until('the other one', () => made.every(({ id }) => kind(id) === 'open'));
    for (const { id } of made) await bench.app.sessions.stopForward('devbox', id);
  });

  test('a refused -R is retried on the next connection', async () => {
    const other = net.createServer().listen(0);
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const spec = parseForward('remote', `${port}:127.0.0.1:${bench.web}`);
    await assert.rejects(bench.app.sessions.forward('devbox', typedRequest(spec), never));
    other.close();
    signalAll(sessions(), 'SIGKILL');
    await until('the page behind the remote port', async () => (await read(port)) === 'hello');
  });
});

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
