import { Scope } from '../../src/base/scope.ts';
import { buildCli } from '../support/cli.ts';
import { act, type Program, type Result } from './act.ts';
import type { Held, ParityCase, Tried } from './case.ts';
import { setUp } from './place.ts';
import { type Site, startSite } from './site.ts';
import { notHere } from './notHere.ts';
import { isHeld } from './held.ts';

/** What a row came to. `verdict` is about what its author says of it: see `judge`. */
export interface Compared {
  readonly row: ParityCase;
  readonly ssh: string;
  readonly ours: string;
  readonly verdict: Verdict;
}

export type Verdict =
  /** Both do the same. */
  | 'same'
  /** The difference is the one that the row states, with its reason. */
  | 'meant'
  /** We still differ, as the row says. */
  | 'pending'
  /** The row says "pending", and holds: the mark has to go. */
  | 'mended'
  /** This system cannot try it. */
  | 'notHere'
  /** We differ, and the row does not say so. */
  | 'differs';

const atATime = 3;

/** Tries all rows with both programs: slow ones at once, the others a few at a time. */
export async function compareAll(rows: readonly ParityCase[]): Promise<readonly Compared[]> {
  const scope = new Scope();
  try {
    const cli = await buildCli();
    scope.defer(() => cli.remove());
    const site = await startSite();
    scope.defer(() => site.close());
    const programs = [
      { isOurs: false, words: ['ssh'] },
      { isOurs: true, words: [process.execPath, cli.program] },
    ] as const;
    const results = new Map<ParityCase, Compared>();
    const tryRow = async (row: ParityCase): Promise<void> =>
      void results.set(row, 'heldBy' in row ? held(row) : await compare(row, programs, site));
    const isSlow = (row: ParityCase): boolean => 'isSlow' in row;
    const waiting = rows.filter((row) => !isSlow(row));
    const worker = async (): Promise<void> => {
      for (let row = waiting.shift(); row; row = waiting.shift()) await tryRow(row);
    };
    await Promise.all([...rows.filter(isSlow).map(tryRow), ...Array.from({ length: atATime }, worker)]);
    return rows.flatMap((row) => results.get(row) ?? []);
  } finally {
    await scope.close();
  }
}

async function compare(row: Tried, programs: readonly [Program, Program], site: Site): Promise<Compared> {
  const why = notHere(row);
  if (why !== undefined) return { row, ssh: why, ours: why, verdict: 'notHere' };
  const scope = new Scope();
  try {
    const place = await setUp(row, scope);
    const [ssh, ours] = await Promise.all(programs.map((program) => act(row, program, place, site)));
    return judge(row, text(ssh), text(ours));
  } finally {
    await scope.close();
  }
}

function judge(row: Tried, ssh: string, ours: string): Compared {
  const holds = ours === (row.ours ?? ssh);
  const meant = row.ours === undefined ? 'same' : 'meant';
  const verdict = row.pending === undefined ? (holds ? meant : 'differs') : holds ? 'mended' : 'pending';
  return { row, ssh, ours, verdict };
}

function held(row: Held): Compared {
  const holds = isHeld(row);
  const verdict = row.pending === undefined ? (holds ? 'same' : 'differs') : holds ? 'mended' : 'pending';
  return { row, ssh: 'nothing to compare', ours: `${row.heldBy.file}: ${row.heldBy.test}`, verdict };
}

function text(result: Result | undefined): string {
  if (!result) throw new Error('a program was not tried');
  return result.message === '' ? result.outcome : `${result.outcome}: ${result.message}`;
}
