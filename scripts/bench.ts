/**
 * `npm run bench -- [--quick] [--only WORD]`: our forwards beside those of `ssh -N -L` (and a direct connection at a
 * distance), each row by turns in one run. Prints medians and ratios, and writes them to out/bench.json. `--only` chooses
 * groups and rows by a part of their names; `--quick` does a tenth of the work, twice instead of five times. Needs Linux and root, for networks of its own.
 */
import '../test/support/endOnSignal.mjs';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import { parseArgs } from 'node:util';
import { start } from '../test/support/child.ts';
import { chromium } from '../test/support/needs/needs.ts';
import { provide } from '../test/support/needs/provide.ts';
import { builds } from '../test/support/vscode/builds.ts';
import { install } from '../test/support/vscode/install.ts';
import { useCubicOnLoopback } from './bench/distance.ts';
import type { Group } from './bench/group.ts';
import { groups } from './bench/groups.ts';
import { json, line } from './bench/report.ts';
import { type Amount, runGroup } from './bench/runGroup.ts';
import { bundle } from './pack/bundle.ts';
import { inRoot } from './root.ts';

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
    /** Set in the second start, inside the namespace. */
    inside: { type: 'boolean', default: false },
  },
});
const resultFile = inRoot('out', 'bench.json');

if (process.platform !== 'linux' || process.getuid?.() !== 0) {
  console.error('npm run bench makes networks of its own: it needs Linux and root.');
  process.exit(1);
}
if (values.inside) await measureAll();
else await prepare();

/** Downloads and builds, then starts this program again in a network namespace (network_namespaces(7)) without other servers. */
async function prepare(): Promise<void> {
  await provide([chromium]);
  for (const build of Object.keys(builds) as (keyof typeof builds)[]) await install(build);
  await bundle(new AbortController().signal);
  const again = `ip link set lo up && exec "$0" "$@"`;
  const command = [process.execPath, ...process.execArgv, ...process.argv.slice(1), '--inside'];
  const child = start('unshare', ['--net', 'sh', '-c', again, ...command], { stdio: 'inherit' });
  const [code] = (await once(child, 'exit')) as [number | null];
  process.exitCode = code ?? 1;
}

async function measureAll(): Promise<void> {
  useCubicOnLoopback();
  const startedAt = performance.now();
  const endMs = startedAt + (values.quick ? 1.6 : 11) * 60_000;
  const wanted = groups.flatMap(chosen);
  const rows: object[] = [];
  let rowsLeft = wanted.reduce((sum, group) => sum + group.rows.length, 0);
  const amount: Amount = {
    ...(values.quick ? { rounds: 2, warmUps: 0, scale: 0.1 } : { rounds: 5, warmUps: 1, scale: 1 }),
    // A row may use the time that earlier rows have left.
    rowEndMs: () => performance.now() + (endMs - performance.now()) / rowsLeft--,
  };
  for (const group of wanted) {
    console.log(`\n${group.name}`);
    await runGroup(group, amount, (result) => {
      console.log(`  ${line(result)}`);
      rows.push(json(group.name, result));
    });
  }
  const machine = `${os.cpus()[0]?.model}, ${os.cpus().length} cores, Linux ${os.release()}, Node ${process.version}`;
  const seconds = Math.round((performance.now() - startedAt) / 1000);
  fs.mkdirSync(inRoot('out'), { recursive: true });
  fs.writeFileSync(resultFile, JSON.stringify({ machine, isQuick: values.quick, seconds, rows }, null, 2));
  console.log(`\n${machine}; ${seconds} s; out/bench.json`);
}

/** The group with the rows that are wanted, or nothing. */
function chosen(group: Group): readonly Group[] {
  if (values.quick && group.isSlow) return [];
  const rows = group.rows.filter(({ name }) => `${name}, ${group.name}`.includes(values.only));
  return rows.length === 0 ? [] : [{ ...group, rows }];
}
