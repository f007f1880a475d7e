import assert from 'node:assert/strict';
import fs from 'node:fs';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { never } from '../../../src/base/delay.ts';
import { typedRequest } from '../../../src/core/session/forwards/forwardRequests.ts';
import { type AppState, findHost, type HostState } from '../../../src/core/session/state.ts';
import { parseForward } from '../../../src/core/spec/grammar.ts';
import { freePort } from '../../support/freePort.ts';
import { recordedLog } from '../../support/recordedLog.ts';
import { read } from '../../support/sessions.ts';
import { descendants, startSshd } from '../../support/sshd.ts';
import { until } from '../../support/until.ts';
import { startWebServer } from '../../support/webServer.ts';
import { startWorkerEngine } from '../../support/workerEngine.ts';
import { report } from './bench.ts';

const file = fileURLToPath(new URL('../../support/crashingThread.mjs', import.meta.url));

void describe('the end of the engine', { timeout: 120_000 }, () => {
  for (const [fault, how] of [
    ['the engine crashes', 'exit'],
    ['the engine runs out of memory', 'memory'],
  ] as const) {
    test(`${fault}: the state says so, another engine brings every forward back, and no program is left`, async () => {
      const web = await startWebServer('hello');
      const [typed, configured] = [await freePort(), await freePort()];
      const sshd = await startSshd({
        clientConfig: ['ProxyCommand nc %h %p', `LocalForward ${configured} 127.0.0.1:${web.port}`],
      });
      const { log, lines } = recordedLog();
      const { engine } = startWorkerEngine(sshd.configFile, {
        file,
        log,
        allowCommand: async () => true,
        limits: { maxOldGenerationSizeMb: 256 },
      });
      const seen: HostState[] = [];
      engine.state.watch((state: AppState) => seen.push(findHost(state, 'devbox') ?? assert.fail()));
      const answers = async (): Promise<boolean> =>
        (await read(typed)) === 'hello' && (await read(configured)) === 'hello';
      try {
        await engine.refreshHosts(never);
        const spec = parseForward('local', `${typed}:127.0.0.1:${web.port}`);
        await engine.forward('devbox', typedRequest(spec), never);
        await until('both pages', answers);
        const [proxy] = proxies();
        assert.equal(proxies().length, 1);
        const pending = engine.ping('devbox', never).catch(() => undefined);
        const startMs = performance.now();
        process.env['ENGINE_CRASH'] = how;
        await until('the state to say so', () => seen.some(isStopped));
        await until('both pages', answers);
        report(fault, '', performance.now() - startMs, '');
        await pending;
        await until('the old proxy to be gone', () => proxies().length === 1 && proxies()[0] !== proxy);
        assert.equal(lines.filter((line) => line.startsWith('error: the engine stopped')).length, 1, lines.join('\n'));
        assert.equal(findHost(engine.state.get(), 'devbox')?.forwards.length, 2);
        await engine.close();
        assert.equal(await read(typed), undefined);
        await until('no proxy to be left', () => proxies().length === 0);
      } finally {
        await engine.close();
        await web.close();
        await sshd.stop();
      }
    });
  }
});

function isStopped({ link, forwards }: HostState): boolean {
  const isSaid = link.kind === 'waiting' && link.why.code === 'engineStopped';
  return isSaid && forwards.every(({ status }) => status.kind === 'failed' && status.why.code === 'engineStopped');
}

function proxies(): readonly number[] {
  return descendants(process.pid).filter((pid) => isNc(pid));
}

/** Whether `nc` runs. An ended program stays a zombie, because the thread that would read its status is gone. */
function isNc(pid: number): boolean {
  try {
    return /^\d+ \(nc\) [^Z]/u.test(fs.readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false; // it has ended
  }
}
