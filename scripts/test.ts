import '../test/support/endOnSignal.mjs';
import fs from 'node:fs';
import { needsOf } from '../test/support/needs/needs.ts';
import { provide } from '../test/support/needs/provide.ts';
import { install } from '../test/support/vscode/install.ts';
import { bundle } from './pack/bundle.ts';
import { pack } from './pack/vsix.ts';
import { inRoot } from './root.ts';
import { checks } from './test/checks.ts';
import { editorTests } from './test/editorTests.ts';
import { nodeTests } from './test/nodeTests.ts';
import { runStage } from './test/runStage.ts';
import { attempt, type Outcome, type Stage, sum } from './test/stage.ts';
import { printFailures, printSummary, type Run } from './test/summary.ts';
import { canHaveWine } from './test/wine.ts';
import { wineTests } from './test/wineTests.ts';

const minutes = 60_000;
const isLinux = process.platform === 'linux';
/** Where there is a display, `@vscode/test-electron` downloads desktop VS Code instead. */
const isServerUsed = isLinux && process.env['DISPLAY'] === undefined;

const stages: readonly Stage[] = [
  { name: 'checks', needs: [], limitMs: 4 * minutes, run: checks },
  { name: 'unit', needs: needsOf.unit, limitMs: 4 * minutes, run: (signal) => nodeTests('test/unit', 2, signal) },
  {
    name: 'integration',
    needs: needsOf.integration,
    limitMs: 20 * minutes,
    ...(process.platform === 'win32' && { notHere: 'sshd and the login shells that it tests are not on Windows' }),
    run: integrationTests,
  },
  {
    name: 'podman',
    needs: needsOf.podman,
    limitMs: 4 * minutes,
    mayBeSkipped: true,
    ...(!isLinux && { notHere: 'containers are processes of Linux' }),
    run: (signal) => nodeTests('test/podman', 1, signal),
  },
  {
    name: 'wine',
    needs: [],
    limitMs: 8 * minutes,
    mayBeSkipped: true,
    ...(!canHaveWine() && { notHere: 'it runs where Wine is installed already, on an x64 processor' }),
    run: wineTests,
  },
  { name: 'package', needs: [], limitMs: 4 * minutes, run: makePackage },
  {
    name: 'editor-oldest',
    needs: needsOf.editor,
    builds: isServerUsed ? ['oldest'] : [],
    limitMs: 6 * minutes,
    run: (signal) => editorTests('oldest', signal),
  },
  {
    name: 'editor-newest',
    needs: needsOf.editor,
    builds: isServerUsed ? ['newest'] : [],
    limitMs: 6 * minutes,
    run: (signal) => editorTests('newest', signal),
  },
  {
    name: 'ui',
    needs: needsOf.ui,
    builds: ['newest'],
    limitMs: 15 * minutes,
    ...(!isLinux && { notHere: 'it drives a VS Code server, which npm has for Linux only' }),
    run: (signal) => nodeTests('test/ui', 1, signal),
  },
];

const wanted = process.argv.slice(2);
const named = stages.filter(({ name }) => wanted.length === 0 || wanted.some((word) => name.startsWith(word)));
// These test the package: an old one, or none, would be tested in its place.
const isPackageUsed = named.some(({ name }) => name.startsWith('editor') || name === 'ui');
const chosen = stages.filter((stage) => named.includes(stage) || (isPackageUsed && stage.name === 'package'));
if (chosen.length === 0) {
  console.error(`There is no such stage. There are: ${stages.map(({ name }) => name).join(', ')}.`);
  process.exit(1);
}
const here = chosen.filter(({ notHere }) => notHere === undefined);
const missing = await provide([...new Set(here.flatMap(({ needs }) => needs))]);
for (const build of new Set(here.flatMap(({ builds = [] }) => builds))) await install(build);

const runs: Run[] = [];
for (const stage of chosen) {
  console.log(`${stage.name}…`);
  const startMs = Date.now();
  const outcome = await runStage(stage, missing);
  runs.push({ name: stage.name, outcome, tookMs: Date.now() - startMs });
  printFailures(stage.name, outcome);
}
printSummary(runs);
process.exit(runs.some(({ outcome }) => outcome.failures.length > 0) ? 1 : 0);

/** One file at a time, unless none has a watch: it asks every new server of this machine what it is. */
async function integrationTests(signal: AbortSignal): Promise<Outcome> {
  const withoutWatch = ['config', 'ssh'];
  const outcomes: Outcome[] = [];
  for (const folder of fs.readdirSync(inRoot('test/integration'))) {
    outcomes.push(await nodeTests(`test/integration/${folder}`, withoutWatch.includes(folder) ? 2 : 1, signal));
  }
  return sum(outcomes);
}

async function makePackage(signal: AbortSignal): Promise<Outcome> {
  return sum([
    await attempt('bundle', () => bundle(signal)),
    await attempt('pack', () => pack(signal)),
    await nodeTests('test/package', 1, signal),
  ]);
}
