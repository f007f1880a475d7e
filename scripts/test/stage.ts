import type { Need } from './needs.ts';

/** What came out of a stage. */
export interface Outcome {
  readonly passed: number;
  readonly skipped: number;
  readonly failures: readonly Failure[];
  /** Failed at first and passed the second time. */
  readonly flaky?: readonly Failure[];
}

export interface Failure {
  readonly name: string;
  readonly text: string;
}

/** A part of `npm test` that can run alone: `npm test -- NAME`. */
export interface Stage {
  readonly name: string;
  /** What it must find on this machine. It fails without, saying how to get it. */
  readonly needs: readonly Need[];
  readonly limitMs: number;
  readonly run: (signal: AbortSignal) => Promise<Outcome>;
}

export function sum(outcomes: readonly Outcome[]): Outcome {
  return {
    passed: outcomes.reduce((total, { passed }) => total + passed, 0),
    skipped: outcomes.reduce((total, { skipped }) => total + skipped, 0),
    failures: outcomes.flatMap(({ failures }) => failures),
    flaky: outcomes.flatMap(({ flaky = [] }) => flaky),
  };
}

/** One thing that either works or fails by throwing. */
export async function attempt(name: string, act: () => Promise<unknown>): Promise<Outcome> {
  try {
    await act();
    return { passed: 1, skipped: 0, failures: [] };
  } catch (error) {
    return {
      passed: 0,
      skipped: 0,
      failures: [{ name, text: error instanceof Error ? error.message : String(error) }],
    };
  }
}
