import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { joinPorts } from '../../../src/core/detect/containers/joinPorts.ts';
import { parseNames } from '../../../src/core/detect/containers/names.ts';
import {
  parseAddresses,
  parseHostNetwork,
  parseTables,
  reachable,
} from '../../../src/core/detect/containers/networks.ts';
import { parseProcesses } from '../../../src/core/detect/containers/processes.ts';
import { parseProxies } from '../../../src/core/detect/containers/proxies.ts';
import type { RemotePort } from '../../../src/core/detect/remotePort.ts';

const captured = (name: string): string =>
  fs.readFileSync(new URL(`../../fixtures/containers/${name}.txt`, import.meta.url), 'utf8');

void test('the cgroups of every runtime give the lowest PID of each container, and no helper process', () => {
  const found = parseProcesses(captured('cgroups')).map(({ pid, cgroup }) => {
    const of = cgroup.rootlessUid === undefined ? '' : ` of ${cgroup.rootlessUid}`;
    return `${pid} ${cgroup.runtime} ${cgroup.id.length === 64 ? cgroup.id.slice(0, 8) : cgroup.id}${of}`;
  });
  assert.deepEqual(found, [
    '1190 docker 9f86d081',
    '1300 docker 60303ae2',
    '1400 podman fd61a03a',
    '1500 podman a4e624d6 of 1000',
    '1600 kubernetes 0b9cb3a4-5c57-4f4b-9d1f-2f1c1d3b8a11',
    '1700 kubernetes 8a3c1f6e-2b7d-4f0a-8c55-1d2e3f405162',
    '1800 containerd 4a44dc15',
    '1900 lxc web',
    '2000 nspawn my-box',
    '2100 nspawn build',
    '2200 docker 4fc82b26',
  ]);
});

void test('docker and podman give names, services and published ports, and a hostile label gives no name', () => {
  const [web, evil] = parseNames(captured('docker-ps'));
  assert.deepEqual(
    { ...web, id: undefined },
    {
      id: undefined,
      containerName: 'shop-web-1',
      image: 'node:20',
      project: 'shop',
      service: 'web',
      serviceName: 'web',
      published: [{ hostPort: 8080, port: 80 }],
    },
  );
  assert.equal(evil?.containerName, 'evil');
  assert.equal(evil?.service, undefined);
  const [second, plain, hostile] = parseNames(captured('podman-ps'));
  assert.equal(second?.serviceName, 'web-2');
  assert.deepEqual(second?.published, [
    { hostPort: 9000, port: 9000 },
    { hostPort: 9001, port: 9001 },
    { hostPort: 8088, port: 5173 },
  ]);
  assert.deepEqual([plain?.containerName, plain?.service], ['plain', undefined]);
  assert.deepEqual([hostile?.containerName, hostile?.service], ['evil', undefined]);
});

const host = parseHostNetwork(captured('routes'));
const addresses = parseAddresses(captured('addresses'));
const tables = parseTables(captured('tables'));

void test('the networks of two containers are parsed from output that the user nobody gets', () => {
  assert.deepEqual(
    [...addresses],
    [
      [101, ['172.30.1.2', 'fd00:30:1::2']],
      [102, ['172.30.2.2', 'fd00:30:2::2']],
    ],
  );
  const places = (pid: number): string[] => (tables.get(pid) ?? []).map(({ address, port }) => `${address} ${port}`);
  assert.deepEqual(places(101), ['0.0.0.0 5173']);
  assert.deepEqual(places(102), ['::1 8000']);
  assert.deepEqual(host.addresses, ['172.30.1.1', '172.30.2.1', 'fd00:30:1::1', 'fd00:30:2::1']);
});

void test('only addresses in a network of the host count as reachable, not its own address and none behind a gateway', () => {
  const gateway = parseHostNetwork(
    `${captured('routes')}\n/proc/net/route:v1\t00000000\t01011EAC\t0003\t0\t0\t0\t00000000\t0\t0\t0`,
  );
  const all = ['172.30.1.2', '172.30.1.1', '10.0.2.100', 'fd00:30:2::2', 'fd00:99::2'];
  for (const from of [host, gateway]) assert.deepEqual(reachable(all, from), ['172.30.1.2', 'fd00:30:2::2']);
});

const id = (digit: string): string => digit.repeat(64);

function joined(own: readonly RemotePort[] = []): readonly RemotePort[] {
  const found = (nth: string, pid: number, rootlessUid?: number) => ({
    cgroup: { runtime: 'docker' as const, id: id(nth), ...(rootlessUid !== undefined && { rootlessUid }) },
    sockets: tables.get(pid) ?? [],
    addresses: addresses.get(pid) ?? [],
    named: undefined,
    process: undefined,
  });
  return joinPorts(own, {
    containers: [found('a', 101), found('b', 101), found('c', 102, 1000)],
    host,
    proxies: parseProxies(captured('proxies')),
    account: { uid: 1000, user: 'ada' },
  });
}

void test('containers with a common network are listed once, an own loopback is unreachable, and a rootless container belongs to its user', () => {
  const ports = joined();
  assert.deepEqual(
    ports.map(({ port, container, unreachable, owner }) => [port, container?.name, unreachable, owner]),
    [
      [5173, 'aaaaaaaaaaaa', undefined, 'root'],
      [8000, 'cccccccccccc', 'ownLoopback', 'self'],
    ],
  );
});

void test('a published port is listed once, as the port of the host with the container’s name', () => {
  const ports = joined([{ port: 8080, addresses: ['0.0.0.0'] }]);
  assert.deepEqual(
    ports.map(({ port, container, published }) => [port, container?.name, published]),
    [
      [8080, undefined, { container: 'aaaaaaaaaaaa', port: 5173 }],
      [8000, 'cccccccccccc', undefined],
    ],
  );
});

void test('no text makes a parser of containers throw or return an invalid container, port or address', () => {
  const files = ['cgroups', 'docker-ps', 'podman-ps', 'tables', 'addresses', 'routes', 'proxies']
    .map(captured)
    .join('\n');
  const part = fc.tuple(fc.nat(files.length), fc.nat(300)).map(([from, length]) => files.slice(from, from + length));
  const joint = fc.constantFrom('\n', '/', '-', '"', ']', '\\', '\0', ':', ' ', '→');
  const hostile = fc.array(fc.oneof(part, joint, fc.string({ maxLength: 20 })), { maxLength: 30 });
  fc.assert(
    fc.property(hostile, (parts) => {
      const text = parts.join('');
      for (const { pid, cgroup } of parseProcesses(text)) {
        assert.ok(Number.isInteger(pid));
        assert.match(cgroup.id, /^[\w.-]{1,64}$/);
      }
      for (const { containerName, service = '', published } of parseNames(text)) {
        assert.match(`${containerName}${service}`, /^[\w.-]*$/);
        for (const { port, hostPort } of published) assert.ok(port > 0 && port < 65_536 && hostPort > 0);
      }
      const network = parseHostNetwork(text);
      for (const found of parseAddresses(text).values()) {
        for (const address of reachable(found, network)) assert.match(address, /^[\da-f:.]+$/);
      }
      parseTables(text);
      parseProxies(text);
    }),
    { numRuns: 500 },
  );
});
