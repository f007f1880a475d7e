import assert from 'node:assert/strict';
import fs from 'node:fs';
import { lintConfig, lintConfigFile } from '../lint/lintConfig.ts';
import { inRoot } from '../root.ts';
import { runNode } from '../run.ts';
import { attempt, type Outcome, sum } from './stage.ts';

const programs: Readonly<Record<string, readonly string[]>> = {
  types: ['typescript/bin/tsc'],
  'types of views': ['typescript/bin/tsc', '-p', 'src/webview'],
  lint: ['oxlint/bin/oxlint', '--type-aware'],
  format: ['oxfmt/bin/oxfmt', '--check'],
  'unused code': ['knip/bin/knip.js'],
};

/** Checks the code without running it. */
export async function checks(signal: AbortSignal): Promise<Outcome> {
  const outcomes: Outcome[] = [];
  for (const [name, [program = '', ...args]] of Object.entries(programs)) {
    outcomes.push(await attempt(name, () => check(inRoot('node_modules', program), args, signal)));
  }
  outcomes.push(await attempt('walls', async () => checkWalls()));
  return sum(outcomes);
}

/** The linter's walls are those of the table. */
function checkWalls(): void {
  const [written, wanted] = [fs.readFileSync(lintConfigFile, 'utf8'), lintConfig()].map((text): unknown =>
    JSON.parse(text),
  );
  assert.deepEqual(written, wanted, 'test/support/walls.ts has changed: run `npm run walls`');
}

async function check(program: string, args: readonly string[], signal: AbortSignal): Promise<void> {
  const { code, output } = await runNode([program, ...args], { env: { ...process.env, FORCE_COLOR: '0' } }, signal);
  if (code !== 0) throw new Error(output);
}
