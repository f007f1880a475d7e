import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import type { Readable, Writable } from 'node:stream';
import { after, before, describe, test } from 'node:test';
import type { Exec } from '../../../src/core/detect/exec.ts';
import type { RemotePort } from '../../../src/core/detect/remotePort.ts';
import { type PortWatch, watchPorts } from '../../../src/core/detect/watch.ts';
import { kill, start } from '../../support/child.ts';
import { containerId, noContainers, startContainer } from '../../support/container.ts';
import { type OwnNetwork, startOwnNetwork } from '../../support/ownNetwork.ts';
import { type Sshd, startSshd } from '../../support/sshd.ts';
import { sshExec } from '../../support/sshExec.ts';
import { until } from '../../support/until.ts';

interface Watched {
  readonly watch: PortWatch;
  /** Waits for a port of the container with this number. */
  readonly inside: (nth: number, port: number) => Promise<RemotePort>;
  readonly ports: () => readonly RemotePort[];
}

function watched(exec: Exec): Watched {
  let ports: readonly RemotePort[] = [];
  const watch = watchPorts({ exec, seesContainers: () => true, onPorts: (now) => (ports = now) });
  const find = (nth: number, port: number): RemotePort | undefined =>
    ports.find((each) => each.port === port && each.container?.id === containerId(nth).slice(0, 12));
  return { watch, ports: () => ports, inside: (nth, port) => until(`port ${port}`, () => find(nth, port), 20_000) };
}

const nobody = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'] as const;
/** Runs a command on this machine, as the last argument of `shell`. */
function localExec(shell: readonly string[]): Exec {
  return async (command) => {
    const child = start(shell[0] ?? '', [...shell.slice(1), command], { stdio: 'pipe' });
    return {
      stdin: child.stdin as Writable,
      stdout: child.stdout as Readable,
      stderr: child.stderr as Readable,
      exit: new Promise((resolve) => child.once('close', (status) => resolve({ status: status ?? undefined }))),
      close: () => kill(child, 'SIGTERM'),
    };
  };
}

void describe('a container of the remote', { skip: noContainers, timeout: 120_000 }, () => {
  let network: OwnNetwork;
  let sshd: Sshd;
  const applets = fs.mkdtempSync('/tmp/applets-');
  before(async () => {
    network = await startOwnNetwork();
    sshd = await startSshd({ runner: network.runner });
    await network.open(sshd.port);
    execFileSync('/bin/busybox', ['--install', '-s', applets]);
    fs.chmodSync(applets, 0o755);
  });
  after(async () => {
    await sshd.stop();
    await network.stop();
    fs.rmSync(applets, { recursive: true });
  });

  const web = (port: number, address = '0.0.0.0'): readonly string[] => [
    'python3',
    '-m',
    'http.server',
    '--bind',
    address,
    String(port),
  ];

  void test('is listed with its addresses, its process and its ports, until its server ends', async () => {
    const { runner } = network;
    const container = await startContainer({
      cgroup: `docker/${containerId(1)}`,
      addresses: ['172.30.1.2/24', 'fd00:30:1::2/64'],
      runner,
    });
    const seen = watched(sshExec(sshd));
    try {
      const server = container.run(web(5173));
      const port = await seen.inside(1, 5173);
      assert.equal(port.container?.name, containerId(1).slice(0, 12));
      assert.deepEqual(port.container?.addresses, ['172.30.1.2', 'fd00:30:1::2']);
      assert.deepEqual(port.addresses, ['0.0.0.0']);
      assert.equal(port.process?.pid, container.pid);
      assert.equal(port.unreachable, undefined);
      server.kill();
      await until('its end', () => !seen.ports().some((each) => each.container));
    } finally {
      await seen.watch.close();
      await container.stop();
    }
  });

  void test('with a server on its own loopback is unreachable; one in another network is listed with that network', async () => {
    const { runner } = network;
    const addresses = ['172.30.2.2/24'];
    const own = await startContainer({ cgroup: `docker/${containerId(2)}`, addresses, runner });
    const onHost = await startContainer({ cgroup: `docker/${containerId(3)}`, network: 'host', runner });
    const beside = await startContainer({ cgroup: `docker/${containerId(4)}`, network: own.pid, runner });
    const seen = watched(sshExec(sshd));
    try {
      own.run(web(8001, '127.0.0.1'));
      onHost.run(web(8002));
      beside.run(web(8003));
      assert.equal((await seen.inside(2, 8001)).unreachable, 'ownLoopback');
      assert.equal((await seen.inside(2, 8003)).unreachable, undefined);
      const found = await until('the host’s', () => seen.ports().find(({ port }) => port === 8002));
      assert.equal(found.container, undefined);
      assert.equal(found.process?.container, containerId(3).slice(0, 12));
      assert.ok(seen.ports().every(({ container }) => container?.id !== containerId(4).slice(0, 12)));
    } finally {
      await seen.watch.close();
      for (const each of [beside, onHost, own]) await each.stop();
    }
  });

  void test('has only reachable addresses, in two networks, in an IPv6-only one, and in one without a route', async () => {
    const { runner } = network;
    const cgroup = (nth: number): string => `machine.slice/libpod-${containerId(nth)}.scope/container`;
    const two = await startContainer({ cgroup: cgroup(5), addresses: ['172.30.3.2/24', '172.30.4.2/24'], runner });
    const six = await startContainer({ cgroup: cgroup(6), addresses: ['fd00:30:5::2/64'], runner });
    const none = await startContainer({ cgroup: cgroup(7), runner });
    const seen = watched(sshExec(sshd));
    try {
      for (const each of [two, none]) each.run(web(8004));
      six.run(web(8005, '::'));
      assert.deepEqual((await seen.inside(5, 8004)).container?.addresses, ['172.30.3.2', '172.30.4.2']);
      assert.deepEqual((await seen.inside(6, 8005)).container?.addresses, ['fd00:30:5::2']);
      assert.equal((await seen.inside(7, 8004)).unreachable, 'noRoute');
    } finally {
      await seen.watch.close();
      for (const each of [two, six, none]) await each.stop();
    }
  });

  for (const [who, shell] of [
    ['nobody', [...nobody, 'sh', '-c']],
    ['nobody with the programs of busybox', [...nobody, 'env', `PATH=${applets}`, '/bin/busybox', 'sh', '-c']],
  ] as const) {
    void test(`is listed for the user ${who}`, async () => {
      const { runner } = network;
      const container = await startContainer({
        cgroup: `docker/${containerId(8)}`,
        addresses: ['172.30.6.2/24'],
        runner,
      });
      const seen = watched(localExec([...runner, ...shell]));
      try {
        container.run(web(8006));
        const port = await seen.inside(8, 8006);
        assert.deepEqual(port.container?.addresses, ['172.30.6.2']);
        assert.equal(port.owner, 'root');
      } finally {
        await seen.watch.close();
        await container.stop();
      }
    });
  }

  void test('leaves the list as it was, after thirty come and go in loops', async () => {
    const { runner } = network;
    const seen = watched(sshExec(sshd));
    const here = (): number => new Set(seen.ports().flatMap(({ container }) => container?.id ?? [])).size;
    try {
      for (const [round, count] of [30, 2, 2].entries()) {
        const started = await Promise.all(
          Array.from({ length: count }, async (_, nth) => {
            const addresses = [`172.31.${nth}.2/24`];
            const each = await startContainer({
              cgroup: `docker/${containerId(100 * round + nth + 100)}`,
              addresses,
              runner,
            });
            each.run(['nc', '-lk', '8007']);
            return each;
          }),
        );
        seen.watch.refresh();
        await until(`${count} containers`, () => here() === count, 60_000);
        await Promise.all(started.map((each) => each.stop()));
        await until('their end', () => here() === 0, 60_000);
      }
    } finally {
      await seen.watch.close();
    }
  });
});
