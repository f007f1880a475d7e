import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { after, before, beforeEach, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { never } from '../../../src/base/delay.ts';
import { certificates } from '../../../src/core/front/certificates/certificates.ts';
import type { Memory } from '../../../src/core/session/memory/memory.ts';
import { shortMemory } from '../../../src/core/session/memory/memory.ts';
import { localPort } from '../../../src/core/session/state.ts';
import { forwardUrl } from '../../../src/view/forwardText.ts';
import { buildCli, run } from '../../support/cli.ts';
import { freePort } from '../../support/freePort.ts';
import { startSessions, type TestSessions } from '../../support/sessions.ts';
import { type Sshd, startSshd } from '../../support/sshd.ts';
import { until } from '../../support/until.ts';

void describe('a forward that serves HTTPS', { timeout: 120_000 }, () => {
  let sshd: Sshd;
  let web: http.Server;
  let port: number;
  let data: string;

  before(async () => {
    data = fs.mkdtempSync(path.join(os.tmpdir(), 'https-'));
    // The authority of the user who runs the tests stays untouched, and so does mkcert's.
    process.env['XDG_DATA_HOME'] = data;
    process.env['CAROOT'] = path.join(data, 'mkcert');
    process.env['HOME'] = data;
    web = http.createServer((request, response) => response.end(`${request.method} ${request.headers.host}`));
    await once(web.listen(0, '127.0.0.1'), 'listening');
    ({ port } = web.address() as AddressInfo);
    sshd = await startSshd();
  });
  after(async () => {
    await sshd.stop();
    web.close();
    web.closeAllConnections();
    fs.rmSync(data, { recursive: true, force: true });
  });

  const curl = async (url: string, ...more: readonly string[]): Promise<string> => {
    const args = ['-sS', '--noproxy', '*', '--max-time', '20', '--cacert', certificates.local().file, ...more, url];
    return (await promisify(execFile)('curl', args)).stdout;
  };
  const protocol = ['-o', '/dev/null', '-w', '%{http_version}'];

  void describe('in the editor', () => {
    let memory: Memory;
    let app: TestSessions;
    beforeEach(() => {
      memory = shortMemory();
    });
    const connect = async (): Promise<void> => {
      app = await startSessions(sshd.configFile, { autoForward: 'off' }, { memory });
      await app.sessions.connect('devbox', never);
    };
    const address = (): string => {
      const forward = app.forwardOf(port);
      assert.ok(forward);
      return `localhost:${localPort(forward)}`;
    };
    const url = (): string | undefined => {
      const forward = app.forwardOf(port);
      return forward && forwardUrl(app.host(), forward);
    };

    test('answers HTTP/2, HTTP/1.1 and plain http at one port, until it is told to stop', async (t) => {
      await connect();
      t.after(() => app.sessions.close());
      const { id } = await app.sessions.forwardPort('devbox', port, never);
      await app.sessions.forwardsOf('devbox').serveHttps(id, true, never);
      assert.equal(url(), `https://${address()}/`);
      assert.equal(await curl(`https://${address()}/`), `GET ${address()}`);
      assert.equal(await curl(`https://${address()}/`, ...protocol), '2');
      assert.equal(await curl(`https://${address()}/`, '--http1.1', ...protocol), '1.1');
      assert.equal(await curl(`http://${address()}/`), `GET ${address()}`);
      await until('the requests are counted', () => {
        const status = app.forwardOf(port)?.status;
        return status?.kind === 'open' && status.traffic.https?.totalRequests === 3;
      });
      await app.sessions.forwardsOf('devbox').serveHttps(id, false, never);
      assert.equal(url(), `http://${address()}/`);
      await assert.rejects(curl(`https://${address()}/`));
    });

    test('is remembered: the same remote port serves HTTPS in the next session, and off is remembered too', async () => {
      await connect();
      const { id } = await app.sessions.forwardPort('devbox', port, never);
      await app.sessions.forwardsOf('devbox').serveHttps(id, true, never);
      await app.sessions.close();
      await connect();
      await until('the forward is back', () => app.forwardOf(port)?.status.kind === 'open');
      assert.equal(url(), `https://${address()}/`);
      await app.sessions.forwardsOf('devbox').serveHttps(app.forwardOf(port)?.id ?? '', false, never);
      await app.sessions.close();
      await connect();
      await until('the forward is back', () => app.forwardOf(port)?.status.kind === 'open');
      assert.equal(url(), `http://${address()}/`);
      await app.sessions.close();
    });

    test('goes on over the next connection when the first one is lost', async (t) => {
      await connect();
      t.after(() => app.sessions.close());
      const { id } = await app.sessions.forwardPort('devbox', port, never);
      await app.sessions.forwardsOf('devbox').serveHttps(id, true, never);
      assert.equal(await curl(`https://${address()}/`), `GET ${address()}`);
      await sshd.restart();
      assert.equal(await curl(`https://${address()}/`, '--retry', '5', '--retry-all-errors'), `GET ${address()}`);
    });

    test('a rule of the user with serveHttps makes it so, and what the user chose by hand counts more', async (t) => {
      app = await startSessions(
        sshd.configFile,
        {
          autoForward: 'off',
          portRules: {
            rules: [{ key: { kind: 'port', port }, attributes: { serveHttps: true } }],
            others: {},
            badKeys: [],
          },
        },
        { memory },
      );
      t.after(() => app.sessions.close());
      await app.sessions.connect('devbox', never);
      await until('the port is listed', () => app.host().remotePorts.some((each) => each.port === port));
      const { id } = await app.sessions.forwardPort('devbox', port, never);
      assert.match(url() ?? '', /^https:/);
      await app.sessions.forwardsOf('devbox').serveHttps(id, false, never);
      await app.sessions.stopForward('devbox', id);
      await app.sessions.forwardPort('devbox', port, never);
      assert.match(url() ?? '', /^http:/);
    });
  });

  test('--https of the command line serves it too, and names the certificate to trust', async (t) => {
    const built = await buildCli();
    t.after(() => built.remove());
    const local = await freePort();
    const args = ['-F', sshd.configFile, '-N', '--https', '-L', `${local}:127.0.0.1:${port}`, 'devbox'];
    const cli = run(t, [process.execPath, built.program, ...args]);
    await cli.says(/^serving https:\/\/localhost:\d+\/ too, with certificates of \/.*local-authority\.crt$/m);
    assert.equal(await curl(`https://localhost:${local}/`), `GET localhost:${local}`);
    assert.equal(await curl(`http://localhost:${local}/`), `GET localhost:${local}`);
    cli.child.kill('SIGTERM');
    assert.equal(await cli.status(), 0);
  });
});
