import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { test, type TestContext } from 'node:test';
import { never } from '../../../src/base/delay.ts';
import { silentLog } from '../../../src/base/log.ts';
import { UserError } from '../../../src/base/userError.ts';
import type { Engine } from '../../../src/engine/engine.ts';
import type { WorkerEngineOptions } from '../../../src/engine/workerEngine.ts';
import { until } from '../../support/until.ts';
import { startWorkerEngine } from '../../support/workerEngine.ts';

/** An engine over a configuration of one host, `box`, and a folder for other files. */
function start(t: TestContext, options: Partial<WorkerEngineOptions> = {}) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'engine-'));
  t.after(() => fs.rmSync(folder, { recursive: true }));
  const file = (name: string, text: string): string => {
    fs.writeFileSync(path.join(folder, name), text);
    return path.join(folder, name);
  };
  const configFile = file('config', 'Host box\n  HostName 127.0.0.1\n');
  const started = startWorkerEngine(configFile, options);
  t.after(() => started.engine.close());
  return { ...started, configFile, file };
}

const names = ({ state }: Engine): readonly string[] => state.get().hosts.map(({ name }) => name);

void test('the hosts are in the state before the call that reads them is answered', async (t) => {
  const { engine, configFile } = start(t);
  const { files } = await engine.refreshHosts(never);
  assert.deepEqual(names(engine), ['box']);
  assert.ok(files.includes(configFile));
});

void test('a setting and an environment variable that change later count for the next call', async (t) => {
  const { engine, settings, file } = start(t);
  await engine.refreshHosts(never);
  process.env['ENGINE_TEST_FILE'] = file('included', 'Host fromVariable\n');
  t.after(() => delete process.env['ENGINE_TEST_FILE']);
  const configFile = file('other', 'Include ${ENGINE_TEST_FILE}\nHost other\n');
  settings.set({ ...settings.get(), configFile });
  await engine.refreshHosts(never);
  assert.deepEqual(names(engine), ['fromVariable', 'other']);
});

void test('an unchanged part of the state stays the same object', async (t) => {
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

void test('after close the engine calls nobody, and its thread has ended', async (t) => {
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

void test('an engine whose thread cannot start is tried again', async (t) => {
  const errors: string[] = [];
  const log = { ...silentLog, error: (line: string) => void errors.push(line) };
  const { engine } = start(t, { file: 'no path', log });
  await until('the second trial', () => errors.length === 2);
  assert.match(errors.join(' '), /the engine stopped and starts again/u);
  await assert.rejects(engine.refreshHosts(never), /engineStopped/u);
});

/** The engine's program, with bugs added: nothing handles what they throw. */
function programWithBugs(t: TestContext, bugs: string): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'bugs-'));
  t.after(() => fs.rmSync(folder, { recursive: true }));
  const file = path.join(folder, 'thread.mjs');
  fs.writeFileSync(
    file,
    `await import('${new URL('../../support/engineThread.mjs', import.meta.url).href}');\n${bugs}\n`,
  );
  return file;
}

void test('an exception and a rejection that nothing handles are one line each, and the engine goes on', async (t) => {
  const errors: string[] = [];
  const bugs = `setImmediate(() => { throw new Error('first\\nline'); });
    setImmediate(() => void Promise.reject('second'));`;
  const log = { ...silentLog, error: (line: string) => void errors.push(line) };
  const { engine } = start(t, { file: programWithBugs(t, bugs), log });
  await until('both lines', () => errors.length === 2);
  assert.deepEqual(errors.toSorted(), ['unexpected error: first line', 'unexpected error: second']);
  await engine.refreshHosts(never);
  assert.deepEqual(names(engine), ['box']);
});

void test('a bug without end is reported twenty times, and the engine goes on', async (t) => {
  const errors: string[] = [];
  const log = { ...silentLog, error: (line: string) => void errors.push(line) };
  // The thread shares the environment of this process.
  t.after(() => delete process.env['ENGINE_TEST_BUGS']);
  const bugs = `const timer = setInterval(() => {
      const count = Number(process.env.ENGINE_TEST_BUGS ?? 0) + 1;
      process.env.ENGINE_TEST_BUGS = String(count);
      if (count === 100) clearInterval(timer);
      throw new Error('again');
    }, 1);`;
  const { engine } = start(t, { file: programWithBugs(t, bugs), log });
  await until('the last bug', () => process.env['ENGINE_TEST_BUGS'] === '100');
  await engine.refreshHosts(never); // what the thread logged before has arrived
  assert.equal(errors.length, 20);
  assert.deepEqual(names(engine), ['box']);
});
