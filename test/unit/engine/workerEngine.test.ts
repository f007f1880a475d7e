import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { never } from '../../../src/base/delay.ts';
import { startWorkerEngine } from '../../support/workerEngine.ts';

void test('a configuration is read in the thread, and the hosts have arrived before the answer', async () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'engine-'));
  const file = path.join(folder, 'config');
  fs.writeFileSync(file, 'Host box\n');
  const { engine } = startWorkerEngine(file, {
    log: { debug: console.log, info: console.log, warn: console.log, error: console.log },
  });
  const t = performance.now();
  const { files } = await engine.refreshHosts(never);
  console.log(performance.now() - t);
  assert.deepEqual(
    engine.state.get().hosts.map(({ name }) => name),
    ['box'],
  );
  assert.ok(files.includes(file));
  await engine.close();
});
