import assert from 'node:assert/strict';
import fs from 'node:fs';
import test from 'node:test';
import { emptyState, type ForwardState } from '../../../src/core/session/state.ts';
import { announcement } from '../../../src/view/announcement.ts';
import { byteText, forwardUrl } from '../../../src/view/forwardText.ts';
import type { Row } from '../../../src/view/row.ts';
import { treeRows } from '../../../src/view/rows.ts';
import { processName } from '../../../src/view/remotePortText.ts';
import { status } from '../../../src/view/status.ts';
import {
  appState,
  facts,
  flask,
  flaskPort,
  forwardState,
  hostState,
  onlineHost,
  openAt,
  remoteForward,
  someTraffic,
  sshdPort,
  seenPort,
} from '../../support/state.ts';

const refused = { code: 'connectionRefused', host: 'down', address: '127.0.0.1', port: 1 } as const;

const forward = (change: Partial<ForwardState> = {}): ForwardState =>
  forwardState(5000, { status: openAt(5000, { traffic: someTraffic }), ...change });

/** Markdown without its escapes and the weight of letters. */
function plainText(markdown = ''): string {
  return markdown.replaceAll(/\\([!-/:-@[-`{-~])/gu, '$1').replaceAll('**', '');
}

function only(rows: readonly Row[]): Row {
  assert.equal(rows.length, 1);
  const [row] = rows;
  assert.ok(row);
  return row;
}

void test('a click on an idle host connects it', () => {
  const row = only(treeRows(appState(hostState())));
  assert.equal(row.label, 'devbox');
  assert.equal(row.click, 'connect');
  assert.equal(row.context, 'host idle typed');
});

void test('a click on a problem of the configuration opens its line', () => {
  const problem = { code: 'configSyntax', file: '/home/me/.ssh/config', line: 7, detail: 'bad port x' } as const;
  const [row] = treeRows({ ...emptyState, configProblems: [problem] });
  assert.deepEqual([row?.label, row?.description], ['bad port x', 'config, line 7']);
  assert.match(row?.tooltip ?? '', /\/home\/me\/\.ssh\/config, line 7/u);
  assert.equal(row?.click, 'openConfig');
  assert.deepEqual(row.target, { kind: 'place', file: '/home/me/.ssh/config', line: 7 });
});

void test('a connected host without ports says what to do', () => {
  const host = only(treeRows(appState(onlineHost())));
  const row = only(host.children);
  assert.match(row.label, /Nothing listens yet/u);
  assert.deepEqual([row.click, row.target], ['forwardPort', { kind: 'host', host: 'devbox' }]);
});

void test('a connected host with only its sshd says what to do, above the sshd', () => {
  const host = only(treeRows(appState(onlineHost({ remotePorts: [sshdPort] }))));
  assert.match(host.children[0]?.label ?? '', /Nothing else listens yet/u);
  assert.deepEqual([host.children[1]?.label, host.children[1]?.description], ['22', 'OpenSSH']);
});

test('a host without detection says why, and a click forwards a port', () => {
  const host = only(
    treeRows(appState(onlineHost({ detection: { kind: 'unavailable', reason: 'noShell', detail: '' } }))),
  );
  const row = only(host.children);
  assert.deepEqual([row.label, row.description], ['Servers cannot be detected', 'this login has no shell']);
  assert.match(row.tooltip, /Forward Port works/u);
  assert.equal(row.click, 'forwardPort');
});

void test('a click on a remote port forwards it, and infrastructure comes last', () => {
  const host = only(treeRows(appState(onlineHost({ remotePorts: [sshdPort, flaskPort()] }))));
  assert.deepEqual(
    host.children.map(({ label, description, click }) => [label, description, click]),
    [
      ['5000', 'Flask', 'forward'],
      ['22', 'OpenSSH', 'forward'],
    ],
  );
});

void test('the row of a forwarded web page shows both ports first, and a click opens the page', () => {
  const host = only(treeRows(appState(onlineHost({ remotePorts: [flaskPort()], forwards: [forward()] }))));
  const row = only(host.children);
  assert.deepEqual([row.label, row.description], ['5000 → 5000', 'Flask']);
  assert.equal(row.click, 'open');
  assert.match(row.tooltip, /3 in all; 2\.0 kB sent, 1\.4 MB received/u);
});

void test('a forward at another local port names the owner of the wanted one', () => {
  const instead = {
    port: 5000,
    why: { code: 'portInUse', bind: { kind: 'tcp', host: undefined, port: 5000 }, owner: { pid: 42, name: 'node' } },
  } as const;
  const moved = forward({
    status: openAt(5001, { traffic: someTraffic, instead }),
  });
  const host = onlineHost({ remotePorts: [flaskPort()], forwards: [moved] });
  const row = only(only(treeRows(appState(host))).children);
  assert.deepEqual([row.label, row.description], ['5000 → 5001', 'Flask · 5000 is taken']);
  assert.match(row.tooltip, /Local port 5000 is taken by node \(pid 42\)/u);
  assert.equal(
    announcement(host, moved),
    'Flask on devbox:5000 → http://localhost:5001. Local port 5000 is taken by node (pid 42).',
  );
});

void test('a click on a forwarded database copies the address', () => {
  const redis = flaskPort(5000, { program: { framework: 'redis', name: 'Redis', icon: 'database', role: 'database' } });
  const row = only(only(treeRows(appState(onlineHost({ remotePorts: [redis], forwards: [forward()] })))).children);
  assert.equal(row.click, 'copyAddress');
  assert.equal(row.context, 'forward copyable movable pausable shareable savable commandable');
});

void test('a URL has the scheme and path that the program gave', () => {
  const jupyter = flaskPort(5000, {
    program: {
      framework: 'jupyter',
      name: 'Jupyter',
      icon: 'notebook',
      role: 'devServer',
      scheme: 'https',
      path: '/lab',
    },
  });
  assert.equal(forwardUrl(onlineHost({ remotePorts: [jupyter] }), forward()), 'https://localhost:5000/lab');
});

void test('a reconnecting host keeps its forwards and says that it reconnects', () => {
  const host = onlineHost({ link: { kind: 'waiting', retryAt: 0, why: { code: 'linkLost' } }, forwards: [forward()] });
  const row = only(treeRows(appState(host)));
  assert.equal(row.description, 'reconnecting…');
  assert.equal(row.children.length, 1);
});

void test('the status bar item is hidden without a connection', () => {
  assert.equal(status(appState(hostState())), undefined);
});

void test('the status bar counts the forwards, names the host and lists the forwards', () => {
  const now = status(appState(onlineHost({ remotePorts: [flaskPort()], forwards: [forward()] })));
  assert.equal(now?.text, '$(plug) 1 · devbox');
  assert.match(plainText(now?.hover), /devbox connected, 1 forwarded.*5000 → 5000 \| Flask/su);
  assert.equal(now?.look, 'normal');
});

void test('the status bar says that forwarding is off', () => {
  const now = status({
    ...appState(onlineHost({ forwards: [forward({ status: { kind: 'off' } })] })),
    isForwarding: false,
  });
  assert.equal(now?.text, '$(debug-pause) off · devbox');
});

void test('the status bar warns when a forward failed', () => {
  const failed = forward({
    status: { kind: 'failed', why: { code: 'portPrivileged', bind: { kind: 'tcp', host: undefined, port: 80 } } },
  });
  const now = status(appState(onlineHost({ forwards: [failed] })));
  assert.equal(now?.look, 'warning');
  assert.match(plainText(now?.hover), /Local port 80 needs administrator rights/u);
});

void test('the status bar names the hosts that are connected, not those that failed beside them', () => {
  const broken = hostState({ name: 'down', link: { kind: 'failed', why: refused } });
  const now = status(appState(onlineHost({ forwards: [forward()] }), broken));
  assert.equal(now?.text, '$(warning) 1 · devbox');
  assert.match(plainText(now.hover), /down refused the connection/u);
  assert.equal(status(appState(broken))?.text, '$(warning) 0 · down');
});

void test('a screen reader hears each problem with its host', () => {
  const { spec, status: up } = forward();
  assert.ok(up.kind === 'open' && spec.kind === 'local');
  const trouble = { code: 'connectFailed', to: spec.to, detail: 'Connection refused' } as const;
  const now = status(appState(onlineHost({ forwards: [forward({ status: { ...up, trouble } })] })));
  assert.match(now?.spoken ?? '', /1 forwarded from devbox\. devbox: Nothing answers at localhost:5000/u);
});

void test('the status bar shows that forwarding is off, also before any host is connected', () => {
  const now = status({ ...emptyState, isForwarding: false });
  assert.equal(now?.text, '$(debug-pause) off');
  assert.match(plainText(now.hover), /^Forwarding is off\.\n\nClick for all addresses\.\n\n.*Switch On/su);
});

void test('the status bar lists a -R forward from the remote to this machine', () => {
  const now = status(appState(onlineHost({ forwards: [remoteForward(8022)] })));
  assert.match(plainText(now?.hover), /8022 ← 22 \| localhost:22 on this machine/u);
});

void test('a -R forward and its remote port share one row', () => {
  const row = only(
    only(treeRows(appState(onlineHost({ remotePorts: [flaskPort()], forwards: [remoteForward(5000)] })))).children,
  );
  assert.deepEqual([row.label, row.description], ['5000 ← 22', 'localhost:22 on this machine']);
});

void test('only a proxy that asks for a password says so', () => {
  const spec = { kind: 'dynamic', bind: { kind: 'tcp', host: undefined, port: 1080 } } as const;
  const tooltips = [forward({ spec, isProtected: true }), forward({ spec })].map(
    (each) => only(only(treeRows(appState(onlineHost({ forwards: [each] })))).children).tooltip,
  );
  assert.deepEqual(
    tooltips.map((tooltip) => /asks for a user name and a password/iu.test(tooltip)),
    [true, false],
  );
});

void test('byte counts use powers of 1000, as browsers do', () => {
  assert.deepEqual([0, 999, 1000, 1_400_000, 2_000_000_000].map(byteText), [
    '0 B',
    '999 B',
    '1.0 kB',
    '1.4 MB',
    '2.0 GB',
  ]);
});

test('a process has the name of its command, unless it overwrites its command line', () => {
  const named = (...commandLine: string[]): string | undefined =>
    processName({ port: 1, addresses: ['::'], process: { pid: 1, name: 'comm', commandLine } });
  assert.equal(named('/usr/bin/python3', '-m', 'flask'), 'python3');
  assert.equal(named('node', 'server.js'), 'node');
  assert.equal(named('sshd: /usr/sbin/sshd -D [listener] 0 of 10-100 startups'), 'comm');
  assert.equal(named(), 'comm');
});

void test('a program that nobody has asked says so, and its menu asks it', () => {
  const program = { framework: 'unknown', name: 'Python', icon: 'snake', role: 'unknown', isUnasked: true } as const;
  const row = only(only(treeRows(appState(onlineHost({ remotePorts: [seenPort(8085, { program })] })))).children);
  assert.equal(row.description, 'node · not asked');
  assert.match(row.tooltip, /it might serve one client only/u);
  const manifest = JSON.parse(fs.readFileSync('package.json', 'utf8')) as Manifest;
  const offered = manifest.contributes.menus['view/item/context'].filter(({ when }) =>
    new RegExp(/viewItem =~ \/(.*)\//u.exec(when)?.[1] ?? '^$', 'u').test(row.context),
  );
  const commands = new Set(offered.map(({ command }) => command));
  assert.deepEqual([...commands], ['sshPorts.forwardListener', 'sshPorts.askProgram', 'sshPorts.browseThrough']);
});

interface Manifest {
  readonly contributes: {
    readonly menus: { readonly 'view/item/context': readonly { readonly command: string; readonly when: string }[] };
  };
}

test('the row of a forward of the SSH configuration says “config”', () => {
  const row = only(
    only(treeRows(appState(onlineHost({ remotePorts: [flaskPort()], forwards: [forward({ origin: 'config' })] }))))
      .children,
  );
  assert.equal(row.description, 'Flask · config');
});

test('the tooltip of a host says that the system’s ssh carries the connection', () => {
  const since = { kind: 'online', since: 0 } as const;
  const row = only(treeRows(appState(onlineHost({ link: { ...since, facts: { ...facts, transport: 'openssh' } } }))));
  assert.match(row.tooltip, /Carried by the system's ssh/u);
});

test('a -R forward of another window shows its remote address, and has no click', () => {
  const elsewhere = remoteForward(8022, { status: { kind: 'elsewhere' } });
  const row = only(only(treeRows(appState(onlineHost({ forwards: [elsewhere] })))).children);
  assert.deepEqual([row.label, row.description], ['8022 ← 22', 'localhost:22 on this machine · in another window']);
  assert.match(row.tooltip, /moves to this window when that window stops it/u);
  assert.equal(row.click, undefined);
});

test('a forward of another window shows its address', () => {
  const elsewhere = forward({ status: { kind: 'elsewhere', localPort: 5000 } });
  const row = only(
    only(treeRows(appState(onlineHost({ remotePorts: [flaskPort()], forwards: [elsewhere] })))).children,
  );
  assert.deepEqual([row.label, row.description], ['5000 → 5000', 'Flask · in another window']);
  assert.match(row.tooltip, /moves to this window when that window stops it/u);
  assert.equal(row.click, 'open');
});

test('a dormant forward shows its program, and the port that will return', () => {
  const asleep = forward({ status: { kind: 'dormant', localPort: 5000, server: flask } });
  const row = only(only(treeRows(appState(onlineHost({ forwards: [asleep] })))).children);
  assert.deepEqual([row.label, row.description], ['5000', 'Flask · server stopped; localhost:5000 returns with it']);
});

test('forwards are sorted by port, and those without a port stay in the order of their creation', () => {
  const bind = { kind: 'tcp', host: undefined, port: 1080 } as const;
  const { remotePort: _none, ...socks } = forward({ id: 'socks', spec: { kind: 'dynamic', bind } });
  const forwards = [socks, forward({ id: 'b', remotePort: 8000 }), forward({ id: 'a', remotePort: 5000 })];
  const { children } = only(treeRows(appState(onlineHost({ forwards }))));
  assert.deepEqual(
    children.map(({ label }) => label.split(' ')[0]),
    ['5000', '8000', 'SOCKS'],
  );
});

void test('forwarding a port changes neither the place nor the id of its row', () => {
  const remotePorts = [4100, 4200, 4300].map((port) => ({ ...flaskPort(), port }));
  const place = (forwards: readonly ForwardState[]): readonly string[] =>
    only(treeRows(appState(onlineHost({ remotePorts: [sshdPort, ...remotePorts], forwards })))).children.map(
      ({ id }) => id,
    );
  const before = place([]);
  assert.deepEqual(before, ['port:devbox:4100', 'port:devbox:4200', 'port:devbox:4300', 'port:devbox:22']);
  assert.deepEqual(place([forward({ remotePort: 4200 })]), before);
  assert.deepEqual(place([forward({ remotePort: 4200, status: { kind: 'paused' } })]), before);
  assert.deepEqual(place([forward({ remotePort: 22 })]), before);
});

void test('two forwards of one port have rows with different ids', () => {
  const forwards = [forward({ id: 'a' }), forward({ id: 'b' })];
  const ids = only(treeRows(appState(onlineHost({ remotePorts: [flaskPort()], forwards })))).children.map(
    ({ id }) => id,
  );
  assert.deepEqual(ids, ['port:devbox:5000', 'forward:devbox:b']);
});

void test('hosts in use come first, and keep their order', () => {
  const idle = ['a', 'b', 'c', 'd'].map((name) => hostState({ name }));
  const used = (name: string) => onlineHost({ name });
  const failed = hostState({ name: 'f', link: { kind: 'failed', why: refused } });
  const [a, b, c, d] = idle;
  assert.ok(a && b && c && d);
  const labels = treeRows(appState(a, used('y'), b, failed, c, used('x'), d)).map(({ label }) => label);
  assert.deepEqual(labels, ['y', 'f', 'x', 'a', 'b', 'c', 'd']);
});

void test('a forward to a port where nothing listens has a hollow grey icon and says so', () => {
  const row = only(only(treeRows(appState(onlineHost({ forwards: [forward()] })))).children);
  assert.deepEqual(row.icon, { id: 'circle-outline', color: 'disabledForeground' });
  assert.match(row.description, /nothing listens there yet/u);
  const there = only(
    only(treeRows(appState(onlineHost({ remotePorts: [flaskPort()], forwards: [forward()] })))).children,
  );
  assert.doesNotMatch(there.description, /nothing listens/u);
});

void test('without detection nobody knows that nothing listens', () => {
  const detection = { kind: 'unavailable', reason: 'noShell', detail: '' } as const;
  const [row] = only(treeRows(appState(onlineHost({ detection, forwards: [forward()] })))).children;
  assert.doesNotMatch(row?.description ?? '', /nothing listens/u);
});

void test('the row of a failed host gives the reason in a few words, and the tooltip in full', () => {
  const row = only(treeRows(appState(hostState({ name: 'down', link: { kind: 'failed', why: refused } }))));
  assert.equal(row.description, 'refused');
  assert.match(row.tooltip, /^down refused the connection: nothing listens on 127\.0\.0\.1:1\.\nCheck/u);
});

test('the filter hides what is not forwarded, says how much, and ends with a click', () => {
  const host = onlineHost({ remotePorts: [flaskPort(), flaskPort(8000), sshdPort], forwards: [forward()] });
  const { children } = only(treeRows(appState(host), 'forwarded'));
  assert.deepEqual(
    children.map(({ label, click }) => [label, click]),
    [
      ['5000 → 5000', 'open'],
      ['2 not forwarded', 'showAllPorts'],
    ],
  );
});

test('a host has one id in all its states, so that it keeps selection, focus and folding', () => {
  const waiting = { kind: 'waiting', retryAt: 0, why: { code: 'linkLost' } } as const;
  const hosts = [hostState(), onlineHost({ remotePorts: [flaskPort()] }), onlineHost({ link: waiting })];
  assert.deepEqual(
    hosts.map((host) => only(treeRows(appState(host))).id),
    ['host:devbox', 'host:devbox', 'host:devbox'],
  );
});

test('hosts of the window before it was reloaded come first and say so, typed ones too', () => {
  const state = { ...appState(hostState({ name: 'a' }), hostState({ name: 'b' })), windowHosts: ['b', 'me@typed'] };
  assert.deepEqual(
    treeRows(state).map(({ label, description, context }) => [label, description, context]),
    [
      ['b', 'was connected', 'host idle left'],
      ['me@typed', 'was connected', 'host idle left'],
      ['a', '', 'host idle typed'],
    ],
  );
});

test('the address of a third host’s forward comes before the long name of the host', () => {
  const spec = {
    kind: 'local',
    bind: { kind: 'tcp', host: undefined, port: 8000 },
    to: { kind: 'tcp', host: 'db.internal', port: 5432 },
  } as const;
  const { remotePort: _none, ...db } = forward({ spec, status: openAt(8000) });
  const row = only(only(treeRows(appState(onlineHost({ forwards: [db] })))).children);
  assert.deepEqual([row.label, row.description], ['→ 8000', 'db.internal:5432']);
  const paused = only(
    only(treeRows(appState(onlineHost({ forwards: [{ ...db, status: { kind: 'paused' } }] })))).children,
  );
  assert.deepEqual([paused.label, paused.description], ['db.internal:5432', 'paused']);
});
