import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { inspect } from 'node:util';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import { UserError } from '../../../src/base/userError.ts';
import { keywords } from '../../../src/core/config/keywords/keywords.ts';
import { resolveHop, resolveHost } from '../../../src/core/config/resolve.ts';
import { problemOf } from '../../../src/core/problem.ts';
import { problemText } from '../../../src/view/problem.ts';
import { anyValue, oddValues } from '../../support/anyValue.ts';
import { connectTo, script } from '../../support/ssh.ts';
import { type Sshd, startSshd } from '../../support/sshd.ts';

let sshd: Sshd;
let folder: string;
const workTree = process.cwd();
before(async () => {
  sshd = await startSshd();
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'any-value-'));
  process.chdir(folder); // some values are relative paths
});
after(async () => {
  process.chdir(workTree);
  fs.rmSync(folder, { recursive: true, force: true });
  await sshd.stop();
});

/** Logs in with one more line of configuration. Resolves to the failure, if there is one. */
async function logIn(keyword: string, value: string): Promise<unknown> {
  const userFile = path.join(folder, 'config');
  fs.writeFileSync(userFile, `${keyword} ${value}\n${fs.readFileSync(sshd.configFile, 'utf8')}`);
  const options = { userFile, home: folder, allowCommand: () => false };
  const signal = AbortSignal.timeout(5000);
  try {
    const config = await resolveHost('devbox', options, signal);
    const prompts = script({ hostKey: () => 'remember', secret: () => undefined, addToAgent: () => false });
    const connection = await connectTo(
      config,
      { prompts, resolveHop: (hop, stop) => resolveHop(hop, options, stop) },
      signal,
    );
    await connection.close();
    return undefined;
  } catch (error) {
    return error;
  }
}

function assertTold(failure: unknown, line: string): void {
  if (failure === undefined) return;
  assert.ok(failure instanceof UserError, `${inspect(line)}: ${inspect(failure)}`);
  const { what } = problemText(problemOf(failure));
  assert.ok(what !== '' && !what.includes('undefined'), `${inspect(line)}: ${what}`);
}

// The other keywords affect only their parser, which has its own test.
for (const { name } of keywords.filter((keyword) => 'fields' in keyword)) {
  void test(`every value of ${name} logs in, or fails within 5 s with a problem that has words`, async () => {
    for (const value of oddValues) assertTold(await logIn(name, value), `${name} ${value}`);
    await fc.assert(
      fc.asyncProperty(anyValue, async (value) => assertTold(await logIn(name, value), `${name} ${value}`)),
      { seed: 10, numRuns: 3 },
    );
  });
}

for (const keyword of ['ConnectTimeout', 'ServerAliveInterval', 'RekeyLimit default', 'AddKeysToAgent confirm']) {
  for (const time of ['2147483647', '30d']) {
    void test(`${keyword} ${time} is a long time, although a timer of Node holds no more than 24 days`, async (t) => {
      const warnings: string[] = [];
      const onWarning = ({ name }: Error): void => void warnings.push(name);
      process.on('warning', onWarning);
      t.after(() => process.off('warning', onWarning));
      assert.equal(await logIn(...(`${keyword} ${time}`.split(/ (.*)/s) as [string, string])), undefined);
      await new Promise((resolve) => setImmediate(resolve));
      assert.deepEqual(warnings, []);
    });
  }
}
