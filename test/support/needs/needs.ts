import fs from 'node:fs';
import { findFlask } from '../devServer.ts';
import { findChromium } from '../vscode/findChromium.ts';
import { hasFile, hasProgram, hasPython, hasRuby } from './probes.ts';
import type { ManagerName } from './packageManager.ts';

/** A program that some tests use and npm does not bring. */
export interface Need {
  readonly name: string;
  isHere(): boolean;
  /** What it is called by package manager. A manager that is not named does not have it. */
  readonly packages: Readonly<Partial<Record<ManagerName, readonly string[]>>>;
  /** How to get it where the package manager does not have it. */
  readonly otherwise?: string;
  /** What Debian's package would start with the machine. */
  readonly services?: readonly string[];
  /** Only single tests use it, and skip themselves without it. */
  readonly optional?: true;
}

/** The same package name for all package managers. */
function everywhere(name: string): Need['packages'] {
  return { apt: [name], dnf: [name], pacman: [name], brew: [name] };
}

const sshd: Need = {
  name: 'sshd',
  isHere: () => fs.existsSync('/usr/sbin/sshd') && hasProgram('ssh-keygen'),
  packages: {
    apt: ['openssh-server', 'openssh-client'],
    dnf: ['openssh-server', 'openssh-clients'],
    pacman: ['openssh'],
  },
  services: ['ssh.service'],
};
const flask: Need = {
  name: 'Flask',
  isHere: () => findFlask() !== undefined,
  packages: { apt: ['python3-flask'], dnf: ['python3-flask'], pacman: ['python-flask'] },
  otherwise: 'python3 -m pip install flask',
};
export const chromium: Need = {
  name: 'Chromium',
  isHere: () => findChromium() !== undefined,
  packages: { apt: ['chromium'], dnf: ['chromium'], pacman: ['chromium'] },
  otherwise: 'install Google Chrome, or let CHROMIUM name another browser of its kind', // Ubuntu's is a snap, which cannot read /tmp
};
const ss: Need = {
  name: 'ss',
  isHere: () => process.platform !== 'linux' || hasProgram('ss'),
  packages: { apt: ['iproute2'], dnf: ['iproute'], pacman: ['iproute2'] },
};
const ps: Need = {
  name: 'ps',
  isHere: () => hasProgram('ps'),
  packages: { apt: ['procps'], dnf: ['procps-ng'], pacman: ['procps-ng'] },
};
const netcat: Need = {
  name: 'nc',
  isHere: () => hasProgram('nc'),
  packages: { apt: ['netcat-openbsd'], dnf: ['netcat'], pacman: ['openbsd-netcat'], brew: ['netcat'] },
};
const curl: Need = { name: 'curl', isHere: () => hasProgram('curl'), packages: everywhere('curl') };
const serviceNames: Need = {
  name: '/etc/services',
  isHere: () => process.platform === 'win32' || hasFile('/etc/services'),
  packages: { apt: ['netbase'], dnf: ['setup'], pacman: ['iana-etc'] },
};
const openssl: Need = { name: 'openssl', isHere: () => hasProgram('openssl'), packages: everywhere('openssl') };
const python: Need = {
  name: 'Python',
  isHere: () => hasProgram('python3'),
  packages: { apt: ['python3'], dnf: ['python3'], pacman: ['python'], brew: ['python'] },
};

/** What single tests start, at the paths where Debian has it: servers, login shells, and tools that look at ports. */
const debianNeeds: readonly Need[] = [
  debian('netstat', () => hasProgram('netstat'), 'net-tools'),
  debian('lsof', () => hasProgram('lsof')),
  debian('busybox', () => hasFile('/bin/busybox')),
  debian('dash', () => hasFile('/bin/dash')),
  debian('zsh', () => hasFile('/usr/bin/zsh')),
  debian('fish', () => hasFile('/usr/bin/fish')),
  debian('tcsh', () => hasFile('/usr/bin/tcsh')),
  debian('mksh', () => hasFile('/usr/bin/mksh')),
  debian('unshare', () => hasProgram('unshare') && hasProgram('nsenter'), 'util-linux'),
  debian('setcap', () => hasFile('/usr/sbin/setcap'), 'libcap2-bin'),
  debian('pam_google_authenticator', () => hasPam('google_authenticator'), 'libpam-google-authenticator'),
  debian('Django', () => hasPython('django'), 'python3-django'),
  debian('FastAPI', () => hasPython('fastapi'), 'python3-fastapi'),
  debian('uvicorn', () => hasPython('uvicorn'), 'python3-uvicorn'),
  debian('Tornado', () => hasPython('tornado'), 'python3-tornado'),
  debian('aiohttp', () => hasPython('aiohttp'), 'python3-aiohttp'),
  debian('gunicorn', () => hasFile('/usr/bin/gunicorn')),
  debian('Jupyter', () => hasPython('notebook'), 'jupyter-notebook'),
  debian('MkDocs', () => hasFile('/usr/bin/mkdocs'), 'mkdocs'),
  debian('certutil', () => hasProgram('certutil'), 'libnss3-tools'),
  debian('PHP', () => hasFile('/usr/bin/php'), 'php-cli'),
  debian('WEBrick', () => hasRuby('webrick'), 'ruby-webrick'),
  debian('Sinatra', () => hasRuby('sinatra'), 'ruby-sinatra'),
  debian('Puma', () => hasFile('/usr/bin/puma'), 'puma'),
  debian('Jekyll', () => hasFile('/usr/bin/jekyll'), 'jekyll'),
  debian('Hugo', () => hasFile('/usr/bin/hugo'), 'hugo'),
  debian('nginx', () => hasFile('/usr/sbin/nginx'), 'nginx-light', ['nginx.service']),
  debian('Apache', () => hasFile('/usr/sbin/apache2'), 'apache2', ['apache2.service']),
  debian('Caddy', () => hasFile('/usr/bin/caddy'), 'caddy', ['caddy.service']),
  debian('Prometheus', () => hasFile('/usr/bin/prometheus'), 'prometheus', ['prometheus.service']),
  debian('Redis', () => hasFile('/usr/bin/redis-server'), 'redis-server', ['redis-server.service']),
  debian('memcached', () => hasFile('/usr/bin/memcached'), 'memcached', ['memcached.service']),
];

function debian(name: string, isHere: () => boolean, apt = name, services: readonly string[] = []): Need {
  return { name, isHere, packages: { apt: [apt] }, services, optional: true };
}

function hasPam(module: string): boolean {
  const folders = [
    '/usr/lib/security',
    `/usr/lib/${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu/security`,
  ];
  return folders.some((folder) => hasFile(`${folder}/pam_${module}.so`));
}

const podman = debian('podman', () => hasProgram('podman'), 'podman', [
  'podman.service',
  'podman.socket',
  'podman-restart.service',
  'podman-auto-update.timer',
]);

/** What each stage of `npm test` uses. */
export const needsOf = {
  unit: [curl, serviceNames],
  integration: [sshd, flask, ss, ps, netcat, curl, openssl, python, serviceNames, ...debianNeeds],
  podman: [sshd, ss, ps, netcat, podman, ...debianNeeds.filter(({ name }) => name === 'busybox')],
  editor: process.platform === 'linux' ? [chromium] : [],
  ui: [chromium, sshd, flask, ss, ps, netcat, curl, serviceNames],
} as const satisfies Record<string, readonly Need[]>;
