import assert from 'node:assert/strict';
import fs from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { never } from '../../../src/base/delay.ts';
import { typedRequest } from '../../../src/core/session/forwards/forwardRequests.ts';
import { shortMemory } from '../../../src/core/session/memory/memory.ts';
import { localPort } from '../../../src/core/session/state.ts';
import { parseForward } from '../../../src/core/spec/grammar.ts';
import { editConfig } from '../../../src/engine/editConfig.ts';
import { start, stop } from '../../support/child.ts';
import { readHost } from '../../support/hostLines.ts';
import { noContainers, type PlainContainer, startContainer } from '../../support/container.ts';
import { type OwnNetwork, startOwnNetwork } from '../../support/ownNetwork.ts';
import { startSessions, type TestSessions } from '../../support/sessions.ts';
import { type Sshd, startSshd } from '../../support/sshd.ts';
import { until } from '../../support/until.ts';

void describe('ports in containers', { skip: noContainers, timeout: 120_000 }, () => {
  let network: OwnNetwork;
  let sshd: Sshd;
  before(async () => {
    network = await startOwnNetwork();
    sshd = await startSshd({ runner: network.runner });
    await network.open(sshd.port);
  });
  after(async () => {
    await sshd.stop();
    await network.stop();
  });

  /** A container of LXC has its name in its cgroup. Its page says who it is. */
  async function startWeb(name: string, address: string, page = name): Promise<PlainContainer> {
    const container = await startContainer({
      cgroup: `lxc.payload.${name}`,
      addresses: [address],
      runner: network.runner,
    });
    container.run(['sh', '-c', `d=$(mktemp -d); cd $d; echo ${page} >index.html; exec python3 -m http.server 5173`]);
    return container;
  }

  const localPorts = (app: TestSessions): readonly (number | undefined)[] =>
    (['one:5173', 'two:5173'] as const).map((place) => {
      const forward = app.forwardOf(place);
      return forward && localPort(forward);
    });

  void test('two with one port get two local ports and keep them, and one that is made anew is followed by its name', async () => {
    const memory = shortMemory();
    const one = await startWeb('one', '172.30.11.2/24');
    const two = await startWeb('two', '172.30.12.2/24');
    let made = one;
    const first = await startSessions(sshd.configFile, {}, { memory });
    try {
      const { sessions } = first;
      await sessions.connect('devbox', never);
      await until('both', () => first.host().remotePorts.filter(({ port }) => port === 5173).length === 2);
      await sessions.forwardPort('devbox', 'one:5173', never);
      await sessions.forwardPort('devbox', 'two:5173', never);
      await until('the page of one', async () => (await first.page('one:5173'))?.trim() === 'one');
      await until('the page of two', async () => (await first.page('two:5173'))?.trim() === 'two');
      const ports = localPorts(first);
      assert.notEqual(ports[0], ports[1]);

      await one.stop();
      made = await startWeb('one', '172.30.13.2/24', 'anew');
      await until('the page of the new one', async () => (await first.page('one:5173'))?.trim() === 'anew', 60_000);
      await sessions.close();

      const second = await startSessions(sshd.configFile, {}, { memory });
      await second.sessions.connect('devbox', never);
      try {
        await until('the forwards again', async () => (await second.page('two:5173'))?.trim() === 'two');
        assert.deepEqual(localPorts(second), ports);
      } finally {
        await second.sessions.close();
      }
    } finally {
      await first.sessions.close();
      for (const each of [made, two]) await each.stop();
    }
  });

  void test('a typed name of a container is its port, and a rule for the name forwards and labels another', async () => {
    const web = await startWeb('web', '172.30.14.2/24');
    web.run(['python3', '-m', 'http.server', '8000']);
    const key = { kind: 'hostPort', host: 'web', port: 8000 } as const;
    const rules = [{ key, attributes: { label: 'Shop', onAutoForward: 'notify' } }] as const;
    const app = await startSessions(sshd.configFile, { portRules: { rules, others: {}, badKeys: [] } });
    try {
      const made = await app.sessions.forward('devbox', typedRequest(parseForward('local', '8123:web:5173')), never);
      assert.equal(made.remotePort, 'web:5173');
      assert.equal(localPort(made), 8123);
      await until('its page', async () => (await app.page('web:5173'))?.trim() === 'web');
      await editConfig(app.sessions).saveForward('devbox', made, never);
      assert.match(fs.readFileSync(sshd.configFile, 'utf8'), /LocalForward 8123 172\.30\.14\.2:5173/);
      await until('the forward of the rule', () => app.forwardOf('web:8000')?.status.kind === 'open');
      assert.equal(app.forwardOf('web:8000')?.label, 'Shop');
      assert.deepEqual(app.announced, ['web:8000']);
    } finally {
      await app.sessions.close();
      await web.stop();
    }
  });

  void test('--json lists two containers with one port, each with its container', async () => {
    const both = [await startWeb('one', '172.30.16.2/24'), await startWeb('two', '172.30.17.2/24')];
    const child = start(process.execPath, ['--import', 'tsx', 'src/cli.ts', '-F', sshd.configFile, '--json', 'devbox']);
    let out = '';
    child.stdout?.on('data', (chunk: Buffer) => (out += chunk.toString()));
    try {
      await until('both ports', () => {
        const listeners = readHost(out.split('\n').slice(0, -1)).listeners.map(({ listener }) => listener);
        const at = listeners.map(
          ({ port, container }) => `${container?.name}:${port} ${container?.addresses.join(' ')}`,
        );
        return ['one:5173 172.30.16.2', 'two:5173 172.30.17.2'].every((each) => at.includes(each));
      });
    } finally {
      await stop(child);
      for (const each of both) await each.stop();
    }
  });

  void test('the setting off lists none, at once, and on lists them again', async () => {
    const web = await startWeb('web', '172.30.15.2/24');
    const app = await startSessions(sshd.configFile);
    const { sessions, settings } = app;
    const inside = (): boolean => app.host().remotePorts.some(({ container }) => container?.name === 'web');
    try {
      await sessions.connect('devbox', never);
      await until('the container', inside);
      for (const containers of ['off', 'on'] as const) {
        settings.set({ ...settings.get(), containers });
        sessions.refresh();
        await until(`containers ${containers}`, () => inside() === (containers === 'on'));
      }
    } finally {
      await sessions.close();
      await web.stop();
    }
  });
});
