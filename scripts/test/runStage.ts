import type { Missing } from '../../test/support/needs/provide.ts';
import { failed, type Outcome, type Stage } from './stage.ts';

/** On Linux everything can be had, so there CI accepts no skipped test. */
const maySkip = process.platform !== 'linux' || !process.env['CI'];

/**
 * Runs a stage within its limit. Without a program that this machine could have it fails, saying how to get it; what
 * this machine cannot have is skipped, saying why.
 */
export async function runStage(stage: Stage, missing: readonly Missing[]): Promise<Outcome> {
  const outcome = await outcomeOf(stage, missing);
  if (maySkip || stage.mayBeSkipped) return outcome;
  const failures = outcome.skips.map(({ name, text }) => ({ name, text: `${text}\nUnder CI no test is skipped.` }));
  return { ...outcome, failures: [...outcome.failures, ...failures], skips: [] };
}

async function outcomeOf({ name, needs, notHere, limitMs, run }: Stage, missing: readonly Missing[]): Promise<Outcome> {
  if (notHere !== undefined) return { passed: 0, failures: [], skips: [{ name, text: notHere }] };
  const lacking = missing.filter(({ need }) => needs.includes(need) && !need.optional);
  if (lacking.length > 0) {
    const told = (available: boolean) =>
      lacking.filter((each) => each.available === available).map(({ text }) => ({ name, text }));
    return { passed: 0, failures: told(true), skips: told(false) };
  }
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(`stopped after ${limitMs / 60_000} minutes`), limitMs);
  try {
    return await run(limit.signal);
  } catch (error) {
    return failed([{ name, text: error instanceof Error ? (error.stack ?? error.message) : String(error) }]);
  } finally {
    clearTimeout(timer);
  }
}
