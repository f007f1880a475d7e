import { once } from 'node:events';
import path from 'node:path';
import { Scope } from '../../src/base/scope.ts';
import { start, stop } from '../../test/support/child.ts';
import { startSshd } from '../../test/support/sshd.ts';
import { startDistance } from './distance.ts';
import type { Group, Reached, Row, Side, Site } from './group.ts';
import { compare, type Result, turnsOf } from '../../test/support/ratios.ts';

export interface Amount {
  readonly rounds: number;
  /** Warm-up rounds before the measured ones, if sides work by turns. */
  readonly warmUps: number;
  /** See `Run.scale`. */
  readonly scale: number;
  /** `performance.now()` after which a row begins no further round. Called when a row begins; in the past: no time is left. */
  readonly rowEndMs: () => number;
}

export interface RowResult {
  readonly row: Row;
  /** In the order of `sides`. */
  readonly results: readonly Result[];
  readonly sides: readonly string[];
}

/** A usual port of Vite, so that the watch takes the destination server for Vite. */
const originPort = 5173;

/** Opens all sides of a group, measures its rows by turns, and calls `onRow` after each row. */
export async function runGroup(group: Group, amount: Amount, onRow: (result: RowResult) => void): Promise<void> {
  const scope = new Scope();
  try {
    const site = await openSite(group, scope);
    const reached: Reached[] = [];
    for (const side of group.sides) {
      const opened = await side.open(site);
      scope.defer(() => opened.close());
      reached.push(opened);
    }
    for (const row of group.rows) onRow(await measure(row, group.sides, reached, site, amount));
  } finally {
    await scope.close();
  }
}

async function openSite({ cable, origin }: Group, scope: Scope): Promise<Site> {
  const distance = cable && (await startDistance(cable));
  if (distance) scope.defer(() => distance.stop());
  const { far: address = '127.0.0.1', runner = [] } = distance ?? {};
  const sshd = await startSshd({ address, runner });
  scope.defer(() => sshd.stop());
  const script = path.join(import.meta.dirname, origin);
  const [command, ...args] = [...runner, process.execPath, '--import', 'tsx', script, String(originPort)];
  const child = start(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  scope.defer(() => stop(child));
  const [line] = (await once(child.stdout ?? child, 'data')) as [Buffer];
  return { sshd, address, originPort: Number(line) };
}

async function measure(
  row: Row,
  all: readonly Side[],
  reached: readonly Reached[],
  site: Site,
  { rounds, warmUps, scale, rowEndMs }: Amount,
): Promise<RowResult> {
  const sides = all.filter(({ name }) => row.sides?.includes(name) ?? true);
  const anyEditor = reached.find(({ editor }) => editor)?.editor;
  const figures = sides.map((): (number | undefined)[] => []);
  const one = async (column: number): Promise<void> => {
    const side = sides[column];
    const own = side && reached[all.indexOf(side)];
    if (own) figures[column]?.push(await row.measure({ reached: own, side, site, anyEditor, scale }));
  };
  const warmUp = row.isTogether ? 0 : warmUps;
  const endMs = rowEndMs();
  const wanted = performance.now() > endMs ? 0 : rounds + warmUp;
  for (let round = 0; round < wanted; round += 1) {
    if (round > warmUp && performance.now() > endMs) break;
    const turns = turnsOf(round, sides.length);
    if (row.isTogether) await Promise.all(turns.map(one));
    else for (const column of turns) await one(column);
  }
  const counted = figures.map((mine) => mine.slice(warmUp));
  const base = sides[0] === all[0] ? counted[0] : [];
  return { row, sides: sides.map(({ name }) => name), results: compare(counted, base) };
}
