import { spawnSync } from 'node:child_process';
import readline from 'node:readline/promises';
import { fileURLToPath } from 'node:url';
import type { Need } from './needs.ts';
import { findManager, managers } from './packageManager.ts';
import { advice, type Machine, packagesOf, plan, type Plan, sudo } from './plan.ts';
import { succeeds } from './probes.ts';

/** A program that is missing after everything was tried. */
export interface Missing {
  readonly need: Need;
  /** Does the package manager of this machine have it? */
  readonly available: boolean;
  /** What to do now. */
  readonly text: string;
}

/** Installs what is missing, where it may: it says what, asks where it must, and answers what is missing still. */
export async function provide(needs: readonly Need[]): Promise<readonly Missing[]> {
  const missing = needs.filter((need) => !need.isHere());
  if (missing.length === 0) return [];
  const machine = look();
  const absent = await install(missing, machine);
  return missing
    .filter((need) => !need.isHere())
    .map((need) => {
      const packages = packagesOf(need, machine.manager);
      const available = packages.length > 0 && !packages.some((name) => absent.includes(name));
      return { need, available, text: advice(need, machine, available) };
    });
}

function look(): Machine {
  const isRoot = process.getuid?.() === 0;
  return {
    manager: findManager(),
    isRoot,
    hasFreeSudo: !isRoot && process.platform === 'linux' && succeeds('sudo', ['-n', 'true']),
    hasTerminal: process.stdin.isTTY && process.stdout.isTTY,
  };
}

/** @returns the packages that the package manager does not have. */
async function install(missing: readonly Need[], machine: Machine): Promise<readonly string[]> {
  const todo = plan(missing, machine);
  if (todo.kind === 'nothing') return [];
  console.log(`This machine lacks ${missing.map(({ name }) => name).join(', ')}.`);
  if (todo.kind === 'tell' || (todo.kind === 'ask' && !(await agrees(todo)))) return [];
  const startMs = Date.now();
  const absent = machine.manager === 'apt' ? installWithApt(missing, machine) : installWith(todo);
  console.log(`That took ${Math.round((Date.now() - startMs) / 1000)} s.`);
  return absent;
}

async function agrees({ command }: Plan): Promise<boolean> {
  const terminal = readline.createInterface({ input: process.stdin, output: process.stdout });
  try {
    return /^y/i.test(await terminal.question(`Install it with "${command.join(' ')}"? [y/N] `));
  } finally {
    terminal.close();
  }
}

function installWith({ command }: Plan): readonly string[] {
  execute(command);
  return [];
}

/** apt refuses the whole command for one package that it does not have, so it is asked first what it has. */
function installWithApt(missing: readonly Need[], machine: Machine): readonly string[] {
  const { packages } = plan(missing, machine);
  execute([...sudo(machine), 'apt-get', 'update', '-qq', '-o', 'DPkg::Lock::Timeout=300']);
  const known = candidates(output('apt-cache', ['policy', ...packages]));
  const wanted = packages.filter((name) => known.includes(name));
  if (wanted.length > 0) {
    const dryRun = [...managers.apt.install.slice(1), '--assume-no', ...wanted].filter((word) => word !== '-y');
    const size = downloadSize(output('apt-get', dryRun));
    console.log(`Installing ${wanted.join(' ')}: ${size ?? 'a few MB'} to download, then up to some minutes…`);
    const services = missing.flatMap((need) => need.services ?? []).join(' ');
    execute([...sudo(machine), 'sh', fileURLToPath(new URL('apt.sh', import.meta.url)), services, ...wanted]);
  }
  return packages.filter((name) => !known.includes(name));
}

/** The packages of which `apt-cache policy` knows a version to install. */
export function candidates(policy: string): string[] {
  return [...policy.matchAll(/^(\S+):\n {2}Installed: .*\n {2}Candidate: (?!\(none\))/gm)].map(([, name = '']) => name);
}

/** How much `apt-get` would download, as it says it. */
export function downloadSize(dryRun: string): string | undefined {
  return /^Need to get (?:\S+ \S+\/)?(\S+ \wB) of archives/m.exec(dryRun)?.[1];
}

function output(command: string, args: readonly string[]): string {
  return spawnSync(command, args, { encoding: 'utf8', env: { ...process.env, LC_ALL: 'C' } }).stdout;
}

/** What fails shows its own error; what is missing then is told afterwards, with what to do. */
function execute([command = '', ...args]: readonly string[]): void {
  const { status, error } = spawnSync(command, args, { stdio: ['inherit', 'inherit', 'inherit'] });
  if (status !== 0) console.error(`${command} ${args.join(' ')}: ${error?.message ?? `ended with code ${status}`}`);
}
