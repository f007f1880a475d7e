import { type Failure, type Outcome, sum } from './stage.ts';

/** A stage that has run. */
export interface Run {
  readonly name: string;
  readonly outcome: Outcome;
  readonly tookMs: number;
}

export function printFailures(stage: string, { failures, skips }: Outcome): void {
  for (const { name, text } of skips) console.log(`SKIPPED ${stage} › ${name}: ${text}`);
  for (const failure of failures) print('FAILED', stage, failure);
}

function print(verdict: string, stage: string, { name, text }: Failure): void {
  console.log(`\n${verdict} ${stage} › ${name}\n${text.trimEnd().replaceAll(/^/gm, '    ')}\n`);
}

/** A line per stage, then the totals alone on the last line. */
export function printSummary(runs: readonly Run[]): void {
  console.log('');
  for (const { name, outcome, tookMs } of runs) {
    const { passed, failures, skips } = outcome;
    const counts = `${column(passed)} passed ${column(failures.length)} failed ${column(skips.length)} skipped`;
    console.log(`${name.padEnd(14)}${counts}${column(Math.round(tookMs / 1000))} s`);
  }
  const { passed, failures, skips } = sum(runs.map(({ outcome }) => outcome));
  console.log(`\n${passed} passed, ${failures.length} failed${skips.length > 0 ? `, ${skips.length} skipped` : ''}`);
}

function column(value: number): string {
  return String(value).padStart(6);
}
