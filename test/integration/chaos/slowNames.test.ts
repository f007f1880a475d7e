import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import dgram from 'node:dgram';
import { once } from 'node:events';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { describe, test } from 'node:test';
import { never } from '../../../src/base/delay.ts';
import { typedRequest } from '../../../src/core/session/forwards/forwardRequests.ts';
import { parseForward } from '../../../src/core/spec/grammar.ts';
import { start, stop } from '../../support/child.ts';
import { freePort } from '../../support/freePort.ts';
import { read } from '../../support/sessions.ts';
import { startSshd } from '../../support/sshd.ts';
import { until } from '../../support/until.ts';
import { startBench, startDownload } from './bench.ts';

/** A loopback address that nothing else uses. */
const nameServer = '127.0.77.53';

/** Asks the proxy for a name (RFC 1928), and waits for the refusal: a reply, or a disconnect as from ssh(1). */
async function askForName(proxy: number, name: string): Promise<void> {
  const socket = net.connect(proxy, '127.0.0.1');
  socket.on('error', () => undefined);
  const host = Buffer.from(name);
  socket.write(Buffer.concat([Buffer.of(5, 1, 0, 5, 1, 0, 3, host.length), host, Buffer.of(0, 80)]));
  let heard = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => (heard = Buffer.concat([heard, chunk])));
  await until('the answer about the name', () => heard.length >= 4 || socket.destroyed, 60_000);
  assert.notEqual(heard[3], 0, 'the name was found');
  socket.destroy();
}

void describe('a name that the resolver of the remote never finds', { timeout: 120_000 }, () => {
  test('does not disturb a download, as with ssh, and costs at most one more login', async (t) => {
    if (process.getuid?.() !== 0 || spawnSync('unshare', ['--mount', 'true']).status !== 0) {
      assert.equal(process.env['CI'], undefined, 'only root may give sshd a resolver of its own');
      return t.skip('only root may give sshd a resolver of its own');
    }
    const silent = dgram.createSocket('udp4').bind(53, nameServer);
    await once(silent, 'listening');
    const resolver = path.join(fs.mkdtempSync('/tmp/resolver-'), 'resolv.conf');
    fs.writeFileSync(resolver, `nameserver ${nameServer}\noptions timeout:5 attempts:2\n`);
    const runner = ['unshare', '--mount', 'sh', '-c', `mount --bind ${resolver} /etc/resolv.conf && exec "$@"`, 'sh'];
    const sshd = await startSshd({ runner });
    const bench = await startBench(sshd.configFile);
    const [proxy, sshLocal, sshProxy] = [await freePort(), await freePort(), await freePort()];
    const web = `${sshLocal}:127.0.0.1:${bench.web}`;
    const ssh = start('ssh', ['-F', sshd.configFile, '-N', '-L', web, '-D', String(sshProxy), 'devbox']);
    try {
      await bench.app.sessions.forward('devbox', typedRequest(parseForward('dynamic', String(proxy))), never);
      await until('ssh', async () => (await read(sshLocal)) === 'hello');
      const logins = (): number =>
        sshd
          .log()
          .split('\n')
          .filter((line) => line.includes('Accepted publickey')).length;
      const before = logins();
      const downloads = [await startDownload(bench.local), await startDownload(sshLocal)];

      const asked = [askForName(proxy, 'slow.invalid'), askForName(sshProxy, 'slow.invalid')];
      await until('a page beside it', async () => (await read(bench.local)) === 'hello');
      await Promise.all(asked);
      await Promise.all(downloads.map((download) => download.goesOn()));
      assert.ok(logins() - before <= 1, `${logins() - before} logins`);

      // A known slow name explains the silence, so SSH Ports only waits.
      await Promise.all([askForName(proxy, 'slow.invalid'), askForName(sshProxy, 'slow.invalid')]);
      await Promise.all(downloads.map((download) => download.goesOn()));
      assert.ok(logins() - before <= 1, `${logins() - before} logins`);
      for (const download of downloads) download.stop();
    } finally {
      await stop(ssh);
      await bench.stop();
      await sshd.stop();
      silent.close();
      fs.rmSync(path.dirname(resolver), { recursive: true });
    }
  });
});
