import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { never } from '../../../src/base/delay.ts';
import { shortMemory } from '../../../src/core/session/memory/memory.ts';
import { typedRequest } from '../../../src/core/session/forwards/forwardRequests.ts';
import { findHost } from '../../../src/core/session/state.ts';
import type { HostKeyQuestion } from '../../../src/core/ssh/prompts.ts';
import { parseForward } from '../../../src/core/spec/grammar.ts';
import { freePort } from '../../support/freePort.ts';
import { read } from '../../support/sessions.ts';
import { type Sshd, startSshd } from '../../support/sshd.ts';
import { until } from '../../support/until.ts';
import { startWebServer } from '../../support/webServer.ts';
import { startWorkerEngine } from '../../support/workerEngine.ts';

/** The host's key is not known, so a connection asks a person. */
function forgetKey({ configFile, knownHostsFile }: Sshd): void {
  fs.writeFileSync(knownHostsFile, '');
  const text = fs.readFileSync(configFile, 'utf8');
  fs.writeFileSync(configFile, text.replace('StrictHostKeyChecking yes', 'StrictHostKeyChecking ask'));
}

test('a question of the engine reaches the person, and an abort of the connection ends the question', async () => {
  const sshd = await startSshd();
  forgetKey(sshd);
  const asked: { readonly question: HostKeyQuestion; readonly signal: AbortSignal }[] = [];
  const { engine } = startWorkerEngine(sshd.configFile, {
    prompts: {
      hostKey: (question, signal) =>
        new Promise((resolve) => {
          asked.push({ question, signal });
          if (asked.length > 1) resolve('once');
        }),
      secret: async () => undefined,
      addToAgent: async () => false,
    },
  });
  try {
    await engine.refreshHosts(never);
    const stop = new AbortController();
    const connecting = engine.connect('devbox', stop.signal);
    connecting.catch(() => undefined);
    await until('the question', () => asked.length === 1);
    assert.match(asked[0]?.question.fingerprint ?? '', /^SHA256:/u);
    stop.abort();
    await assert.rejects(connecting);
    await until('the end of the question', () => asked[0]?.signal.aborted);
    assert.notEqual(findHost(engine.state.get(), 'devbox')?.link.kind, 'online');
    await engine.connect('devbox', never);
    assert.equal(findHost(engine.state.get(), 'devbox')?.link.kind, 'online');
  } finally {
    await engine.close();
    await sshd.stop();
  }
});

test('a page and a Unix socket are forwarded, and the next engine takes both from the memory', async () => {
  const sshd = await startSshd();
  const web = await startWebServer('hello');
  const [local, socket] = [await freePort(), path.join(sshd.folder, 'here')];
  const stored = { memory: shortMemory(), windowMemory: shortMemory() };
  const first = startWorkerEngine(sshd.configFile, stored).engine;
  const to = `127.0.0.1:${web.port}`;
  try {
    await first.refreshHosts(never);
    for (const spec of [`${local}:${to}`, `${socket}:${to}`]) {
      await first.forward('devbox', typedRequest(parseForward('local', spec)), never);
    }
    assert.equal(await read(local), 'hello');
    assert.equal(fs.statSync(socket).mode & 0o777, 0o600);
    await first.close();
    assert.equal(await read(local), undefined);
    assert.equal(fs.existsSync(socket), false);

    const second = startWorkerEngine(sshd.configFile, stored).engine;
    await second.refreshHosts(never);
    assert.deepEqual(second.state.get().windowHosts, ['devbox']);
    await second.restore('left', 'background', never);
    await until('the page', async () => (await read(local)) === 'hello');
    await until('the socket', () => fs.existsSync(socket));
    await second.close();
  } finally {
    await first.close();
    await web.close();
    await sshd.stop();
  }
});
