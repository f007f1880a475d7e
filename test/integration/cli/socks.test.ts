import assert from 'node:assert/strict';
import { test } from 'node:test';
import { run as runProgram } from '../../support/cli.ts';
import { freePort } from '../../support/freePort.ts';
import { curl, server, webServer } from './remote.ts';
import { useCli } from './useCli.ts';

const { built, run } = useCli();

test('-D and -R without a destination are SOCKS proxies', async (t) => {
  const sshd = await server(t);
  const web = await webServer(t);
  const port = await freePort();
  const cli = run(t, '-F', sshd.configFile, '-N', '-D', String(port), '-R', '0', 'devbox');
  const [, remotePort] = await cli.says(/^Allocated port (\d+) for remote forward to socks:0$/m);
  for (const scheme of ['socks4', 'socks4a', 'socks5', 'socks5h']) {
    for (const proxy of [port, remotePort]) {
      const stdout = await curl('--noproxy', '', '-x', `${scheme}://127.0.0.1:${proxy}`, `http://127.0.0.1:${web}/`);
      assert.equal(stdout, 'hello', `${scheme} through ${proxy}`);
    }
  }
});

test('SOCKS proxies require the user name and password of the environment', async (t) => {
  const sshd = await server(t);
  const web = await webServer(t);
  const port = await freePort();
  const env = { ...process.env, SSH_PORTS_SOCKS_USER: 'me', SSH_PORTS_SOCKS_PASSWORD: 'pässword:@' };
  const flags = ['-F', sshd.configFile, '-N', '-v', '-D', String(port), '-R', '0', 'devbox'];
  const cli = runProgram(t, [process.execPath, built().program, ...flags], env);
  const [, remotePort] = await cli.says(/^Allocated port (\d+) for remote forward to socks:0$/m);
  const get = (proxy: string): Promise<string> =>
    curl('--noproxy', '', '-x', proxy, `http://localhost:${web}/`).catch((error: Error) => error.message);
  for (const proxy of [port, remotePort]) {
    const secret = encodeURIComponent('pässword:@');
    assert.equal(await get(`socks5h://me:${secret}@127.0.0.1:${proxy}`), 'hello');
    assert.match(await get(`socks5h://me:wrong@127.0.0.1:${proxy}`), /rejected by the SOCKS5 server/);
    assert.match(await get(`socks5h://you:${secret}@127.0.0.1:${proxy}`), /rejected by the SOCKS5 server/);
    assert.match(await get(`socks5h://127.0.0.1:${proxy}`), /No authentication method was acceptable/);
    assert.match(await get(`socks4a://me@127.0.0.1:${proxy}`), /SOCKS4/);
  }
  assert.doesNotMatch(cli.said(), /ssword/);
});

for (const [command, mode, message] of [
  [{ SSH_PORTS_SOCKS_USER: 'me' }, '-N', /^Set both SSH_PORTS_SOCKS_USER and SSH_PORTS_SOCKS_PASSWORD, /],
  [{ SSH_PORTS_SOCKS_USER: 'me', SSH_PORTS_SOCKS_PASSWORD: '' }, '-N', /^Set both SSH_PORTS_SOCKS_USER and /],
  [
    { SSH_PORTS_SOCKS_USER: 'me', SSH_PORTS_SOCKS_PASSWORD: 'secret' },
    '-v',
    /^SSH_PORTS_SOCKS_USER works only with -N\. /,
  ],
] as const) {
  test(`${JSON.stringify(command)} with ${mode} opens no proxy`, async (t) => {
    const args = [process.execPath, built().program, '-F', 'none', mode, '-D', String(await freePort()), '127.0.0.1'];
    const cli = runProgram(t, args, { ...process.env, ...command });
    assert.equal(await cli.status(), 255);
    assert.match(cli.said(), message);
  });
}
