import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { test, type TestContext } from 'node:test';
import { never } from '../../../src/base/delay.ts';
import { UserError } from '../../../src/base/userError.ts';
import type { Engine } from '../../../src/engine/engine.ts';
import { startWorkerEngine } from '../../support/workerEngine.ts';

/** An engine over a configuration of one host, `box`, and a folder for other files. */
function start(t: TestContext, lines: readonly string[] = []) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'engine-'));
  t.after(() => fs.rmSync(folder, { recursive: true }));
  const file = (name: string, text: string): string => {
    fs.writeFileSync(path.join(folder, name), text);
    return path.join(folder, name);
  };
  const configFile = file('config', ['Host box', '  HostName 127.0.0.1', ...lines, ''].join('\n'));
  const started = startWorkerEngine(configFile);
  t.after(() => started.engine.close());
  return { ...started, configFile, file };
}

const names = ({ state }: Engine): readonly string[] => state.get().hosts.map(({ name }) => name);

void test('the hosts have arrived before the answer to the call that reads them', async (t) => {
  const { engine, configFile } = start(t);
  const { files } = await engine.refreshHosts(never);
  assert.deepEqual(names(engine), ['box']);
  assert.ok(files.includes(configFile));
});

void test('a setting and a variable that change while the thread runs count for the next call', async (t) => {
  const { engine, settings, file } = start(t);
  await engine.refreshHosts(never);
  process.env['ENGINE_TEST_FILE'] = file('included', 'Host fromVariable\n');
  t.after(() => delete process.env['ENGINE_TEST_FILE']);
  const configFile = file('other', 'Include ${ENGINE_TEST_FILE}\nHost other\n');
  settings.set({ ...settings.get(), configFile });
  await engine.refreshHosts(never);
  assert.deepEqual(names(engine), ['fromVariable', 'other']);
});

void test('the state keeps what did not change as the same object', async (t) => {
  const { engine, file } = start(t);
  await engine.refreshHosts(never);
  const [box] = engine.state.get().hosts;
  file('config', 'Host box\n  HostName 127.0.0.1\nHost new\n');
  await engine.refreshHosts(never);
  assert.deepEqual(names(engine), ['box', 'new']);
  assert.equal(engine.state.get().hosts[0], box);
});

void test('a host block is proposed, refused for a taken name, and written', async (t) => {
  const { engine, configFile } = start(t);
  await engine.refreshHosts(never);
  const text = 'ssh -p 2222 me@new.example.com';
  assert.deepEqual(await engine.proposeHost(text), { host: 'new.example.com', alias: 'new' });
  await assert.rejects(engine.checkAlias(text, 'box'), (error) => {
    assert.ok(error instanceof UserError);
    assert.equal(error.problem.code, 'hostExists');
    return true;
  });
  await engine.addHost(text, 'new', never);
  assert.deepEqual(names(engine).toSorted(), ['box', 'new']);
  assert.match(fs.readFileSync(configFile, 'utf8'), /^Host new\n\s+HostName new\.example\.com\n/mu);
});

void test('after close nothing is called any more, and the thread is gone', async (t) => {
  const { engine } = start(t);
  await engine.refreshHosts(never);
  await engine.close();
  await assert.rejects(engine.refreshHosts(never), (error) => {
    assert.ok(error instanceof UserError);
    assert.equal(error.problem.code, 'engineStopped');
    return true;
  });
  await engine.close();
});
