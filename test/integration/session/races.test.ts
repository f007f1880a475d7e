import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import net, { type AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { never } from '../../../src/base/delay.ts';
import { UserError } from '../../../src/base/userError.ts';
import { parseForward } from '../../../src/core/spec/grammar.ts';
import { typedRequest } from '../../../src/core/session/forwards/forwardRequests.ts';
import { freePort } from '../../support/freePort.ts';
import { read, startSessions, type TestSessions } from '../../support/sessions.ts';
import { type Sshd, startSshd } from '../../support/sshd.ts';
import { until } from '../../support/until.ts';

for (const transport of ['builtin', 'openssh'] as const) {
  void describe(`commands that race each other over the ${transport} transport`, { timeout: 120_000 }, () => {
    let sshd: Sshd;
    let app: TestSessions;
    let web: http.Server;
    before(async () => {
      web = http.createServer((_, response) => response.end('hello')).listen(0, '127.0.0.1');
      await once(web, 'listening');
      sshd = await startSshd();
      app = await startSessions(sshd.configFile, { transport, autoForward: 'off' });
    });
    after(async () => {
      await app.sessions.close();
      await sshd.stop();
      web.close();
    });

    for (const seed of [1, 2, 3]) {
      test(`leave every forward usable, and its port free after a stop (order ${seed})`, async () => {
        const { port } = web.address() as AddressInfo;
        const ports = [await freePort(), await freePort()];
        const specs = [
          parseForward('local', `${ports[0]}:localhost:${port}`),
          parseForward('remote', `${ports[1]}:localhost:${port}`),
        ];
        const { sessions } = app;
        const made = await Promise.all(
          specs.map((spec) => sessions.forward('devbox', { ...typedRequest(spec), localPort: 'exact' }, never)),
        );
        const forwards = sessions.forwardsOf('devbox');
        const next = dice(seed);
        const commands = Array.from({ length: 40 }, async () => {
          const id = made[next(made.length)]?.id ?? '';
          switch (next(5)) {
            case 0:
              return forwards.pause(id);
            case 1:
              return sessions.setForwarding(false);
            case 2:
              return sessions.setForwarding(true);
            case 3:
              return forwards.share(id, false, never);
            default:
              return forwards.resume(id, never);
          }
        });
        for (const each of await Promise.allSettled(commands)) {
          assert.ok(
            each.status === 'fulfilled' || isKnown(each.reason),
            String(each.status === 'rejected' && each.reason),
          );
        }
        await sessions.setForwarding(true);
        await Promise.all(made.map(({ id }) => forwards.resume(id, never)));
        for (const { id } of made) {
          assert.equal(app.host().forwards.find((each) => each.id === id)?.status.kind, 'open');
        }
        for (const each of ports) assert.equal(await read(each), 'hello');
        await Promise.all(made.map(({ id }) => sessions.stopForward('devbox', id)));
        for (const each of ports) await until(`port ${each} is free`, () => isFree(each));
      });
    }

    test('end with the session and free every port', async () => {
      const { port } = web.address() as AddressInfo;
      const ports = [await freePort(), await freePort(), await freePort(), await freePort()];
      const opening = ports.map((each, index) =>
        app.sessions.forward(
          'devbox',
          typedRequest(parseForward(index % 2 === 0 ? 'local' : 'remote', `${each}:localhost:${port}`)),
          never,
        ),
      );
      const [, ...opened] = await Promise.allSettled([app.sessions.disconnect('devbox'), ...opening]);
      for (const each of opened) assert.ok(each.status === 'fulfilled' || isKnown(each.reason));
      await app.sessions.disconnect('devbox');
      assert.deepEqual(app.host().forwards, []);
      for (const each of ports) await until(`port ${each} is free`, () => isFree(each));
    });
  });
}

/** The failures that a command may have when another command overtakes it. */
function isKnown(reason: unknown): boolean {
  return reason instanceof UserError || (reason instanceof Error && reason.name === 'AbortError');
}

/** Park and Miller's generator: the same numbers for the same seed. */
function dice(seed: number): (sides: number) => number {
  let state = seed;
  return (sides) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % sides;
  };
}

async function isFree(port: number): Promise<boolean> {
  const socket = net.connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return false;
  } catch {
    return true;
  } finally {
    socket.destroy();
  }
}
