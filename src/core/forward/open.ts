import type { RelayProblem } from './connections.ts';
import type { Dial, ListenRemote } from './dial.ts';
import { openDynamicForward } from './dynamic.ts';
import type { RunningForward } from './runningForward.ts';
import type { Family } from './listen.ts';
import { type HttpsFront, openLocalForward } from './local.ts';
import { openRemoteForward, type RemoteForward } from './remote.ts';
import type { Credentials } from './socks.ts';
import type { ForwardSpec } from '../spec/spec.ts';

/** The keywords of ssh_config(5) that apply to all forwards of a host. */
export interface ForwardRules {
  readonly streamLocalBindUnlink: boolean;
  /** As an octal file mode. */
  readonly streamLocalBindMask: number;
  readonly permitRemoteOpen: readonly string[];
}

export interface OpenOptions {
  readonly rules: ForwardRules;
  readonly dial: Dial;
  readonly listenRemote: ListenRemote;
  /** The address families to listen in on this machine. Absent: any. */
  readonly family?: Family;
  /** Every client of a SOCKS proxy must send these. Absent: no login. */
  readonly credentials?: Credentials;
  /** For a local forward to an HTTP server. */
  readonly front?: HttpsFront;
  /** Gets the problem of one failed connection. The forward goes on. */
  readonly onProblem: (problem: RelayProblem) => void;
}

/**
 * Opens a forward of any kind. The caller attaches a remote forward to each new connection.
 *
 * @throws UserError<ListenProblem | ListenRemoteProblem>, or the signal's reason
 */
export function openForward(
  spec: ForwardSpec,
  { rules, dial, listenRemote, family = 'any', credentials, front, onProblem }: OpenOptions,
  signal: AbortSignal,
): Promise<RunningForward | RemoteForward> {
  const { permitRemoteOpen, streamLocalBindUnlink: unlinkExisting, streamLocalBindMask: bindMask } = rules;
  const local = { dial, onProblem, family, unlinkExisting, bindMask };
  const socks = credentials && { credentials };
  switch (spec.kind) {
    case 'local':
      return openLocalForward({ spec, ...local, ...(front && { front }) }, signal);
    case 'dynamic':
      return openDynamicForward({ spec, ...local, ...socks }, signal);
    case 'remote':
    case 'remoteDynamic':
      return openRemoteForward({ spec, onProblem, permitRemoteOpen, ...socks }, listenRemote, signal);
  }
}

/** ssh_config(5) GatewayPorts, ssh(1) -g: without a bind address, a listener on this machine accepts from all interfaces. */
export function withGatewayPorts<T extends ForwardSpec>(spec: T, gatewayPorts: boolean): T {
  const isHere = spec.kind === 'local' || spec.kind === 'dynamic';
  if (!gatewayPorts || !isHere || spec.bind.kind === 'unix' || spec.bind.host !== undefined) return spec;
  return { ...spec, bind: { ...spec.bind, host: '*' } };
}
