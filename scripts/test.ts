import '../test/support/endOnSignal.mjs';
import fs from 'node:fs';
import { bundle } from './pack/bundle.ts';
import { pack } from './pack/vsix.ts';
import { inRoot } from './root.ts';
import { checks } from './test/checks.ts';
import { editorTests } from './test/editorTests.ts';
import { chromium, flask, howToGet, netcat, ps, ss, sshd } from './test/needs.ts';
import { nodeTests, nodeTestsTwice } from './test/nodeTests.ts';
import { attempt, type Outcome, type Stage, sum } from './test/stage.ts';
import { printFailures, printSummary, type Run } from './test/summary.ts';

const minutes = 60_000;
const browser = process.platform === 'linux' ? [chromium] : [];

const stages: readonly Stage[] = [
  { name: 'checks', needs: [], limitMs: 4 * minutes, run: checks },
  { name: 'unit', needs: [], limitMs: 4 * minutes, run: (signal) => nodeTests('test/unit', 2, signal) },
  {
    name: 'integration',
    needs: [sshd, flask, ss, ps, netcat],
    limitMs: 20 * minutes,
    run: integrationTests,
  },
  { name: 'package', needs: [], limitMs: 2 * minutes, run: makePackage },
  { name: 'editor-oldest', needs: browser, limitMs: 6 * minutes, run: (signal) => editorTests('oldest', signal) },
  { name: 'editor-newest', needs: browser, limitMs: 6 * minutes, run: (signal) => editorTests('newest', signal) },
  {
    name: 'ui',
    needs: [chromium, sshd, flask],
    limitMs: 15 * minutes,
    run: (signal) => nodeTestsTwice('test/ui', signal),
  },
];

const wanted = process.argv.slice(2);
const chosen = wanted.length === 0 ? stages : stages.filter(({ name }) => wanted.some((word) => name.startsWith(word)));
if (chosen.length === 0) {
  console.error(`There is no such stage. There are: ${stages.map(({ name }) => name).join(', ')}.`);
  process.exit(1);
}
const runs: Run[] = [];
for (const stage of chosen) {
  console.log(`${stage.name}…`);
  const startMs = Date.now();
  const outcome = await within(stage);
  runs.push({ name: stage.name, outcome, tookMs: Date.now() - startMs });
  printFailures(stage.name, outcome);
}
printSummary(runs);
process.exit(runs.some(({ outcome }) => outcome.failures.length > 0) ? 1 : 0);

async function within({ name, needs, limitMs, run }: Stage): Promise<Outcome> {
  const missing = needs.filter((need) => !need.isHere());
  if (missing.length > 0) {
    return { passed: 0, skipped: 0, failures: missing.map((need) => ({ name, text: howToGet(need) })) };
  }
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(`stopped after ${limitMs / minutes} minutes`), limitMs);
  try {
    return await run(limit.signal);
  } catch (error) {
    return {
      passed: 0,
      skipped: 0,
      failures: [{ name, text: error instanceof Error ? (error.stack ?? error.message) : String(error) }],
    };
  } finally {
    clearTimeout(timer);
  }
}

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
  return sum([await attempt('bundle', bundle), await attempt('pack', () => pack(signal))]);
}
