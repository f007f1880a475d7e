import type { Problem } from '../../core/problem.ts';
import type { ConnectionFacts } from '../../core/ssh/connection.ts';
import { keyName } from '../keyName.ts';
import { silenceText } from '../silenceText.ts';
import type { HostState } from '../../core/session/state.ts';
import {
  type Action,
  checkAgain,
  type Fault,
  fault,
  here,
  type Hop,
  isCheckable,
  type PathFacts,
  showLog,
  troubleOf,
} from './hop.ts';

type Look = Pick<Hop, 'state' | 'actions'> & { readonly fault?: Fault };
const fine: Look = { state: 'ok', actions: [] };
const unknown: Look = { state: 'unknown', actions: [] };

/** The hops of the SSH connection: the client, the jump hosts, the server. */
export function connectionHops(path: PathFacts): readonly Hop[] {
  const { host, measured } = path;
  const online = host.link.kind === 'online' ? host.link.facts : undefined;
  const why = host.link.kind === 'waiting' || host.link.kind === 'failed' ? host.link.why : undefined;
  const known = online?.via ?? measured.via ?? (why?.code === 'jumpFailed' ? [why.via] : []);
  const culprit = why && culpritOf(why, host, known);
  const via = typeof culprit === 'object' && !known.includes(culprit.jump) ? [...known, culprit.jump] : known;
  const hops: readonly Hop[] = [
    { kind: 'client', title: 'SSH client', place: here, facts: clientFacts(online), ...unknown },
    ...via.map((name): Hop => ({ kind: 'jump', title: 'Jump host', place: name, facts: [], ...unknown })),
    { kind: 'server', title: 'SSH server', place: host.name, facts: serverFacts(online, measured.rttMs), ...unknown },
  ];
  const brokenAt = hops.findIndex(({ kind, place }) =>
    typeof culprit === 'object' ? kind === 'jump' && place === culprit.jump : kind === (culprit ?? 'server'),
  );
  return hops.map((hop, index) => ({
    ...hop,
    ...(index < brokenAt ? fine : index > brokenAt ? unknown : lookAt(path, hop)),
  }));
}

/** The state of the hop where the connection breaks, or of the server when nothing is broken. */
function lookAt(path: PathFacts, hop: Hop): Look {
  const { host } = path;
  const { link } = host;
  switch (link.kind) {
    case 'idle': {
      const why = { code: 'idle', what: `${host.name} is not connected.`, next: '' };
      return { state: 'stopped', fault: why, actions: [connect('Connect')] };
    }
    case 'connecting':
      return { state: 'busy', fault: { code: 'connecting', what: 'Connecting…', next: '' }, actions: [] };
    case 'online':
      return hop.kind === 'server' ? serverLook(path) : fine;
    case 'waiting': {
      const { code, what, next } = fault(link.why);
      const retry: Action = { id: 'retry', label: 'Try Now' };
      if (code === 'linkLost') return { state: 'busy', fault: { code, what, next }, actions: [retry] };
      const actions = [retry, ...configActions(host, link.why)];
      return { state: 'broken', fault: { code, what, next: `${next} SSH Ports keeps trying.` }, actions };
    }
    case 'failed': {
      const actions = [connect('Connect'), ...configActions(host, link.why)];
      return { state: 'broken', fault: fault(link.why), actions };
    }
  }
}

function serverLook(path: PathFacts): Look {
  const { link, name } = path.host;
  const silence = link.kind === 'online' ? silenceText(link) : undefined;
  if (silence !== undefined) {
    const next = 'What is open waits, as with ssh. Another connection is tried beside this one.';
    return { state: 'busy', fault: { code: 'silent', what: `${name} is ${silence}.`, next }, actions: [] };
  }
  const trouble = troubleOf(path.forward);
  if (trouble?.code !== 'forwardingProhibited' && trouble?.code !== 'channelRefused') return fine;
  return { state: 'broken', fault: fault(trouble), actions: isCheckable(path) ? [checkAgain] : [] };
}

/** The hop that a connect problem is about. `jump`: the name of that jump host. */
function culpritOf(
  why: Problem,
  host: HostState,
  via: readonly string[],
): 'client' | 'server' | { readonly jump: string } {
  if (why.code === 'linkLost') return 'server';
  if (!('host' in why) || why.code === 'proxyFailed') return 'client';
  return via.includes(why.host) || why.host !== destination(host.name) ? { jump: why.host } : 'server';
}

/** The host name of `me@box:2222` and `ssh://box/` is `box`. */
function destination(name: string): string {
  return name
    .replace(/^ssh:\/\//u, '')
    .replace(/^.*@/u, '')
    .replace(/(?::\d+)?\/?$/u, '')
    .replaceAll(/^\[|\]$/gu, '');
}

/** A button that opens the host's block, for problems that the SSH configuration may have caused. */
function configActions({ source }: HostState, why: Problem): readonly Action[] {
  if (why.code === 'unexpected') return [showLog];
  const isAboutConfig = ['authFailed', 'configSyntax', 'connectionRefused', 'dnsFailed', 'jumpFailed', 'proxyFailed'];
  if (source.kind !== 'config' || !isAboutConfig.includes(why.code)) return [];
  return [{ id: 'openConfig', label: 'Open SSH Configuration' }];
}

function clientFacts(facts: ConnectionFacts | undefined): readonly string[] {
  if (!facts) return [];
  return [
    facts.transport === 'builtin' ? 'built into SSH Ports' : 'the system’s ssh',
    `logged in with ${facts.authMethod}`,
  ];
}

function negotiated({ serverVersion, kex, hostKey, cipher }: ConnectionFacts): readonly string[] {
  return [
    // RFC 4253 §4.2: a comment may follow the version after a blank.
    serverVersion.replace(/^SSH-2\.0-/u, '').replace(/ .*$/u, ''),
    `${isPostQuantum(kex) ? 'post-quantum key exchange' : 'key exchange'} ${kex}`,
    `${keyName(hostKey)} host ${hostKey.includes('-cert-') ? 'certificate' : 'key'}`,
    `cipher ${cipher}`,
  ];
}

function serverFacts(facts: ConnectionFacts | undefined, rttMs: number | undefined): readonly string[] {
  if (!facts) return [];
  return [
    ...(facts.sharesMaster ? [] : negotiated(facts)),
    ...(rttMs === undefined ? [] : [`round trip ${rttMs < 10 ? rttMs.toFixed(1) : Math.round(rttMs)} ms`]),
  ];
}

/** The hybrids that OpenSSH knows, and those of the drafts: a recording made today stays secret from quantum computers. */
function isPostQuantum(kex: string): boolean {
  return /^(?:mlkem|sntrup)\d/u.test(kex);
}

function connect(label: string): Action {
  return { id: 'connect', label };
}
