import assert from 'node:assert/strict';
import test from 'node:test';
import type { ForwardSpec } from '../../../src/core/spec/spec.ts';
import type { Problem } from '../../../src/core/problem.ts';
import type { ForwardState, ForwardStatus, HostState, SeenPort } from '../../../src/core/session/state.ts';
import type { Hop, Measured } from '../../../src/view/path/hop.ts';
import { type ForwardPath, forwardPath } from '../../../src/view/path/path.ts';
import {
  appState,
  facts,
  flaskPort,
  forwardState,
  noTraffic,
  onlineHost,
  online,
  openAt,
  someTraffic,
  type OpenStatus,
} from '../../support/state.ts';

const flask = flaskPort(8080);

function server(
  port: number,
  framework: string,
  name: string,
  role: NonNullable<SeenPort['program']>['role'],
  addresses: readonly string[] = ['127.0.0.1'],
): SeenPort {
  const isWeb = role === 'devServer';
  const program = { framework, name, icon: 'beaker', role, ...(isWeb && { scheme: 'http' as const }) };
  return flaskPort(port, { addresses, process: { pid: 812, name }, program });
}

function local(toHost = 'localhost', port = 8080): ForwardSpec {
  return {
    kind: 'local',
    bind: { kind: 'tcp', host: undefined, port },
    to: { kind: 'tcp', host: toHost, port },
  };
}

function listening(change: Partial<OpenStatus> = {}): ForwardStatus {
  return openAt(8080, { traffic: someTraffic, ...change });
}

function forward(change: Partial<ForwardState> = {}): ForwardState {
  return forwardState(8080, { id: '1', origin: 'user', status: listening(), ...change });
}

function devbox(change: Partial<HostState> = {}): HostState {
  return onlineHost({ remotePorts: [flask], forwards: [forward()], ...change });
}

function pathOf(host: HostState, measured?: Measured): ForwardPath {
  const path = forwardPath(appState(host), host.name, '1', measured);
  assert.ok(path);
  return path;
}

function states(path: ForwardPath): string {
  return path.hops.map(({ kind, state }) => `${kind} ${state}`).join(', ');
}

function hop(path: ForwardPath, kind: Hop['kind']): Hop {
  const found = path.hops.find((each) => each.kind === kind);
  assert.ok(found, kind);
  return found;
}

function actions(path: ForwardPath, kind: Hop['kind']): string[] {
  return hop(path, kind).actions.map(({ id }) => id);
}

void test('the path of a healthy forward runs from the browser to the dev server, each hop with its facts', () => {
  const path = pathOf(devbox(), { rttMs: 12.4 });
  assert.equal(states(path), 'user ok, listener ok, client ok, server ok, target ok');
  assert.equal(path.verdict, 'It works from end to end');
  assert.equal(path.title, 'localhost:8080 → localhost:8080 through devbox');
  assert.deepEqual(
    path.hops.map(({ title, place }) => `${title} @ ${place}`),
    [
      'Browser @ This machine',
      'Local listener @ This machine',
      'SSH client @ This machine',
      'SSH server @ devbox',
      'Flask @ devbox',
    ],
  );
  assert.deepEqual(hop(path, 'user').facts, ['http://localhost:8080/']);
  assert.deepEqual(hop(path, 'listener').facts, [
    'bound to 127.0.0.1:8080',
    '3 connections, 1 open now',
    '2.0 kB sent, 1.4 MB received',
  ]);
  assert.deepEqual(hop(path, 'server').facts, [
    'OpenSSH_9.2p1',
    'key exchange curve25519-sha256',
    'ED25519 host key',
    'cipher aes128-gcm@openssh.com',
    'round trip 12 ms',
  ]);
  assert.deepEqual(actions(path, 'user'), ['open']);
});

void test('the server of a path shows whether its key or its certificate is trusted', () => {
  const certified = { ...online, facts: { ...online.facts, hostKey: 'rsa-sha2-512-cert-v01@openssh.com' } };
  const path = pathOf(devbox({ link: certified }));
  assert.equal(hop(path, 'server').facts[2], 'RSA host certificate');
});

void test('the server shows that its key exchange withstands quantum computers', () => {
  for (const kex of ['mlkem768x25519-sha256', 'sntrup761x25519-sha512@openssh.com']) {
    const path = pathOf(devbox({ link: { kind: 'online', since: 0, facts: { ...facts, kex } } }));
    assert.ok(hop(path, 'server').facts.includes(`post-quantum key exchange ${kex}`));
  }
});

void test('the path of an noTraffic forward is ready and can be checked', () => {
  const path = pathOf(devbox({ forwards: [forward({ status: listening({ traffic: noTraffic }) })] }));
  assert.equal(states(path), 'user unknown, listener ok, client ok, server ok, target ok');
  assert.equal(path.verdict, 'Everything is ready, and nobody has used it yet');
  assert.deepEqual(actions(path, 'user'), ['open', 'check']);
});

void test('a connection without an answer does not prove that the path works', () => {
  const traffic = { ...noTraffic, openConnections: 1, totalConnections: 1 };
  assert.equal(pathOf(devbox({ forwards: [forward({ status: listening({ traffic }) })] })).state, 'unknown');
});

void test('a missing server is a fault that names another server of the host', () => {
  const other = server(8081, 'vite', 'Vite', 'devServer');
  const path = pathOf(devbox({ remotePorts: [other], forwards: [forward({ spec: local('127.0.0.1') })] }));
  assert.equal(states(path), 'user unknown, listener ok, client ok, server ok, target broken');
  assert.equal(hop(path, 'target').fault?.what, 'Nothing listens on 127.0.0.1:8080 at devbox, but 8081 (Vite) does.');
  assert.deepEqual(actions(path, 'target'), ['forwardOther:8081']);
});

void test('a port without a socket works as the latest connection found it', () => {
  const unlisted = { remotePorts: [], unlistedPorts: [8080] };
  assert.equal(hop(pathOf(devbox(unlisted)), 'target').state, 'ok', 'a firewall rule leads to a container');
  const untried = forward({ status: listening({ traffic: noTraffic }) });
  assert.equal(hop(pathOf(devbox({ ...unlisted, forwards: [untried] })), 'target').fault?.code, 'nothingListens');
  assert.equal(hop(pathOf(devbox({ remotePorts: [], unlistedPorts: [] })), 'target').fault?.code, 'nothingListens');
});

void test('databases, unknown programs at distant ports and forwarded ports are no substitute for a missing server', () => {
  const others = [
    server(8081, 'redis', 'Redis', 'database'),
    server(9999, 'unknown', '', 'unknown'),
    server(3000, 'vite', 'Vite', 'devServer'),
  ];
  const second = forward({ id: '2', remotePort: 3000 });
  const path = pathOf(devbox({ remotePorts: others, forwards: [forward(), second] }));
  assert.equal(hop(path, 'target').fault?.what, 'Nothing listens on localhost:8080 at devbox.');
  assert.deepEqual(actions(path, 'target'), []);
});

void test('the latest dev server is the likeliest substitute', () => {
  const started = { ...server(46_481, 'flask', 'Flask', 'devServer'), seenAt: 5 };
  const others = [server(8081, 'vite', 'Vite', 'devServer'), started];
  assert.deepEqual(actions(pathOf(devbox({ remotePorts: others })), 'target'), ['forwardOther:46481']);
});

void test('a dev server is a likelier substitute than an unknown program at a closer port', () => {
  const others = [server(8081, 'unknown', '', 'unknown'), server(3000, 'vite', 'Vite', 'devServer')];
  assert.deepEqual(actions(pathOf(devbox({ remotePorts: others })), 'target'), ['forwardOther:3000']);
});

void test('a server on the other loopback family is offered with its address', () => {
  const v6 = server(8080, 'flask', 'Flask', 'devServer', ['::1']);
  const path = pathOf(devbox({ remotePorts: [v6], forwards: [forward({ spec: local('127.0.0.1') })] }));
  assert.equal(
    hop(path, 'target').fault?.what,
    'Nothing listens on 127.0.0.1:8080 at devbox, but [::1]:8080 (Flask) does.',
  );
  assert.deepEqual(actions(path, 'target'), ['forwardOther:8080']);
  assert.equal(pathOf(devbox({ remotePorts: [v6] })).state, 'ok');
});

void test('a server on all interfaces answers on loopback', () => {
  for (const address of ['0.0.0.0', '::']) {
    const all = server(8080, 'flask', 'Flask', 'devServer', [address]);
    assert.equal(pathOf(devbox({ remotePorts: [all], forwards: [forward({ spec: local('127.0.0.1') })] })).state, 'ok');
  }
});

void test('a dormant auto-forward shows its closed listener and its missing server', () => {
  const asleep = forward({ origin: 'auto', status: { kind: 'dormant', localPort: 8080 } });
  const path = pathOf(devbox({ remotePorts: [], forwards: [asleep] }));
  assert.equal(states(path), 'user unknown, listener stopped, client ok, server ok, target broken');
  assert.match(hop(path, 'listener').fault?.next ?? '', /localhost:8080 returns as soon as/u);
  assert.equal(path.verdict, 'Broken at: Server');
});

void test('a taken local port names its owner and offers another port', () => {
  const bind = { kind: 'tcp', host: undefined, port: 8080 } as const;
  const why: Problem = { code: 'portInUse', bind, owner: { pid: 4242, name: 'node' } };
  const path = pathOf(devbox({ forwards: [forward({ status: { kind: 'failed', why } })] }));
  assert.equal(states(path), 'user unknown, listener broken, client ok, server ok, target ok');
  assert.equal(hop(path, 'listener').fault?.what, 'Local port 8080 is taken by node (pid 4242).');
  assert.deepEqual(actions(path, 'listener'), ['changeLocalPort', 'resume']);
});

void test('a local port other than the wanted one is a fact, not a fault', () => {
  const bind = { kind: 'tcp', host: undefined, port: 8080 } as const;
  const why: Problem = { code: 'portInUse', bind, owner: { pid: 4242, name: 'node' } };
  const path = pathOf(devbox({ forwards: [forward({ status: listening({ instead: { port: 8080, why } }) })] }));
  assert.equal(path.state, 'ok');
  assert.ok(hop(path, 'listener').facts.includes('instead of 8080: Local port 8080 is taken by node (pid 4242).'));
});

void test('forwarding that sshd forbids breaks the path at the server, and can be checked again', () => {
  const trouble: Problem = {
    code: 'forwardingProhibited',
    to: { kind: 'tcp', host: 'localhost', port: 8080 },
    detail: 'open failed',
  };
  const path = pathOf(devbox({ forwards: [forward({ status: listening({ trouble }) })] }));
  assert.equal(states(path), 'user unknown, listener ok, client ok, server broken, target unknown');
  assert.match(hop(path, 'server').fault?.next ?? '', /AllowTcpForwarding/u);
  assert.deepEqual(actions(path, 'server'), ['check']);
});

void test('a lost connection shows a busy server and unknown hops behind it', () => {
  const path = pathOf(devbox({ link: { kind: 'waiting', retryAt: 0, why: { code: 'linkLost' } } }));
  assert.equal(states(path), 'user unknown, listener ok, client ok, server busy, target unknown');
  assert.equal(path.verdict, 'Waiting for: SSH server');
  assert.deepEqual(actions(path, 'server'), ['retry']);
});

void test('a server that refuses the connection is broken, and the text says that SSH Ports keeps trying', () => {
  const why: Problem = { code: 'connectionRefused', host: 'devbox', address: '127.0.0.1', port: 22 };
  const path = pathOf(devbox({ link: { kind: 'waiting', retryAt: 0, why } }));
  assert.equal(path.verdict, 'Broken at: SSH server');
  assert.match(hop(path, 'server').fault?.next ?? '', /SSH Ports keeps trying/u);
  assert.deepEqual(actions(path, 'server'), ['retry', 'openConfig']);
});

void test('a refused login breaks the path at the server, and offers to connect', () => {
  const why: Problem = { code: 'authFailed', host: 'devbox', user: 'me', tried: [], accepted: ['publickey'] };
  const path = pathOf(devbox({ link: { kind: 'failed', why } }));
  assert.equal(states(path), 'user unknown, listener ok, client ok, server broken, target unknown');
  assert.deepEqual(actions(path, 'server'), ['connect', 'openConfig']);
});

void test('jump hosts are hops of the path, and a failure at one breaks the path there', () => {
  const via = ['gate', 'inner'];
  assert.deepEqual(
    pathOf(devbox({ link: { kind: 'online', since: 0, facts: { ...facts, via } } })).hops.map(({ place }) => place),
    ['This machine', 'This machine', 'This machine', 'gate', 'inner', 'devbox', 'devbox'],
  );
  const why: Problem = { code: 'timeout', host: 'gate', phase: 'connect' };
  const link = { kind: 'waiting', retryAt: 0, why } as const;
  const remembered = pathOf(devbox({ link }), { via });
  assert.equal(
    states(remembered),
    'user unknown, listener ok, client ok, jump broken, jump unknown, server unknown, target unknown',
  );
  const never = pathOf(devbox({ link }));
  assert.equal(states(never), 'user unknown, listener ok, client ok, jump broken, server unknown, target unknown');
  assert.equal(hop(never, 'jump').place, 'gate');
});

void test('a jump host that cannot reach the server is fine itself', () => {
  const to = { kind: 'tcp', host: '10.0.0.1', port: 22 } as const;
  const because = { code: 'connectFailed', to, detail: 'no route' } as const;
  const why: Problem = { code: 'jumpFailed', host: 'devbox', via: 'gate', why: because };
  const path = pathOf(devbox({ link: { kind: 'waiting', retryAt: 0, why } }));
  assert.equal(states(path), 'user unknown, listener ok, client ok, jump ok, server broken, target unknown');
});

void test('a typed destination is not taken for a jump host', () => {
  for (const name of ['me@box:2222', 'ssh://me@box:2222/', 'box', 'me@[box]:2222']) {
    const why: Problem = { code: 'timeout', host: 'box', phase: 'connect' };
    const path = pathOf(devbox({ name, source: { kind: 'typed' }, link: { kind: 'waiting', retryAt: 0, why } }));
    assert.equal(hop(path, 'server').state, 'broken', name);
  }
});

void test('an error of the configuration breaks the path at the client', () => {
  const why: Problem = { code: 'configSyntax', file: '/c', line: 3, detail: 'bad' };
  const path = pathOf(devbox({ link: { kind: 'failed', why } }));
  assert.equal(hop(path, 'client').state, 'broken');
  assert.deepEqual(actions(path, 'client'), ['connect', 'openConfig']);
});

void test('an unreachable third host breaks the path at its last hop', () => {
  const spec = local('db.internal', 5432);
  const trouble: Problem = {
    code: 'connectFailed',
    to: { kind: 'tcp', host: 'db.internal', port: 5432 },
    detail: 'Connection refused',
  };
  const { remotePort: _, ...third } = forward({ spec, status: listening({ trouble }) });
  const path = pathOf(devbox({ forwards: [third] }));
  assert.equal(states(path), 'user unknown, listener ok, client ok, server ok, target broken');
  const target = hop(path, 'target');
  assert.equal(target.place, 'db.internal');
  assert.deepEqual(target.facts, ['db.internal:5432', 'reached from devbox']);
  assert.match(target.fault?.what ?? '', /Nothing answers at db\.internal:5432/u);
});

void test('without detection, connections show whether the server answers', () => {
  const detection = { kind: 'unavailable', reason: 'noShell', detail: '' } as const;
  const blind = devbox({ detection, remotePorts: [] });
  assert.equal(hop(pathOf(blind), 'target').state, 'ok');
  const idle = forward({ status: listening({ traffic: noTraffic }) });
  assert.equal(hop(pathOf({ ...blind, forwards: [idle] }), 'target').state, 'unknown');
});

void test('the path of a -R forward runs from the remote to this machine', () => {
  const spec: ForwardSpec = { ...local('localhost', 3000), kind: 'remote' } as ForwardSpec;
  const path = pathOf(devbox({ forwards: [forward({ spec })] }));
  assert.deepEqual(
    path.hops.map(({ title, place }) => `${title} @ ${place}`),
    [
      'Any program @ devbox',
      'Remote listener @ devbox',
      'SSH server @ devbox',
      'SSH client @ This machine',
      'Server @ This machine',
    ],
  );
  assert.equal(path.state, 'ok');
});

void test('a lost connection leaves only the remote side of a -R forward unknown', () => {
  const spec: ForwardSpec = { ...local('localhost', 3000), kind: 'remote' } as ForwardSpec;
  const link = { kind: 'waiting', retryAt: 0, why: { code: 'linkLost' } } as const;
  assert.equal(
    states(pathOf(devbox({ link, forwards: [forward({ spec })] }))),
    'user unknown, listener unknown, server busy, client ok, target ok',
  );
});

void test('a -R forward shows a refused port at the listener and a missing local server at the target', () => {
  const spec: ForwardSpec = { ...local('localhost', 3000), kind: 'remote' } as ForwardSpec;
  const refused: ForwardStatus = { kind: 'failed', why: { code: 'remoteBindRefused', bind: spec.bind } };
  const atListener = pathOf(devbox({ forwards: [forward({ spec, status: refused })] }));
  assert.equal(hop(atListener, 'listener').state, 'broken');
  assert.deepEqual(actions(atListener, 'listener'), ['resume']);
  const to = { kind: 'tcp', host: 'localhost', port: 3000 } as const;
  const trouble: Problem = { code: 'localConnectFailed', to, reason: 'refused', detail: 'ECONNREFUSED' };
  const atTarget = pathOf(devbox({ forwards: [forward({ spec, status: listening({ trouble }) })] }));
  assert.equal(hop(atTarget, 'target').state, 'broken');
  assert.equal(hop(atTarget, 'target').fault?.next, 'Start the server on this machine, or check the port.');
});

void test('a -R forward with a refused socket names the socket options of sshd', () => {
  const to = { kind: 'tcp', host: 'localhost', port: 3000 } as const;
  const next = (bind: ForwardSpec['bind']): string | undefined => {
    const status = { kind: 'failed', why: { code: 'remoteBindRefused', bind } } as const;
    const path = pathOf(devbox({ forwards: [forward({ spec: { kind: 'remote', bind, to }, status })] }));
    return hop(path, 'listener').fault?.next;
  };
  assert.match(next({ kind: 'unix', path: '/tmp/x.sock' }) ?? '', /left there/u);
  assert.match(next({ kind: 'tcp', host: undefined, port: 22 }) ?? '', /PermitListen/u);
});

void test('a proxy whose client asked for nothing counts as noTraffic', () => {
  const spec = { kind: 'dynamic', bind: { kind: 'tcp', host: undefined, port: 1080 } } as const;
  const status = listening({ traffic: { ...noTraffic, totalConnections: 9 } });
  const path = pathOf(devbox({ forwards: [forward({ spec, status })] }));
  assert.equal(path.verdict, 'Everything is ready, and nobody has used it yet');
});

void test('a -D proxy reaches what the host reaches, a -R proxy what this machine reaches', () => {
  const bind = { kind: 'tcp', host: undefined, port: 1080 } as const;
  const status = listening({ bound: [{ kind: 'tcp', address: '127.0.0.1', port: 1080 }] });
  const proxy = pathOf(devbox({ forwards: [forward({ spec: { kind: 'dynamic', bind }, status })] }));
  assert.equal(hop(proxy, 'listener').title, 'Local SOCKS proxy');
  assert.deepEqual(hop(proxy, 'user').facts, ['with the proxy socks5://localhost:1080']);
  assert.match(hop(proxy, 'target').facts[0] ?? '', /reached from devbox/u);
  const back = pathOf(devbox({ forwards: [forward({ spec: { kind: 'remoteDynamic', bind }, status })] }));
  assert.equal(hop(back, 'listener').place, 'devbox');
  assert.match(hop(back, 'target').facts[0] ?? '', /reached from this machine/u);
});

void test('a forward of another window is neither broken nor stopped, and its page can be opened', () => {
  const elsewhere = forward({ status: { kind: 'elsewhere', localPort: 8000 } });
  const path = pathOf(devbox({ forwards: [elsewhere] }));
  assert.equal(states(path), 'user unknown, listener unknown, client ok, server ok, target ok');
  assert.equal(path.verdict, 'Another window forwards it');
  assert.match(path.title, /^localhost:8000 → /u);
  assert.deepEqual(actions(path, 'user'), ['open']);
  assert.deepEqual(hop(path, 'listener').facts[0], 'bound to port 8000 by another window');
});

void test('a forward that the user stopped is not broken, and one button brings it back', () => {
  const cases = { off: 'switchOn', paused: 'resume', expired: 'resume' } as const;
  for (const [kind, action] of Object.entries(cases)) {
    const path = pathOf(devbox({ forwards: [forward({ status: { kind } as ForwardStatus })] }));
    assert.equal(path.state, 'stopped', kind);
    assert.deepEqual(actions(path, 'listener'), [action]);
  }
});

void test('an ended forward has no path', () => {
  assert.equal(forwardPath(appState(devbox()), 'devbox', '2'), undefined);
  assert.equal(forwardPath(appState(), 'devbox', '1'), undefined);
});
