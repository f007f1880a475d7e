import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { findChromium } from '../../test/support/vscode/browser.ts';
import { findFlask } from '../../test/support/devServer.ts';

/** A program that some tests use and npm does not bring. */
export interface Need {
  readonly name: string;
  isHere(): boolean;
  /** How to get it, by system: a Debian package, a Homebrew formula. */
  readonly debian: string;
  readonly brew: string;
}

export const sshd: Need = {
  name: 'sshd',
  isHere: () => fs.existsSync('/usr/sbin/sshd') && onPath('ssh-keygen'),
  debian: 'openssh-server',
  brew: 'openssh',
};
export const flask: Need = {
  name: 'Flask',
  isHere: () => findFlask() !== undefined,
  debian: 'python3-flask',
  brew: 'python && python3 -m pip install flask',
};
export const chromium: Need = {
  name: 'Chromium',
  isHere: () => findChromium() !== undefined,
  debian: 'chromium',
  brew: '--cask chromium',
};
export const ss: Need = {
  name: 'ss',
  isHere: () => process.platform !== 'linux' || onPath('ss'),
  debian: 'iproute2',
  brew: 'iproute2mac',
};
export const ps: Need = { name: 'ps', isHere: () => onPath('ps'), debian: 'procps', brew: 'procps' };
export const netcat: Need = { name: 'nc', isHere: () => onPath('nc'), debian: 'netcat-openbsd', brew: 'netcat' };

/** What to do about a missing program on this machine. */
export function howToGet({ name, debian, brew }: Need): string {
  const command = process.platform === 'darwin' ? `brew install ${brew}` : `apt-get install ${debian}`;
  return `${name} is missing: ${command}`;
}

function onPath(program: string): boolean {
  return spawnSync('sh', ['-c', `command -v ${program}`], { stdio: 'ignore' }).status === 0;
}
