import os from 'node:os';
import { parseArgs } from 'node:util';
import { Scope } from '../src/base/scope.ts';
import { chromium } from '../test/support/needs/needs.ts';
import { provide } from '../test/support/needs/provide.ts';
import { type Demo, startDemo } from './demo/demo.ts';
import { bundle } from './pack/bundle.ts';
import { pack } from './pack/vsix.ts';
import { check } from './start/check.ts';
import { openOnKey } from './start/browserKey.ts';
import { showInTerminal } from './start/inTerminal.ts';
import { isDesktopHere, openDesktop, openServer } from './start/openEditor.ts';

const { values } = parseArgs({ options: { host: { type: 'string' }, check: { type: 'boolean', default: false } } });
const scope = new Scope();
const ending = new AbortController();
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(name, () => {
    if (ending.signal.aborted) process.exit(1); // asked twice: what is left ends with this process
    ending.abort();
    void end(values.check ? 1 : 0);
  });
}
try {
  if (values.check) {
    const [missing] = await provide([chromium]);
    if (missing) throw new Error(missing.text);
  }
  console.log('Building the extension…');
  await bundle(ending.signal);
  await pack(ending.signal);
  const demo = scope.add(await startDemo());
  console.log(`The demo remote is up: the host "${demo.host}" of ${demo.configFile}`);
  if (values.check) {
    await check(demo);
    console.log('The main job works. Screenshots: out/screenshots');
  } else {
    await show(demo);
  }
  await end(0);
} catch (error) {
  if (!ending.signal.aborted) {
    console.error(error instanceof Error ? error.message : error);
    await end(1);
  }
}

/** In a window where there is one; else in a browser, wherever that is, and in this terminal. Waits for the end. */
async function show(demo: Demo): Promise<void> {
  const opening = { configFile: demo.configFile, host: values.host ?? demo.host };
  if (isDesktopHere()) {
    const { kind, port } = await demo.startDevServer();
    console.log(`On it runs a ${kind === 'flask' ? 'Flask' : 'Node'} server on port ${port}.`);
    await openDesktop(opening, scope, ending.signal);
    return;
  }
  const url = await openServer(opening, scope);
  console.log(`VS Code is here, until you press Ctrl+C:\n\n    ${url}\n`);
  if (process.env['SSH_CONNECTION']) {
    const { port } = new URL(url);
    console.log(`From your own machine: ssh -L ${port}:127.0.0.1:${port} ${os.hostname()}, then the same address.\n`);
  }
  const hint = openOnKey(url);
  if (hint !== undefined) console.log(`${hint}\n`);
  await showInTerminal(demo, scope);
  await new Promise(() => undefined);
}

async function end(code: number): Promise<void> {
  await scope.close();
  process.exit(code);
}
