import '../../support/endOnSignal.mjs';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';
import { start, stop } from '../../support/child.ts';
import { buildCli } from '../../support/cli.ts';
import { freePort } from '../../support/freePort.ts';
import { type Script, scripts } from './scripts.ts';

/**
 * Runs OpenSSH's regression scripts with our program in the place of `ssh`:
 *
 *     node --import tsx test/parity/regress/run.ts FOLDER [SCRIPT…]
 *
 * FOLDER is an unpacked source tree of OpenSSH, of the version that is installed. REGRESS.md says which scripts run.
 */
const limitMs = 1_200_000;
const atATime = 2;

const [folder = '', ...names] = process.argv.slice(2);
const harness = path.resolve(folder, 'regress/test-exec.sh');
if (!fs.existsSync(harness)) {
  console.error('usage: run.ts FOLDER [SCRIPT…], where FOLDER is an unpacked source tree of OpenSSH');
  process.exit(2);
}
const cli = await buildCli();
const work = fs.mkdtempSync('/tmp/regress-');
const ssh = await standIn(work);
const waiting =
  names.length === 0 ? [...scripts] : names.map((name) => scripts.find((each) => each.name === name) ?? { name });
let failures = 0;
await Promise.all(
  Array.from({ length: atATime }, async () => {
    for (let script = waiting.shift(); script !== undefined; script = waiting.shift()) await report(script);
  }),
);
fs.rmSync(work, { recursive: true });
cli.remove();
console.log(`${failures} failed`);
process.exit(failures === 0 ? 0 : 1);

/** A program that the scripts call `ssh`. */
async function standIn(into: string): Promise<string> {
  const bundled = path.join(into, 'standIn.cjs');
  const entry = path.join(import.meta.dirname, 'standIn.ts');
  await build({ entryPoints: [entry], outfile: bundled, bundle: true, platform: 'node', format: 'cjs' });
  return executable(path.join(into, 'ssh'), `exec ${process.execPath} ${bundled} ${cli.program} "$@"`);
}

async function report({ name, except }: Script): Promise<void> {
  const { status, output, failed, seconds } = await runScript(name);
  const isExpected = (failure: string): boolean => except?.failures.test(failure) ?? false;
  const own = failed.filter((failure) => !isExpected(failure));
  const passes = status === 0 || (failed.length > 0 && own.length === 0);
  const rest = failed.length - own.length;
  const but = rest === 0 ? '' : ` but for ${rest}: ${except?.because}`;
  console.log(`${passes ? 'pass' : 'FAIL'}  ${name}  ${seconds} s${but}`);
  if (passes) return;
  failures++;
  console.log((own.length > 0 ? own.join('\n') : output).replaceAll(/^/gmu, '      '));
}

interface Ran {
  readonly status: number;
  readonly output: string;
  /** What the script did, and what was wrong with it. */
  readonly failed: readonly string[];
  readonly seconds: number;
}

async function runScript(name: string): Promise<Ran> {
  const began = Date.now();
  const objects = path.join(work, name);
  fs.mkdirSync(objects, { mode: 0o700 });
  fs.writeFileSync(path.join(objects, 'config.h'), '');
  executable(
    path.join(objects, 'modpipe'),
    `exec ${process.execPath} ${path.join(import.meta.dirname, 'modify.mjs')} "$@"`,
  );
  const env = {
    ...process.env,
    BUILDDIR: objects,
    TEST_SHELL: 'sh',
    TEST_SSH_SSH: ssh,
    TEST_SSH_SSHD: '/usr/sbin/sshd',
    TEST_SSH_PORT: String(await freePort()),
    TEST_SSH_UNSAFE_PERMISSIONS: '1',
  };
  const script = path.join(path.dirname(harness), `${name}.sh`);
  const child = start('sh', [harness, objects, script], { env, cwd: objects });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const timer = setTimeout(() => {
    output += `it took more than ${limitMs / 1000} s\n`;
    void stop(child);
  }, limitMs);
  await once(child, 'close');
  clearTimeout(timer);
  return {
    status: child.exitCode ?? 1,
    output,
    failed: failuresIn(path.join(objects, 'failed-regress.log')),
    seconds: Math.round((Date.now() - began) / 1000),
  };
}

/** test-exec.sh, save_debug_log: blocks with a blank line after each, which begin with what was tried and end with the failure. */
function failuresIn(file: string): readonly string[] {
  if (!fs.existsSync(file)) return [];
  const blocks = fs.readFileSync(file, 'utf8').trim().split('\n\n');
  return blocks.map((block) => {
    const lines = block.split('\n');
    return `${lines.find((line) => line.startsWith('trace: '))?.slice(7) ?? ''}: ${lines.at(-1)}`;
  });
}

function executable(file: string, line: string): string {
  fs.writeFileSync(file, `#!/bin/sh\n${line}\n`, { mode: 0o755 });
  return file;
}
