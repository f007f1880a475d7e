import { parseArgs } from 'node:util';
import { Scope } from '../src/base/scope.ts';
import { startDemo } from './demo/demo.ts';
import { bundle } from './pack/bundle.ts';
import { pack } from './pack/vsix.ts';
import { check } from './start/check.ts';
import { openEditor } from './start/openEditor.ts';

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
  console.log('Building the extension…');
  await bundle();
  await pack(ending.signal);
  const demo = scope.add(await startDemo());
  console.log(`The demo remote is up: the host "${demo.host}" of ${demo.configFile}`);
  if (values.check) {
    await check(demo);
    console.log('The main job works. Screenshots: out/screenshots');
  } else {
    const { kind, port } = await demo.startDevServer();
    console.log(`On it runs a ${kind === 'flask' ? 'Flask' : 'Node'} server on port ${port}.`);
    await openEditor({ configFile: demo.configFile, host: values.host ?? demo.host }, scope, ending.signal);
  }
  await end(0);
} catch (error) {
  if (!ending.signal.aborted) {
    console.error(error instanceof Error ? error.message : error);
    await end(1);
  }
}

async function end(code: number): Promise<void> {
  await scope.close();
  process.exit(code);
}
