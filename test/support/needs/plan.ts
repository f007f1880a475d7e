import type { Need } from './needs.ts';
import { type ManagerName, managers } from './packageManager.ts';

/** What decides how a missing program is got. */
export interface Machine {
  readonly manager: ManagerName | undefined;
  readonly isRoot: boolean;
  /** Does `sudo` work without a password? */
  readonly hasFreeSudo: boolean;
  /** Can a question be asked? */
  readonly hasTerminal: boolean;
}

export interface Plan {
  /** `ask`: install after a yes. `tell`: the person has to run the command. */
  readonly kind: 'nothing' | 'install' | 'ask' | 'tell';
  readonly packages: readonly string[];
  /** The command that installs them, for a person to read or to run. */
  readonly command: readonly string[];
}

/** Debian and Ubuntu are set up without a question where that needs no password; every other machine is asked about. */
export function plan(missing: readonly Need[], machine: Machine): Plan {
  const { manager } = machine;
  const packages = [...new Set(missing.flatMap((need) => packagesOf(need, manager)))].sort();
  if (manager === undefined || packages.length === 0) return { kind: 'nothing', packages: [], command: [] };
  const command = [...sudo(machine), ...managers[manager].install, ...packages];
  return { kind: kindOf(machine), packages, command };
}

export function packagesOf(need: Need, manager: ManagerName | undefined): readonly string[] {
  return (manager && need.packages[manager]) ?? [];
}

/** The command that makes the rest of a command line run as root; none where it does already, or must not. */
export function sudo({ manager, isRoot }: Machine): readonly string[] {
  return manager !== undefined && managers[manager].asRoot && !isRoot ? ['sudo'] : [];
}

function kindOf({ manager, isRoot, hasFreeSudo, hasTerminal }: Machine): 'install' | 'ask' | 'tell' {
  if (manager === 'apt' && (isRoot || hasFreeSudo)) return 'install';
  return hasTerminal ? 'ask' : 'tell';
}

/** What to do about a program that is missing still. `available`: could the package manager have brought it? */
export function advice(need: Need, machine: Machine, available: boolean): string {
  if (available) return `${need.name} is missing. Run: ${plan([need], machine).command.join(' ')}`;
  const { manager } = machine;
  const why =
    manager === undefined ? 'there is no package manager that we know' : `${managers[manager].program} has none`;
  const how = need.otherwise ?? `what Debian calls ${(need.packages.apt ?? []).join(' ')} has it`;
  return `${need.name} is missing, and ${why}: ${how}`;
}
