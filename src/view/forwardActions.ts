import { isWide } from '../core/spec/bindScope.ts';
import { frameworks } from '../core/detect/identify/frameworks.ts';
import { servesOne } from '../core/detect/identify/question.ts';
import { findPort, type ForwardState, type ForwardStatus, type HostState } from '../core/session/state.ts';
import { debuggerAt } from './attachable.ts';
import { forwardUrl, localAddress } from './forwardText.ts';
import { leadsToNothing } from './leadsToNothing.ts';

/** Whether an action makes sense for a forward in its present state. Menus and pickers offer it only then. */
export type Can = (host: HostState, forward: ForwardState) => boolean;

/**
 * Whether a page is or may be behind the forward. It may be if the program has not been asked, or if the destination is
 * another host and its port is not a usual port of databases and the like.
 */
export const canOpen: Can = (host, forward) => {
  if (!is(forward, 'open', 'elsewhere') || forwardUrl(host, forward) === undefined) return false;
  if (isPage(host, forward)) return true;
  const seen = findPort(host, forward.remotePort);
  if (seen) return seen.program?.isUnasked === true && forward.origin === 'user' && !servesOne(seen);
  return !leadsToDatabase(forward) && !leadsToNothing(host, forward);
};

/** Whether a user's rule, the program or a forwarding service says that this is a page. */
function isPage(host: HostState, { spec, protocol, remotePort }: ForwardState): boolean {
  if (spec.kind === 'remote') return host.publicUrl !== undefined;
  const program = findPort(host, remotePort)?.program;
  return protocol !== undefined || program?.scheme !== undefined;
}

/** Whether the port is a usual one of databases and the like. A weak hint: facts about the program win. */
function leadsToDatabase({ spec }: ForwardState): boolean {
  return spec.kind === 'local' && spec.to.kind === 'tcp' && portsWithoutPage.has(spec.to.port);
}

const portsWithoutPage: ReadonlySet<number> = new Set(
  frameworks.filter(({ role }) => role === 'database' || role === 'infrastructure').flatMap(({ ports = [] }) => ports),
);

export const canCopy: Can = (host, forward) => addressToCopy(host, forward) !== undefined;

export const canMove: Can = (_host, forward) =>
  (forward.spec.kind === 'local' || forward.spec.kind === 'dynamic') &&
  forward.spec.bind.kind === 'tcp' &&
  is(forward, 'open', 'off', 'paused', 'expired', 'failed');

/** Whether a debugger is behind the forward that VS Code can attach to. */
export const canAttach: Can = (host, forward) =>
  is(forward, 'open', 'elsewhere') && debuggerAt(findPort(host, forward.remotePort)) !== undefined;

export const canPause: Can = (_host, forward) => is(forward, 'open');

export const canResume: Can = (_host, forward) => is(forward, 'paused', 'expired', 'failed');

export const canShare: Can = (_host, forward) =>
  is(forward, 'open') &&
  (forward.spec.kind === 'local' || forward.spec.kind === 'dynamic') &&
  forward.spec.bind.kind === 'tcp' &&
  !forward.isSharedByHand &&
  !isWide(forward.spec);

/** A forward that the user typed wide was never narrower, so the user stops it instead. */
export const canUnshare: Can = (_host, forward) => forward.isSharedByHand === true;

/** Both kinds of SOCKS proxy, in every state. */
export const canProtect: Can = (_host, { spec }) => spec.kind === 'dynamic' || spec.kind === 'remoteDynamic';

/** A server of HTTP, or one that nobody knows, is behind a local port. */
export const canServeHttps: Can = (host, forward) =>
  !forward.isHttps && forward.spec.kind === 'local' && is(forward, 'open') && canOpen(host, forward);

export const canStopHttps: Can = (_host, { isHttps }) => isHttps === true;

/** Other machines can use the forward at this machine's network addresses. */
export function isOnNetwork({ spec, status }: ForwardState): boolean {
  const isHere = spec.kind === 'local' || spec.kind === 'dynamic';
  return status.kind === 'open' && status.sharedFor !== undefined && isHere && spec.bind.kind === 'tcp';
}

export const canCopyNetwork: Can = (_host, forward) => isOnNetwork(forward);

export const canExtend: Can = (_host, { status }) => status.kind === 'open' && typeof status.sharedFor === 'number';

/** ssh(1) and its configuration know no kubectl. */
export const canCopyCommand: Can = (_host, { spec }) => spec.kind !== 'local' || spec.kubectl === undefined;

/** The SSH configuration already has its own forwards. */
export const canSave: Can = (host, forward) => forward.origin !== 'config' && canCopyCommand(host, forward);

/**
 * The URL of what is a page, or may be as long as nobody has asked; else the address of the listener. Undefined while
 * nothing answers.
 */
export function addressToCopy(host: HostState, forward: ForwardState): string | undefined {
  if (!is(forward, 'open', 'elsewhere')) return undefined;
  const program = findPort(host, forward.remotePort)?.program;
  const mayBePage = program === undefined ? !leadsToDatabase(forward) : program.isUnasked === true;
  const url = isPage(host, forward) || mayBePage ? forwardUrl(host, forward) : undefined;
  return url ?? localAddress(forward);
}

/** The context value of a forward's row: one word for each action, for the `when` clauses of the manifest. */
export function forwardContext(host: HostState, forward: ForwardState): string {
  const possible = Object.entries(words).filter(([, can]) => can(host, forward));
  return ['forward', ...possible.map(([word]) => word)].join(' ');
}

const words: Readonly<Record<string, Can>> = {
  openable: canOpen,
  attachable: canAttach,
  copyable: canCopy,
  movable: canMove,
  pausable: canPause,
  resumable: canResume,
  shareable: canShare,
  unshareable: canUnshare,
  protectable: canProtect,
  httpsable: canServeHttps,
  https: canStopHttps,
  expiring: canExtend,
  networked: canCopyNetwork,
  savable: canSave,
  commandable: canCopyCommand,
};

function is({ status }: ForwardState, ...kinds: readonly ForwardStatus['kind'][]): boolean {
  return kinds.includes(status.kind);
}
