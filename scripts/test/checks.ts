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

/** What can be said about the code without running it. */
export async function checks(signal: AbortSignal): Promise<Outcome> {
  const outcomes: Outcome[] = [];
  for (const [name, [program = '', ...args]] of Object.entries(programs)) {
    outcomes.push(await attempt(name, () => check(inRoot('node_modules', program), args, signal)));
  }
  return sum(outcomes);
}

async function check(program: string, args: readonly string[], signal: AbortSignal): Promise<void> {
  const { code, output } = await runNode([program, ...args], { env: { ...process.env, FORCE_COLOR: '0' } }, signal);
  if (code !== 0) throw new Error(output);
}
