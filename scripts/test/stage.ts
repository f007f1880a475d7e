import type { Need } from '../../test/support/needs/needs.ts';
import type { BuildName } from '../../test/support/vscode/builds.ts';

/** The results of a stage. */
export interface Outcome {
  readonly passed: number;
  readonly failures: readonly Failure[];
  /** The tests that did not run, each with the reason. */
  readonly skips: readonly Failure[];
}

export interface Failure {
  readonly name: string;
  readonly text: string;
}

/** A part of `npm test` that can run alone: `npm test -- NAME`. */
export interface Stage {
  readonly name: string;
  /** The programs that it uses. `npm test` installs what it can of them. */
  readonly needs: readonly Need[];
  /** The VS Code servers that it starts where there is no desktop VS Code. */
  readonly builds?: readonly BuildName[];
  /** Why it cannot run on this system. */
  readonly notHere?: string;
  /** Under CI too it may be skipped, with its reason: not every machine can run what it needs. */
  readonly mayBeSkipped?: true;
  readonly limitMs: number;
  readonly run: (signal: AbortSignal) => Promise<Outcome>;
}

export function sum(outcomes: readonly Outcome[]): Outcome {
  return {
    passed: outcomes.reduce((total, { passed }) => total + passed, 0),
    failures: outcomes.flatMap(({ failures }) => failures),
    skips: outcomes.flatMap(({ skips }) => skips),
  };
}

/** One thing that either works or fails by throwing. */
export async function attempt(name: string, act: () => Promise<unknown>): Promise<Outcome> {
  try {
    await act();
    return { passed: 1, failures: [], skips: [] };
  } catch (error) {
    return failed([{ name, text: error instanceof Error ? error.message : String(error) }]);
  }
}

export function failed(failures: readonly Failure[]): Outcome {
  return { passed: 0, failures, skips: [] };
}
