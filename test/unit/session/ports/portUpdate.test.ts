import assert from 'node:assert/strict';
import test from 'node:test';
import type { Program } from '../../../../src/core/detect/identify/program.ts';
import type { PortProcess } from '../../../../src/core/detect/remotePort.ts';
import { parseForward } from '../../../../src/core/spec/grammar.ts';
import type { AutoForwardSettings } from '../../../../src/core/policy/autoForward.ts';
import { readPortRules } from '../../../../src/core/policy/portRules.ts';
import { requestFor } from '../../../../src/core/session/forwards/forwardRequests.ts';
import {
  answered,
  besidePage,
  type Decision,
  type Listing,
  noPortMemory,
  type PortContext,
  type PortMemory,
  update,
} from '../../../../src/core/session/ports/portUpdate.ts';
import { defaultSettings } from '../../../../src/core/session/settings.ts';
import type { ForwardState, ForwardStatus, SeenPort } from '../../../../src/core/session/state.ts';
import { forwardState, openAt, remotePort, seenPort } from '../../../support/state.ts';

const later: PortMemory = { ...noPortMemory, isFirst: false };
const flask: Program = { framework: 'flask', name: 'Flask', icon: 'beaker', role: 'devServer', scheme: 'http' };
const nowMs = 1000;

function updated(change: Partial<Listing>): ReturnType<typeof update> {
  const usual = { listing: [], known: [], forwards: [], memory: later, isOwn: () => false, nowMs };
  return update({ ...usual, rules: defaultSettings.portRules, ...change });
}

void test('a new port is listed and asked, as a newcomer or as one that was there', () => {
  const table: readonly [name: string, memory: PortMemory, wasThere: boolean][] = [
    ['in a later listing', later, false],
    ['in the first listing', noPortMemory, true],
    ['in the first listing, but auto-forwarded before', { ...noPortMemory, expected: new Set([3000]) }, false],
  ];
  for (const [name, memory, wasThere] of table) {
    const port = { ...remotePort(3000), seenAt: nowMs, wasThere };
    const result = updated({ listing: [remotePort(3000)], memory });
    assert.deepEqual(result.remotePorts, [port], name);
    assert.deepEqual(result.decisions, [{ kind: 'ask', port, waitMs: 0 }], name);
    assert.equal(result.memory.isFirst, false, name);
  }
});

void test('a known port is asked again only after a restart, or if the last connection did not ask it', () => {
  const known = [seenPort(3000, { program: flask, wasThere: true })];
  const asked = ({ decisions }: ReturnType<typeof update>): readonly string[] => decisions.map(({ kind }) => kind);
  const same = updated({ listing: [remotePort(3000, { addresses: ['::'] })], known });
  assert.deepEqual(asked(same), []);
  assert.deepEqual(same.remotePorts, [{ ...known[0], addresses: ['::'] }]);
  const restarted = updated({ listing: [remotePort(3000, { socketId: '2' })], known });
  assert.deepEqual(asked(restarted), ['ask']);
  assert.deepEqual(restarted.remotePorts, [seenPort(3000, { socketId: '2', seenAt: nowMs })]);
  const unasked = updated({ listing: [remotePort(3000)], known, memory: { ...later, unasked: new Set([3000]) } });
  assert.deepEqual(asked(unasked), ['ask']);
  assert.equal(unasked.remotePorts[0]?.seenAt, 0);
  assert.deepEqual(unasked.memory.unasked, new Set());
});

void test('without a socket id, another process is a restart, and an unknown process is not', () => {
  const without = ({ socketId: _id, ...rest }: ReturnType<typeof remotePort>) => rest;
  const known = [{ ...without(remotePort(3000)), seenAt: 0, wasThere: false }];
  const other = without(remotePort(3000, { process: { pid: 8, name: 'node' } }));
  assert.equal(updated({ listing: [other], known }).decisions.length, 1);
  const { process: _, ...unknown } = other;
  assert.equal(updated({ listing: [unknown], known }).decisions.length, 0);
});

void test('a port of the ephemeral range has to show that it stays, unless it is known', () => {
  const listing = [remotePort(40_000)];
  const waits = (change: Partial<Listing>): unknown =>
    updated({ listing, ...change }).decisions.map((decision) => decision.kind === 'ask' && decision.waitMs);
  assert.deepEqual(waits({}), [2000]);
  assert.deepEqual(waits({ memory: noPortMemory }), [0]);
  assert.deepEqual(waits({ forwards: [forwardState(40_000, { status: { kind: 'dormant' } })] }), [0]);
  const rules = readPortRules([{ portsAttributes: { '40000': { onAutoForward: 'notify' } } }], []);
  assert.deepEqual(waits({ rules }), [0]);
});

void test('our own listeners are not listed, and our own -R forwards are listed but not asked', () => {
  const own = updated({ listing: [remotePort(3000), remotePort(3001)], isOwn: ({ port }) => port === 3000 });
  assert.deepEqual(
    own.remotePorts.map(({ port }) => port),
    [3001],
  );
  const spec = parseForward('remote', '0:localhost:3000');
  const { remotePort: _, ...remote } = forwardState(1, { spec, origin: 'user', status: openAt(8800) });
  const ours = updated({ listing: [remotePort(8800)], forwards: [remote] });
  assert.equal(ours.remotePorts.length, 1);
  assert.deepEqual(ours.decisions, []);
});

void test('when a port has gone, its auto-forwards sleep', () => {
  const gone = [seenPort(3000, { program: flask })];
  const sleeps = (change: Partial<ForwardState>): readonly Decision[] =>
    updated({ known: gone, forwards: [forwardState(3000, { id: '1', ...change })] }).decisions;
  const sleep = [{ kind: 'sleep', id: '1', program: flask }];
  const failed: ForwardStatus = { kind: 'failed', why: { code: 'linkLost' } };
  for (const status of [openAt(3000), { kind: 'opening' }, { kind: 'off' }, { kind: 'elsewhere' }] as const) {
    assert.deepEqual(sleeps({ status }), sleep, status.kind);
  }
  for (const status of [{ kind: 'paused' }, { kind: 'expired' }, { kind: 'dormant' }, failed] as const) {
    assert.deepEqual(sleeps({ status }), [], status.kind);
  }
  assert.deepEqual(sleeps({ origin: 'user' }), []);
  assert.deepEqual(sleeps({ remotePort: 3001 }), []);
});

void test('a port that has gone is no longer expected', () => {
  const memory = { ...later, expected: new Set([3000, 3001]) };
  assert.deepEqual(updated({ known: [seenPort(3000)], memory }).memory.expected, new Set([3001]));
});

interface Answer {
  readonly isProhibited?: boolean;
  readonly forwards?: readonly ForwardState[];
  readonly memory?: PortMemory;
  readonly settings?: Partial<AutoForwardSettings>;
}

function decided({ isProhibited = false, forwards = [], memory = later, settings = {} }: Answer): readonly Decision[] {
  const usual = { mode: 'devServers', forwardExisting: false, rules: defaultSettings.portRules, sshPort: 22 } as const;
  const port = seenPort(3000, { program: flask });
  return answered({ port, isProhibited, forwards, remotePorts: [port], memory, settings: { ...usual, ...settings } });
}

void test('a dev server is forwarded with a notice', () => {
  const request = requestFor(3000, 'auto');
  assert.deepEqual(decided({}), [{ kind: 'open', request, notice: {} }]);
  const expected = { ...later, expected: new Set([3000]) };
  assert.deepEqual(decided({ memory: expected }), [{ kind: 'open', request }], 'without one after a reload');
});

/** A worker at a port of the ephemeral range, started by the program of `flaskPort`. */
const worker = (change: Partial<PortProcess> = {}): SeenPort => {
  const process = { pid: 8, name: 'node', parent: 7, group: 7, ...change };
  return seenPort(40_000, { process, program: { ...flask, isUnasked: true } });
};
const pagePort = seenPort(3000, { program: flask, process: { pid: 7, name: 'node', parent: 1, group: 7 } });

function decidedBeside(port: SeenPort, change: Partial<PortContext> = {}): readonly string[] {
  const settings = {
    mode: 'devServers',
    forwardExisting: false,
    rules: defaultSettings.portRules,
    sshPort: 22,
  } as const;
  const context = { forwards: [], remotePorts: [pagePort, port], memory: later, settings, ...change };
  const decisions = answered({ port, isProhibited: false, ...context });
  return [...decisions.map(({ kind }) => kind), ...besidePage(3000, context).map((each) => `${each.remotePort}`)];
}

void test('a second port of a dev server is forwarded with its page, and not before', () => {
  assert.deepEqual(decidedBeside(worker()), ['ignore', '40000']);
  assert.deepEqual(decidedBeside(worker(), { forwards: [forwardState(3000)] }), ['openBeside', '40000']);
  assert.deepEqual(decidedBeside(worker({ pid: 7 }), { forwards: [forwardState(3000)] }), ['openBeside', '40000']);
  const both = [forwardState(3000), forwardState(40_000)];
  assert.deepEqual(decidedBeside(worker(), { forwards: both }), [], 'it is forwarded already');
  const declined = { ...later, declined: new Set([40_000]) };
  assert.deepEqual(decidedBeside(worker(), { forwards: [forwardState(3000)], memory: declined }), []);
});

void test('another program of the same shell is no second port of the page', () => {
  assert.deepEqual(decidedBeside(worker({ parent: 1, commandLine: ['node', 'other.js'] })), ['open']);
  assert.deepEqual(decidedBeside(worker({ group: 8 })), ['open']);
  assert.deepEqual(decidedBeside({ ...worker(), backlog: 1 }), ['open'], 'a debugger');
});

void test('a dev server without a page is forwarded without a notice', () => {
  const { scheme: _, ...webSocket } = flask;
  const port = seenPort(3001, { program: webSocket, process: { pid: 9, name: 'node' } });
  const settings = {
    mode: 'devServers',
    forwardExisting: false,
    rules: defaultSettings.portRules,
    sshPort: 22,
  } as const;
  const context = { forwards: [], remotePorts: [port], memory: later, settings };
  const decisions = answered({ port, isProhibited: false, ...context });
  assert.deepEqual(decisions, [{ kind: 'open', request: requestFor(3001, 'auto') }]);
});

void test('the rules of the user shape the forward', () => {
  const attributes = { label: 'api', protocol: 'https', requireLocalPort: true };
  const rules = readPortRules([{ portsAttributes: { '3000': attributes } }], []);
  const request = { ...requestFor(3000, 'auto', 'api'), protocol: 'https', localPort: 'exact' };
  assert.deepEqual(decided({ settings: { rules } }), [{ kind: 'open', request, notice: attributes }]);
});

void test('a port that is prohibited, declined or unwanted is not forwarded', () => {
  assert.deepEqual(decided({ isProhibited: true }), [{ kind: 'ignore', port: 3000, why: 'prohibited' }]);
  assert.deepEqual(decided({ memory: { ...later, declined: new Set([3000]) } }), []);
  assert.deepEqual(decided({ settings: { mode: 'off' } }), [{ kind: 'ignore', port: 3000, why: 'off' }]);
  assert.deepEqual(decided({ settings: { sshPort: 3000 } }), [{ kind: 'ignore', port: 3000, why: 'sshPort' }]);
});

void test('a dormant forward wakes, with a notice only where a rule opens the page', () => {
  const forwards = [forwardState(3000, { id: '1', status: { kind: 'dormant' } })];
  assert.deepEqual(decided({ forwards }), [{ kind: 'wake', id: '1' }]);
  const notice = { onAutoForward: 'openBrowser' };
  const rules = readPortRules([{ portsAttributes: { '3000': notice } }], []);
  assert.deepEqual(decided({ forwards, settings: { rules } }), [{ kind: 'wake', id: '1', notice }]);
});

void test('a port that has a forward already gets no other', () => {
  for (const status of [openAt(3000), { kind: 'paused' }, { kind: 'off' }] as const) {
    assert.deepEqual(decided({ forwards: [forwardState(3000, { status })] }), [], status.kind);
  }
});
