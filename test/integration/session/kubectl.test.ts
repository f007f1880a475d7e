import assert from 'node:assert/strict';
import { once } from 'node:events';
import fs from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { never } from '../../../src/base/delay.ts';
import { UserError } from '../../../src/base/userError.ts';
import type { Problem } from '../../../src/core/problem.ts';
import { typedRequest } from '../../../src/core/session/forwards/forwardRequests.ts';
import { type ForwardState, localPort } from '../../../src/core/session/state.ts';
import { parsePortInput } from '../../../src/core/spec/portInput.ts';
import { forwardPath } from '../../../src/view/path/path.ts';
import { destinationText } from '../../../src/view/forwardText.ts';
import { problemText } from '../../../src/view/problem.ts';
import { freePort } from '../../support/freePort.ts';
import { read, startSessions, type TestSessions } from '../../support/sessions.ts';
import { type Sshd, startSshd } from '../../support/sshd.ts';
import { until } from '../../support/until.ts';

void describe('a pasted kubectl port-forward', { timeout: 120_000 }, () => {
  const bin = fs.mkdtempSync(path.join(os.tmpdir(), 'kubectl-'));
  const pod = http.createServer((_, response) => response.end('shop'));
  let sshd: Sshd;
  let app: TestSessions;

  before(async () => {
    fs.copyFileSync(path.join(import.meta.dirname, '../../support/kubectl.py'), path.join(bin, 'kubectl'));
    fs.chmodSync(path.join(bin, 'kubectl'), 0o755);
    pod.listen(0, '127.0.0.1');
    await once(pod, 'listening');
    const { port } = pod.address() as AddressInfo;
    fs.writeFileSync(path.join(bin, 'pods'), `port-forward --address 127.0.0.1 -n prod svc/web :80 ${port}\n`);
    sshd = await startSshd({ config: [`SetEnv HOME=${bin} PATH=${bin}:/usr/bin:/bin`] });
    app = await startSessions(sshd.configFile, { autoForward: 'off' });
  });
  after(async () => {
    await app.sessions.close();
    await sshd.stop();
    pod.close();
    fs.rmSync(bin, { recursive: true });
  });

  async function paste(line: string, sessions = app.sessions): Promise<ForwardState> {
    const [spec] = parsePortInput(line);
    assert.ok(spec);
    return sessions.forward('devbox', typedRequest(spec), never);
  }

  async function refusal(made: Promise<ForwardState>): Promise<Problem> {
    const error: unknown = await made.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    assert.ok(error instanceof UserError);
    return error.problem as Problem;
  }

  const runs = (): readonly number[] =>
    fs
      .readFileSync(path.join(bin, 'runs'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => Number.parseInt(line, 10));
  const page = (forward: ForwardState): Promise<string | undefined> => read(localPort(forward) ?? 0);

  void test('leads to the pod, again after pod and connection ended, and kubectl ends with the forward', async () => {
    const port = await freePort();
    const forward = await paste(`kubectl port-forward -n prod svc/web ${port}:80`);
    assert.equal(localPort(forward), port);
    assert.equal(await page(forward), 'shop');
    assert.equal(destinationText(forward.spec), 'svc/web:80');
    const target = forwardPath(app.sessions.state.get(), 'devbox', forward.id)?.hops.at(-1);
    assert.deepEqual(target?.facts, ['svc/web:80', 'reached from devbox', 'by kubectl port-forward']);
    const [first = 0] = runs();

    process.kill(first, 'SIGKILL');
    await until('the page by another kubectl', async () => (await page(forward)) === 'shop');
    const second = runs().at(-1) ?? 0;
    assert.notEqual(second, first);

    await sshd.restart();
    await until('kubectl gone with its connection', () => !isAlive(second));
    await until('the page over another connection', async () => (await page(forward)) === 'shop');
    const third = runs().at(-1) ?? 0;
    assert.notEqual(third, second);

    assert.ok(isAlive(third));
    await app.sessions.stopForward('devbox', forward.id);
    await until('kubectl gone with the forward', () => !isAlive(third));
  });

  void test('is refused with the words of kubectl, and no local port stays open', async () => {
    const port = await freePort();
    const problem = await refusal(paste(`kubectl port-forward svc/none ${port}:80`));
    const detail = 'Error from server (NotFound): services "none" not found';
    assert.deepEqual(problem, { code: 'kubectlFailed', target: 'svc/none', detail });
    assert.equal(problemText(problem).what, `kubectl does not forward svc/none: ${detail}.`);
    assert.equal(await read(port), undefined);
  });

  void test('is refused with a sentence where the login has no kubectl', async () => {
    const shell = path.join(bin, 'shell');
    fs.mkdirSync(shell);
    fs.symlinkSync('/bin/sh', path.join(shell, 'sh'));
    const bare = await startSshd({ config: [`SetEnv HOME=${bin} PATH=${shell}`] });
    const { sessions } = await startSessions(bare.configFile, { autoForward: 'off' });
    try {
      const problem = await refusal(paste(`kubectl port-forward svc/web ${await freePort()}:80`, sessions));
      assert.deepEqual(problem, { code: 'kubectlMissing' });
      assert.match(problemText(problem).what, /needs kubectl on the host/);
    } finally {
      await sessions.close();
      await bare.stop();
    }
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
