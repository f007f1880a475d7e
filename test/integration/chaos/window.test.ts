import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { start, stop } from '../../support/child.ts';
import { freePort } from '../../support/freePort.ts';
import { read } from '../../support/sessions.ts';
import { descendants, type Sshd, startSshd } from '../../support/sshd.ts';
import { until } from '../../support/until.ts';
import { startWebServer } from '../../support/webServer.ts';
import { report, signalAll, startBench } from './bench.ts';

const editor = fileURLToPath(new URL('editor.ts', import.meta.url));

void describe('the end of a window', { timeout: 120_000 }, () => {
  for (const transport of ['builtin', 'openssh']) {
    test(`a window that is killed with the ${transport} transport leaves nothing behind, and the next window serves the page at the same address`, async () => {
      const sshd = await startSshd({ clientConfig: ['ProxyCommand nc %h %p'] });
      const web = await startWebServer('hello');
      const local = await freePort();
      const window = (forward: string): ChildProcess =>
        start(process.execPath, ['--import', 'tsx', editor, sshd.configFile, sshd.folder, forward, transport], {
          stdio: 'inherit',
        });
      const answers = async (): Promise<boolean> => (await read(local)) === 'hello';
      try {
        const first = window(`${local}:127.0.0.1:${web.port}`);
        await until('the page', answers);
        const proxies = descendants(first.pid).filter((pid) => fs.readFileSync(`/proc/${pid}/comm`, 'utf8') === 'nc\n');
        assert.equal(proxies.length, 1);
        process.kill(first.pid ?? 0, 'SIGKILL');
        await once(first, 'exit');
        await until('the proxy to be gone', () => proxies.every((pid) => !fs.existsSync(`/proc/${pid}`)));
        await leavesNothing(sshd);

        const startMs = performance.now();
        const second = window('');
        await until('the page', answers);
        report(`the window is killed, and another one starts (${transport})`, '', performance.now() - startMs, '');
        await stop(second);
        await leavesNothing(sshd);
        assert.equal(await read(local), undefined);
      } finally {
        await web.close();
        await sshd.stop();
      }
    });
  }

  test('a window that is closed while the server is frozen does not wait, and leaves nothing behind', async () => {
    const sshd = await startSshd({ clientConfig: ['ProxyCommand nc %h %p', 'RemoteForward 0 localhost:9'] });
    const bench = await startBench(sshd.configFile, { sessions: { allowCommand: async () => true } });
    const frozen = [...descendants(sshd.process().pid), sshd.process().pid ?? 0];
    try {
      signalAll(frozen, 'SIGSTOP');
      const startMs = performance.now();
      await bench.app.sessions.close();
      report('the window is closed while the server is frozen', '', performance.now() - startMs, '');
      assert.equal(await read(bench.local), undefined);
      assert.deepEqual(descendants(process.pid).filter(isProxy), []);
      signalAll(frozen, 'SIGCONT');
      await leavesNothing(sshd);
    } finally {
      await bench.stop();
      await sshd.stop();
    }
  });
});

/** No session is left on the server, so no program of a session either. */
async function leavesNothing(sshd: Sshd): Promise<void> {
  await until('the server to be rid of us', () => descendants(sshd.process().pid).length === 0);
}

function isProxy(pid: number): boolean {
  return fs.existsSync(`/proc/${pid}`) && fs.readFileSync(`/proc/${pid}/comm`, 'utf8') === 'nc\n';
}
