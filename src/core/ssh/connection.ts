import type { Exec } from '../detect/exec.ts';
import type { Dial, DialProblem, ListenRemote } from '../forward/dial.ts';
import type { CertificateFault } from './certificateFault.ts';

/** A live SSH connection over any transport. It provides the function types that its users declare, and no more. */
export interface Connection {
  readonly facts: ConnectionFacts;
  readonly dial: Dial;
  readonly exec: Exec;
  readonly listenRemote: ListenRemote;
  /** The time of one round trip to the server (keepalive@openssh.com), in milliseconds. Rejects when the connection is lost. */
  ping(signal: AbortSignal): Promise<number>;
  /**
   * Pings the server, and settles when anything arrives: the answer may queue behind a long transfer. Rejects when the
   * connection ends, or with the signal's reason. CAUTION: silence proves nothing. sshd does one thing at a time, so it is
   * silent while it resolves a slow name.
   */
  signOfLife(signal: AbortSignal): Promise<void>;
  /**
   * How often the system has retransmitted the same bytes without an acknowledgement from the other machine. Infinity
   * when this machine has lost the address of its end. Undefined where the system does not tell: on systems other than
   * Linux, and for routes over a jump host or a proxy.
   */
  retransmits(): Promise<number | undefined>;
  /** Ends the connection as lost, which resets everything open on it. For a caller that knows that it is dead. */
  giveUp(): void;
  /** Settles when the connection has ended, whichever side ended it. Never rejects. */
  readonly closed: Promise<ConnectionEnd>;
  /** Ends all channels, then the connection. Safe twice. */
  close(): Promise<void>;
}

/** For the tooltip and the diagnosis. Plain data. */
export interface ConnectionFacts {
  readonly transport: 'builtin' | 'openssh';
  /** `SSH-2.0-OpenSSH_9.2p1`, as printable text. */
  readonly serverVersion: string;
  readonly cipher: string;
  readonly kex: string;
  readonly hostKey: string;
  /** The jump hosts, first to last, without the destination. */
  readonly via: readonly string[];
  /** The method that logged in: 'publickey id_ed25519', 'password' … */
  readonly authMethod: string;
  /** A master of the user's carries the connection (ssh_config(5) ControlPath). It told nothing about the server. */
  readonly sharesMaster?: boolean;
}

export interface AuthFailed {
  readonly code: 'authFailed';
  readonly host: string;
  readonly user: string;
  /** 'publickey id_ed25519', 'password' … */
  readonly tried: readonly string[];
  /** The methods that the server still accepts. */
  readonly accepted: readonly string[];
  /** The server's own words about the refusal, as one printable line. */
  readonly said?: string;
  /** Keys and methods with which only the system's ssh might log in: a key on a device, a method that only ssh supports. */
  readonly onlyOpenssh?: readonly string[];
}

/** A problem that comes from a feature the built-in transport lacks. */
export type BeyondBuiltin = Extract<HostProblem, { readonly code: 'authFailed' | 'noCommonAlgorithm' }>;

export type ConnectionEnd =
  | { readonly kind: 'closed' }
  | { readonly kind: 'lost'; readonly why: 'ended' | 'keepalive' | 'error'; readonly detail: string };

/** Everything that can go wrong before a connection is live. `host` is the hop's name as the user typed it. */
export type HostProblem =
  | { readonly code: 'dnsFailed'; readonly host: string; readonly hostName: string }
  | { readonly code: 'connectionRefused'; readonly host: string; readonly address: string; readonly port: number }
  | {
      readonly code: 'unreachable';
      readonly host: string;
      readonly address: string;
      readonly port: number;
      readonly detail: string;
    }
  /** This machine has no such address to connect from (ssh_config(5) BindAddress), now or at all. */
  | { readonly code: 'bindFailed'; readonly host: string; readonly bindAddress: string; readonly detail: string }
  | {
      readonly code: 'timeout';
      readonly host: string;
      readonly phase: 'connect' | 'handshake' | 'auth';
      /** A proxy may have waited for a person. A login (`auth`) always may. */
      readonly hasWaited?: boolean;
    }
  /** The server closed the connection before or during the handshake: not an SSH server, a ban, MaxStartups. */
  | { readonly code: 'handshakeEnded'; readonly host: string; readonly detail: string }
  | {
      readonly code: 'noCommonAlgorithm';
      readonly host: string;
      readonly what: string;
      readonly server: readonly string[];
    }
  | { readonly code: 'hostKeyUnknown'; readonly host: string; readonly fingerprint: string; readonly keyType: string }
  | {
      readonly code: 'hostKeyChanged' | 'hostKeyRevoked';
      readonly host: string;
      readonly fingerprint: string;
      readonly keyType: string;
      readonly file: string;
      readonly line: number;
      /** The name that `ssh-keygen -R` takes. `line` is 0 for a file without lines, and for an unreadable one. */
      readonly lookup: string;
    }
  /** RequiredRSASize, in bits. */
  | { readonly code: 'hostKeyTooShort'; readonly host: string; readonly bits: number; readonly required: number }
  /** The host certificate is no proof, and the plain key is unknown. */
  | {
      readonly code: 'hostCertificateInvalid';
      readonly host: string;
      readonly fingerprint: string;
      readonly keyType: string;
      readonly fault: CertificateFault;
    }
  | AuthFailed
  /** Only the system's ssh could connect, and it cannot run here. `lacking` is the built-in transport's problem. */
  | {
      readonly code: 'opensshMissing';
      readonly host: string;
      readonly why: 'notFound' | 'noControlMaster';
      readonly lacking: BeyondBuiltin;
    }
  | {
      readonly code: 'proxyFailed';
      readonly host: string;
      readonly command: string;
      readonly detail: string;
      /** The proxy may have waited for a person: it said something long before it ended. */
      readonly hasWaited?: boolean;
    }
  | {
      readonly code: 'jumpFailed';
      readonly host: string;
      readonly via: string;
      /** `loop`: the jump hosts jump through each other. */
      readonly why: DialProblem | { readonly code: 'loop' };
    }
  | { readonly code: 'cancelled' };
