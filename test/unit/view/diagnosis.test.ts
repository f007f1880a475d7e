import assert from 'node:assert/strict';
import test from 'node:test';
import type { ForwardSpec } from '../../../src/core/spec/spec.ts';
import { readPortRules } from '../../../src/core/policy/portRules.ts';
import type { Problem } from '../../../src/core/problem.ts';
import { defaultSettings, type Settings } from '../../../src/core/session/settings.ts';
import {
  type AppState,
  emptyState,
  type ForwardState,
  type ForwardStatus,
  type HostState,
  type LinkState,
} from '../../../src/core/session/state.ts';
import { diagnosis } from '../../../src/view/diagnosis.ts';
import { someTraffic } from '../../support/state.ts';

/** Stands for everything that somebody may want to keep to themselves. */
const secret = 'hunter2';
const settings: Settings = {
  ...defaultSettings,
  configFile: `/home/${secret}/.ssh/config`,
  portRules: readPortRules([{ portsAttributes: { [`/${secret}/`]: { label: secret } } }], []),
  hosts: { [secret]: { forwardExisting: true } },
};
const spec: ForwardSpec = {
  kind: 'local',
  bind: { kind: 'tcp', host: `${secret}.example`, port: 5001 },
  to: { kind: 'tcp', host: `db.${secret}`, port: 5432 },
};
const to = { kind: 'tcp', host: secret, port: 1 } as const;
const problems: readonly Problem[] = [
  { code: 'configSyntax', file: `/${secret}`, line: 7, detail: secret },
  { code: 'fileUnreadable', file: `/${secret}`, detail: secret },
  { code: 'configBadName', what: 'host', value: secret },
  { code: 'commandNotAllowed', command: secret },
  { code: 'dnsFailed', host: secret, hostName: secret },
  { code: 'connectionRefused', host: secret, address: secret, port: 22 },
  { code: 'unreachable', host: secret, address: secret, port: 22, detail: secret },
  { code: 'timeout', host: secret, phase: 'auth' },
  { code: 'hostKeyChanged', host: secret, fingerprint: secret, keyType: secret, file: secret, line: 3, lookup: secret },
  { code: 'authFailed', host: secret, user: secret, tried: [secret], accepted: [secret], said: secret },
  { code: 'proxyFailed', host: secret, command: secret, detail: secret },
  { code: 'jumpFailed', host: secret, via: secret, why: { code: 'connectFailed', to, detail: secret } },
  { code: 'connectFailed', to, detail: secret },
  { code: 'forwardingProhibited', to, detail: secret },
  { code: 'portInUse', bind: { kind: 'unix', path: `/${secret}` }, owner: { pid: 1, name: secret } },
  { code: 'localConnectFailed', to, reason: 'refused', detail: secret },
  { code: 'commandSyntax', reason: 'unknownFlag', word: secret },
  { code: 'unexpected', detail: secret },
];

function host(change: Partial<HostState> = {}): HostState {
  return {
    name: `me@${secret}:2222`,
    source: { kind: 'config', file: `/home/${secret}/.ssh/config`, line: 3 },
    link: {
      kind: 'online',
      since: 0,
      facts: {
        transport: 'builtin',
        serverVersion: `SSH-2.0-OpenSSH_9.2p1 ${secret}`,
        cipher: 'aes128-gcm@openssh.com',
        kex: 'curve25519-sha256',
        hostKey: 'ssh-ed25519',
        via: [secret],
        authMethod: `publickey ${secret}`,
      },
    },
    detection: { kind: 'unavailable', reason: 'noShell', detail: secret },
    remotePorts: [
      {
        port: 5000,
        addresses: [secret],
        process: {
          pid: 812,
          name: secret,
          user: secret,
          commandLine: [secret],
          workingDirectory: `/${secret}`,
          container: secret,
        },
        program: {
          framework: 'flask',
          name: secret,
          icon: secret,
          role: 'devServer',
          scheme: 'http',
          path: `/?token=${secret}`,
          title: secret,
        },
        seenAt: 0,
        wasThere: false,
      },
    ],
    forwards: [],
    ...change,
  };
}

function forward(id: string, status: ForwardStatus, change: Partial<ForwardState> = {}): ForwardState {
  return { id, spec, origin: 'user', label: secret, status, ...change };
}

function report(state: Partial<AppState>): string {
  return diagnosis({
    state: { ...emptyState, ...state },
    settings,
    versions: { 'SSH Ports': '0.1.0' },
    rttMs: new Map([[host().name, 12.34]]),
  });
}

void test('nothing private reaches the diagnosis, whatever the state holds', () => {
  const links: LinkState[] = problems.flatMap((why) => [
    { kind: 'waiting', retryAt: 0, why },
    { kind: 'failed', why },
  ]);
  const socket: ForwardSpec = {
    kind: 'remote',
    bind: { kind: 'unix', path: secret },
    to: { kind: 'unix', path: secret },
  };
  const bound = [
    { kind: 'tcp', address: secret, port: 5001 },
    { kind: 'unix', path: secret },
  ] as const;
  const forwards = problems.flatMap((why, index) => [
    forward(`${index}f`, { kind: 'failed', why }),
    forward(`${index}t`, { kind: 'open', bound, traffic: someTraffic, trouble: why, instead: { port: 5000, why } }),
    forward(`${index}s`, { kind: 'open', bound, traffic: someTraffic, trouble: why, sharedFor: 5 }, { spec: socket }),
  ]);
  const hosts = [host({ forwards }), ...links.map((link) => host({ link, forwards }))];
  const text = report({ hosts, configProblems: problems });
  assert.doesNotMatch(text, new RegExp(secret, 'u'));
  for (const { code } of problems) assert.match(text, new RegExp(`\\b${code}\\b`, 'u'));
});

void test('the diagnosis has the facts that a bug report needs', () => {
  const local: ForwardSpec = {
    ...spec,
    bind: { kind: 'tcp', host: undefined, port: 5000 },
    to: { ...to, host: 'localhost', port: 5000 },
  };
  const bound = [{ kind: 'tcp', address: '127.0.0.1', port: 5000 }] as const;
  const text = report({
    hosts: [
      host({
        detection: { kind: 'watching', method: 'ss', pollMs: 500 },
        forwards: [forward('1', { kind: 'open', bound, traffic: someTraffic }, { spec: local, remotePort: 5000 })],
      }),
    ],
  });
  for (const line of [
    '- SSH Ports: 0.1.0',
    '- autoForward: devServers',
    '- configFile: set',
    '- port rules: 1, without effect: 0',
    '- known hosts: 1, used: 1',
    '- link: online, builtin, SSH-2.0-OpenSSH_9.2p1, aes128-gcm@openssh.com, curve25519-sha256, ssh-ed25519, publickey, 1 jump host',
    '- round trip: 12.3 ms',
    '- detection: watching by ss every 500 ms',
    '- remote ports: 5000 flask (new)',
    '- forward 1: local 5000 → localhost:5000, by user, listening at IPv4 loopback port 5000, 1 open of 3 connections, 2.0 kB sent, 1.4 MB received',
    '  - path: user ok → listener ok → client ok → jump ok → server ok → target ok',
  ]) {
    assert.ok(text.split('\n').includes(line), `${line}\nin\n${text}`);
  }
});

void test('the diagnosis only counts unused hosts', () => {
  const text = report({ hosts: [host({ link: { kind: 'idle' } })] });
  assert.match(text, /known hosts: 1, used: 0/u);
  assert.doesNotMatch(text, /## Host/u);
});
