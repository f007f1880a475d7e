import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Program } from '../../../src/core/detect/identify/program.ts';
import {
  type AutoForward,
  decide,
  type AutoForwardSettings,
  type Candidate,
  settlingMs,
} from '../../../src/core/policy/autoForward.ts';
import { readPortRules } from '../../../src/core/policy/portRules.ts';
import { remotePort } from '../../support/state.ts';

function program(role: Program['role'], framework: string): Program {
  return { framework, name: framework, icon: 'globe', role, evidence: 'answer' };
}

const flask = program('devServer', 'flask');
const nginx = program('web', 'nginx');
const postgresql = program('database', 'postgresql');

function candidate(port: number, is?: Program, more: Partial<Candidate> = {}): Candidate {
  const process = { pid: 7, name: 'python3', commandLine: ['python3', 'app.py'] };
  return { ...remotePort(port, { process }), ...(is && { program: is }), wasThere: false, ...more };
}

function owned(by: 'root' | 'other' | undefined, port = 5000): Candidate {
  const { process: _process, owner: _owner, ...rest } = candidate(port, flask);
  return { ...rest, ...(by && { owner: by }) };
}

function settings(
  more: Partial<AutoForwardSettings> = {},
  portsAttributes: unknown = {},
  others: unknown = {},
): AutoForwardSettings {
  const rules = readPortRules([{ portsAttributes, otherPortsAttributes: others }], ['flask', 'postgresql']);
  return { mode: 'devServers', forwardExisting: false, rules, sshPort: 2222, ...more };
}

function fate(of: Candidate, given = settings()): AutoForward {
  return decide(of, given);
}

function outcome(of: Candidate, given = settings()): string {
  const action = fate(of, given);
  return `${action.kind}: ${action.why}`;
}

void test('a dev server that starts is forwarded', () => {
  assert.equal(outcome(candidate(5000, flask)), 'forward: devServer');
});

void test('a web server of the system is listed but not forwarded', () => {
  assert.equal(outcome(candidate(8080, nginx)), 'ignore: notADevServer');
});

void test('an unidentified program is not forwarded', () => {
  assert.equal(outcome(candidate(8080)), 'ignore: notADevServer');
});

void test('mode all forwards every port of the user', () => {
  assert.equal(outcome(candidate(8080, nginx), settings({ mode: 'all' })), 'forward: all');
  assert.equal(outcome(candidate(8080), settings({ mode: 'all' })), 'forward: all');
});

void test('mode off forwards nothing, whatever the rules say', () => {
  assert.equal(outcome(candidate(5000, flask), settings({ mode: 'off' }, { '5000': { label: 'Web' } })), 'ignore: off');
});

void test('a rule forwards a port that is no dev server', () => {
  assert.equal(
    outcome(candidate(8080, nginx), settings({}, { '8080': { label: 'Web', onAutoForward: 'notify' } })),
    'forward: rule',
  );
});

void test('the decision carries the attributes of the port', () => {
  const action = fate(candidate(5000, flask), settings({}, { '5000': { label: 'API', requireLocalPort: true } }));
  assert.deepEqual(action.kind === 'forward' && action.attributes, { label: 'API', requireLocalPort: true });
});

void test('an ignore rule keeps a dev server from being forwarded', () => {
  assert.equal(outcome(candidate(5000, flask), settings({}, { flask: { onAutoForward: 'ignore' } })), 'ignore: rule');
});

void test('otherPortsAttributes can ignore ports that no rule matches', () => {
  const given = settings({}, { '5001': { onAutoForward: 'notify' } }, { onAutoForward: 'ignore' });
  assert.equal(outcome(candidate(5000, flask), given), 'ignore: rule');
  assert.equal(outcome(candidate(5001, flask), given), 'forward: rule');
});

void test('otherPortsAttributes alone forwards nothing', () => {
  assert.equal(outcome(candidate(8080, nginx), settings({}, {}, { onAutoForward: 'silent' })), 'ignore: notADevServer');
});

void test('port 22 and the port of the SSH connection are never forwarded', () => {
  const given = settings({ mode: 'all' }, { '1-65535': { onAutoForward: 'notify' } });
  for (const port of [22, 2222]) assert.equal(outcome(candidate(port, flask), given), 'ignore: sshPort');
});

void test("the editors' own servers are never forwarded", () => {
  const editor = program('infrastructure', 'vscode-server');
  assert.equal(
    outcome(candidate(8000, editor), settings({ mode: 'all' }, { '8000': { onAutoForward: 'notify' } })),
    'ignore: infrastructure',
  );
});

void test('a database is forwarded only by a rule', () => {
  assert.equal(outcome(candidate(5432, postgresql), settings({ mode: 'all' })), 'ignore: database');
  assert.equal(
    outcome(candidate(5432, postgresql), settings({}, { '5432': { onAutoForward: 'notify' } })),
    'forward: rule',
  );
  assert.equal(
    outcome(candidate(5432, postgresql), settings({}, { postgresql: { onAutoForward: 'notify' } })),
    'forward: rule',
  );
});

void test('a program of another user or root is forwarded only by a rule', () => {
  for (const owner of ['other', 'root', undefined] as const) {
    assert.equal(outcome(owned(owner), settings({ mode: 'all' })), 'ignore: otherUser');
    assert.equal(outcome(owned(owner), settings({}, { '5000': { onAutoForward: 'notify' } })), 'forward: rule');
  }
});

void test('a process without an owner counts as the user’s own', () => {
  const { owner: _owner, ...rest } = candidate(5000, flask);
  assert.equal(outcome(rest), 'forward: devServer');
});

void test('a port that was open at connect is forwarded only by a rule or with forwardExisting', () => {
  const existing = candidate(5000, flask, { wasThere: true });
  assert.equal(outcome(existing), 'ignore: existing');
  assert.equal(outcome(existing, settings({ forwardExisting: true })), 'forward: devServer');
  assert.equal(outcome(existing, settings({}, { flask: { onAutoForward: 'notify' } })), 'forward: rule');
});

void test('an ephemeral port must be open for two seconds before its program is asked', () => {
  const ms = (port: number, given = settings()): number => settlingMs(candidate(port), given.rules);
  assert.equal(ms(40_000), 2000);
  assert.equal(ms(32_767), 0);
  assert.equal(ms(40_000, settings({}, { '40000': { label: 'Mine' } })), 2000);
  assert.equal(ms(40_000, settings({}, { '40000': { onAutoForward: 'notify' } })), 0);
});

void test('a rule can match the command line', () => {
  assert.equal(
    outcome(candidate(8080, nginx), settings({}, { 'app\\.py': { label: 'App', onAutoForward: 'notify' } })),
    'forward: rule',
  );
});

void test('a program that returns is forwarded again', () => {
  assert.equal(outcome(candidate(5000, flask, { wasThere: false })), 'forward: devServer');
});

test('a rule that only labels a port, or is silent, does not forward it', () => {
  assert.equal(outcome(candidate(8080, nginx), settings({}, { '8080': { label: 'Docs' } })), 'ignore: notADevServer');
  assert.equal(outcome(candidate(443, nginx), settings({}, { '443': { protocol: 'https' } })), 'ignore: notADevServer');
  const quiet = settings({}, { flask: { onAutoForward: 'silent' } });
  assert.equal(outcome(candidate(5000, flask, { wasThere: true }), quiet), 'ignore: existing');
  assert.equal(outcome(candidate(5000, flask), quiet), 'forward: devServer');
});

void test('a rule names a container by its name, its docker name or its service alone', () => {
  const container = {
    name: 'shop/web',
    runtime: 'docker',
    id: '0123456789ab',
    containerName: 'shop-web-1',
    service: 'web',
    project: 'shop',
    addresses: ['172.18.0.2'],
  } as const;
  const inside = candidate(8000, nginx, { container });
  for (const key of ['shop/web', 'shop-web-1', 'web', 'Web', 'web:8000']) {
    const decision = decide(inside, settings({}, { [key]: { label: 'Shop', onAutoForward: 'notify' } }));
    assert.deepEqual([decision.kind, decision.why], ['forward', 'rule'], key);
  }
  for (const key of ['we', 'shop', 'web:8001']) {
    const decision = decide(inside, settings({}, { [key]: { onAutoForward: 'notify' } }));
    assert.equal(decision.kind, 'ignore', key);
  }
});
