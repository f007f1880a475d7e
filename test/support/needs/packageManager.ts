import { hasProgram } from './probes.ts';

export type ManagerName = 'apt' | 'dnf' | 'pacman' | 'brew';

/** How a package manager installs. */
interface PackageManager {
  readonly program: string;
  /** Must it run as root? Homebrew refuses to. */
  readonly asRoot: boolean;
  readonly install: readonly string[];
}

export const managers: Readonly<Record<ManagerName, PackageManager>> = {
  apt: { program: 'apt-get', asRoot: true, install: ['apt-get', 'install', '-y', '--no-install-recommends'] },
  dnf: { program: 'dnf', asRoot: true, install: ['dnf', 'install', '-y'] },
  pacman: { program: 'pacman', asRoot: true, install: ['pacman', '-S', '--needed', '--noconfirm'] },
  brew: { program: 'brew', asRoot: false, install: ['brew', 'install'] },
};

/** The package manager of this machine, if it is one that we know. */
export function findManager(): ManagerName | undefined {
  const names = Object.keys(managers) as ManagerName[];
  return names.find((name) => hasProgram(managers[name].program));
}
