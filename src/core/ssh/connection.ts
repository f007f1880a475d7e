import type { Exec } from '../detect/exec.ts';
import type { Dial, ListenRemote } from '../forward/dial.ts';

/** A live SSH connection, whatever carries it. Satisfies the function types of its users and nothing more. */
export interface Connection {
  readonly facts: ConnectionFacts;
  readonly dial: Dial;
  readonly exec: Exec;
  readonly listenRemote: ListenRemote;
  /** One round trip over the encrypted link (keepalive@openssh.com), in milliseconds. Rejects when the link is dead. */
  ping(signal: AbortSignal): Promise<number>;
  /**
   * Settles at the next sign of life: the answer to a question that this call asks, or any bytes that arrive, for the
   * answer may queue behind a long transfer. Rejects when the connection ends, or with the signal's reason. Silence
   * decides nothing here: a server that resolves a slow name says nothing for that long (sshd does one thing at a time).
   */
  signOfLife(signal: AbortSignal): Promise<void>;
  /**
   * How often the system has sent the same bytes again without an acknowledgement from the other machine. Infinity when
   * this machine no longer has the address that the answers go to. Undefined where nobody tells: on other systems than
   * Linux, and for routes over a jump host or a proxy.
   */
  retransmits(): Promise<number | undefined>;
  /** The caller knows that the connection is dead: all that is open on it is reset at once. */
  giveUp(): void;
  /** Settles once, when the connection is gone, whoever ended it. Never rejects. */
  readonly closed: Promise<ConnectionEnd>;
  /** Ends all channels, then the link. Safe twice. */
  close(): Promise<void>;
}

/** For the tooltip and the diagnosis. Plain data. */
export interface ConnectionFacts {
  readonly transport: 'builtin' | 'openssh';
  /** `SSH-2.0-OpenSSH_9.2p1`, without anything that is not printable. */
  readonly serverVersion: string;
  readonly cipher: string;
  readonly kex: string;
  readonly hostKey: string;
  /** Hosts passed on the way, first to last, without the destination. */
  readonly via: readonly string[];
  /** How we logged in: 'publickey', 'password' … */
  readonly authMethod: string;
}

export interface AuthFailed {
  readonly code: 'authFailed';
  readonly host: string;
  readonly user: string;
  /** 'publickey id_ed25519', 'password' … */
  readonly tried: readonly string[];
  /** What the server would still take. */
  readonly accepted: readonly string[];
  /** What the system's ssh might still get in with: a key that only a device can use, a method that only ssh knows. */
  readonly onlyOpenssh?: readonly string[];
}

/** What the built-in transport lacks. */
export type BeyondBuiltin = Extract<
  HostProblem,
  { readonly code: 'authFailed' | 'noCommonAlgorithm' | 'hostCertificateUnsupported' }
>;

export type ConnectionEnd =
  | { readonly kind: 'closed' }
  | { readonly kind: 'lost'; readonly why: 'ended' | 'keepalive' | 'error'; readonly detail: string };

/** Everything that can go wrong between a click and a live connection. `host` is the hop's name as typed. */
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
  | { readonly code: 'timeout'; readonly host: string; readonly phase: 'connect' | 'handshake' | 'auth' }
  /** The far end closed the door before or during the handshake: not an SSH server, a ban, MaxStartups. */
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
      /** What `ssh-keygen -R` takes. `line` 0: the file has none, or cannot be read. */
      readonly lookup: string;
    }
  /** RequiredRSASize, in bits. */
  | { readonly code: 'hostKeyTooShort'; readonly host: string; readonly bits: number; readonly required: number }
  | { readonly code: 'hostCertificateUnsupported'; readonly host: string; readonly file: string; readonly line: number }
  | AuthFailed
  /** Only the system's ssh could go on, and it cannot be used. `lacking`: what stopped us. */
  | {
      readonly code: 'opensshMissing';
      readonly host: string;
      readonly why: 'notFound' | 'noControlMaster';
      readonly lacking: BeyondBuiltin;
    }
  | { readonly code: 'proxyFailed'; readonly host: string; readonly command: string; readonly detail: string }
  | { readonly code: 'jumpFailed'; readonly host: string; readonly via: string; readonly detail: string }
  | { readonly code: 'cancelled' };
