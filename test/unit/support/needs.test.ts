import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { needsOf, type Need } from '../../support/needs/needs.ts';
import { advice, type Machine, plan } from '../../support/needs/plan.ts';
import { candidates, downloadSize } from '../../support/needs/provide.ts';

const sshd: Need = {
  name: 'sshd',
  isHere: () => false,
  packages: { apt: ['openssh-server', 'openssh-client'], dnf: ['openssh-server'] },
};
const flask: Need = { name: 'Flask', isHere: () => false, packages: { apt: ['python3-flask'] }, otherwise: 'pip' };
const debian: Machine = { manager: 'apt', isRoot: true, hasFreeSudo: false, hasTerminal: false };

void describe('how a missing program is got', () => {
  const cases: readonly [string, Partial<Machine>, ReturnType<typeof plan>['kind'], string][] = [
    ['Debian as root installs', {}, 'install', 'apt-get install -y'],
    ['root with a terminal is not asked either', { hasTerminal: true }, 'install', 'apt-get install -y'],
    ['sudo without a password installs', { isRoot: false, hasFreeSudo: true }, 'install', 'sudo apt-get install -y'],
    ['sudo with a password is asked about', { isRoot: false, hasTerminal: true }, 'ask', 'sudo apt-get install -y'],
    ['without a terminal the command is told', { isRoot: false }, 'tell', 'sudo apt-get install -y'],
    ['dnf is asked about, as root too', { manager: 'dnf', hasTerminal: true }, 'ask', 'dnf install -y openssh-server'],
    ['dnf takes sudo', { manager: 'dnf', isRoot: false }, 'tell', 'sudo dnf install -y openssh-server'],
    ['what the package manager lacks is not installed', { manager: 'brew' }, 'nothing', ''],
    ['no package manager, no installation', { manager: undefined }, 'nothing', ''],
  ];
  for (const [name, machine, kind, command] of cases) {
    void test(name, () => {
      const made = plan([sshd, flask], { ...debian, ...machine });
      assert.equal(made.kind, kind);
      assert.ok(made.command.join(' ').startsWith(command), made.command.join(' '));
    });
  }
});

void test('a package that two needs name is installed once', () => {
  assert.deepEqual(plan([sshd, sshd, flask], debian).packages, ['openssh-client', 'openssh-server', 'python3-flask']);
});

void test('what is missing is told with the next step', () => {
  assert.match(
    advice(sshd, { ...debian, isRoot: false }, true),
    /^sshd is missing. Run: sudo apt-get install .*server$/,
  );
  assert.equal(advice(flask, { ...debian, manager: 'brew' }, false), 'Flask is missing, and brew has none: pip');
  assert.match(advice(sshd, { ...debian, manager: undefined }, false), /Debian calls openssh-server openssh-client/);
});

void test('every need has a Debian package, and says what to do where another manager has none', () => {
  for (const need of Object.values(needsOf).flat() as readonly Need[]) {
    assert.ok(need.packages.apt?.length, need.name);
    const isKnownElsewhere = need.packages.dnf && need.packages.pacman;
    assert.ok(need.optional ?? isKnownElsewhere, need.name);
  }
});

void test('apt is asked which packages it has', () => {
  const policy = [
    'chromium:',
    '  Installed: (none)',
    '  Candidate: (none)',
    '  Version table:',
    'python3-flask:',
    '  Installed: (none)',
    '  Candidate: 2.2.2-3',
    '  Version table:',
    '     2.2.2-3 500',
    '',
  ];
  assert.deepEqual(candidates(policy.join('\n')), ['python3-flask']);
  const sizes = ['Need to get 312 MB of archives.', 'Need to get 1,234 kB/312 MB of archives.', 'nothing'];
  assert.deepEqual(sizes.map(downloadSize), ['312 MB', '312 MB', undefined]);
});
