import { isWide } from '../core/spec/bindScope.ts';
import { servesOne } from '../core/detect/identify/question.ts';
import type { ForwardState, ForwardStatus, HostState } from '../core/session/state.ts';
import { forwardUrl, localAddress } from './forwardText.ts';

/** Whether an action makes sense for a forward in its present state. Menus and pickers offer it only then. */
export type Can = (host: HostState, forward: ForwardState) => boolean;

/** A page is behind the forward: a rule of the user says so, or the program did not answer otherwise. One that the user forwards may have a page as long as nobody has asked it. */
export const canOpen: Can = (host, forward) => {
  if (!is(forward, 'open', 'elsewhere') || forwardUrl(host, forward) === undefined) return false;
  const seen = host.remotePorts.find((each) => each.port === forward.remotePort);
  if (forward.protocol !== undefined || seen === undefined) return true;
  const { scheme, isUnasked } = seen.program ?? {};
  return scheme !== undefined || (isUnasked === true && forward.origin === 'user' && !servesOne(seen));
};

export const canCopy: Can = (host, forward) => addressToCopy(host, forward) !== undefined;

export const canMove: Can = (_host, forward) =>
  (forward.spec.kind === 'local' || forward.spec.kind === 'dynamic') &&
  forward.spec.bind.kind === 'tcp' &&
  is(forward, 'open', 'off', 'paused', 'expired', 'failed');

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

/** Other machines can use the forward at this machine's network addresses. */
export function isOnNetwork({ spec, status }: ForwardState): boolean {
  const isHere = spec.kind === 'local' || spec.kind === 'dynamic';
  return status.kind === 'open' && status.sharedFor !== undefined && isHere && spec.bind.kind === 'tcp';
}

export const canCopyNetwork: Can = (_host, forward) => isOnNetwork(forward);

export const canExtend: Can = (_host, { status }) => status.kind === 'open' && typeof status.sharedFor === 'number';

/** The SSH configuration already has its own forwards. */
export const canSave: Can = (_host, { origin }) => origin !== 'config';

/** The URL of the page, or the address of the listener. Undefined while nothing answers. */
export function addressToCopy(host: HostState, forward: ForwardState): string | undefined {
  return is(forward, 'open', 'elsewhere') ? (forwardUrl(host, forward) ?? localAddress(forward)) : undefined;
}

/** The context value of a forward's row: one word for each action, for the `when` clauses of the manifest. */
export function forwardContext(host: HostState, forward: ForwardState): string {
  const possible = Object.entries(words).filter(([, can]) => can(host, forward));
  return ['forward', ...possible.map(([word]) => word)].join(' ');
}

const words: Readonly<Record<string, Can>> = {
  openable: canOpen,
  copyable: canCopy,
  movable: canMove,
  pausable: canPause,
  resumable: canResume,
  shareable: canShare,
  unshareable: canUnshare,
  protectable: canProtect,
  expiring: canExtend,
  networked: canCopyNetwork,
  savable: canSave,
};

function is({ status }: ForwardState, ...kinds: readonly ForwardStatus['kind'][]): boolean {
  return kinds.includes(status.kind);
}
