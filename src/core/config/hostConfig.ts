import type { UnreadableFile } from '../../base/unreadableFile.ts';
import type { Destination } from '../spec/destination.ts';
import type { BadNameProblem } from '../spec/names.ts';
import type { ForwardSpec } from '../spec/spec.ts';

/**
 * One host's effective configuration (ssh_config(5)), with tokens, tildes and environment variables expanded: all that
 * a forwarder honours. Plain data. Times are in milliseconds, sizes in bytes. An absent field means OpenSSH's default.
 */
export interface HostConfig {
  /** The destination as the user typed it: what Host patterns and %n see. */
  readonly name: string;
  readonly hostName: string;
  readonly port: number;
  readonly user: string;
  readonly proxy:
    | { readonly kind: 'none' }
    /** Hops in order, first to last, each as written: `user@host:port` or `ssh://` form. */
    | { readonly kind: 'jump'; readonly hops: readonly Destination[] }
    /** Tokens expanded; runs in the user's shell; must be consented to. */
    | { readonly kind: 'command'; readonly command: string };
  readonly addressFamily: 'any' | 'inet' | 'inet6';
  readonly bindAddress?: string;
  /** Only the system's ssh binds to one. */
  readonly bindInterface?: string;
  /** The ProxyCommand hands over a socket, which only the system's ssh takes. */
  readonly proxyUseFdpass: boolean;
  /** 0: the system's own TCP time-out. */
  readonly connectTimeoutMs: number;
  readonly connectionAttempts: number;
  readonly tcpKeepAlive: boolean;
  /** 0: off. Absent: not configured, so our own default applies. */
  readonly serverAliveIntervalMs?: number;
  readonly serverAliveCountMax: number;
  readonly compression: boolean;
  readonly rekeyLimitBytes?: number;
  readonly rekeyIntervalMs?: number;

  /** As written, with a leading +, - or ^ where there is one. */
  readonly hostKeyAlgorithms?: string;
  readonly kexAlgorithms?: string;
  readonly ciphers?: string;
  readonly macs?: string;

  readonly hostKeyAlias?: string;
  readonly strictHostKeyChecking: 'yes' | 'accept-new' | 'no' | 'ask';
  readonly userKnownHostsFiles: readonly string[];
  readonly globalKnownHostsFiles: readonly string[];
  readonly hashKnownHosts: boolean;
  readonly checkHostIp: boolean;
  readonly noHostAuthenticationForLocalhost: boolean;
  /** Keys that no host may have: one public key a line, or a KRL of ssh-keygen(1). */
  readonly revokedHostKeysFile?: string;
  /** Names further known keys. Only the system's ssh runs it; it must be consented to. */
  readonly knownHostsCommand?: string;
  readonly updateHostKeys: 'yes' | 'no' | 'ask';

  /** Absolute paths in order. `identityFilesAreDefault` when the user named none and these are OpenSSH's own. */
  readonly identityFiles: readonly string[];
  readonly identityFilesAreDefault: boolean;
  readonly certificateFiles: readonly string[];
  readonly identitiesOnly: boolean;
  /** Path of the agent's socket (or Windows pipe); absent: no agent. SSH_AUTH_SOCK is already looked up. */
  readonly identityAgent?: string;
  readonly addKeysToAgent: 'yes' | 'no' | 'ask' | 'confirm';
  /** How long the agent keeps an added key; absent: for good. */
  readonly agentKeyLifetimeMs?: number;
  readonly forwardAgent: boolean;
  /** Method names in order of preference (RFC 4252 §5, RFC 4256): 'publickey', 'keyboard-interactive', 'password' … */
  readonly preferredAuthentications: readonly string[];
  readonly pubkeyAuthentication: boolean;
  /** Signature algorithms, every pattern resolved; absent: OpenSSH's default. */
  readonly pubkeyAcceptedAlgorithms?: readonly string[];
  /** In bits: no shorter RSA key is used, ours or the server's. */
  readonly requiredRsaSize: number;
  readonly passwordAuthentication: boolean;
  readonly kbdInteractiveAuthentication: boolean;
  readonly numberOfPasswordPrompts: number;
  readonly batchMode: boolean;
  /** Methods that only the system's ssh knows, and that the configuration allows. */
  readonly gssapiAuthentication: boolean;
  readonly hostbasedAuthentication: boolean;
  /** A library whose keys only the system's ssh can use. */
  readonly pkcs11Provider?: string;

  readonly env: Readonly<Record<string, string>>;
  /** LocalForward, RemoteForward and DynamicForward in the order of the file; none when ClearAllForwardings. */
  readonly forwards: readonly ForwardSpec[];
  readonly gatewayPorts: boolean;
  readonly exitOnForwardFailure: boolean;
  readonly streamLocalBindUnlink: boolean;
  /** As an octal file mode, for example 0o177. */
  readonly streamLocalBindMask: number;
  /** Destinations that a remote SOCKS may reach, as written ('host:port', '*:port', 'any', 'none'). */
  readonly permitRemoteOpen: readonly string[];
}

/** A concrete alias of the configuration, for the list of hosts. */
export interface HostEntry {
  readonly name: string;
  /** Absolute path of the file and 1-based line of its Host line. */
  readonly file: string;
  readonly line: number;
}

/** Where a configuration error stands. */
export type ConfigProblem =
  | { readonly code: 'configSyntax'; readonly file: string; readonly line: number; readonly detail: string }
  | UnreadableFile
  /** A name that CanonicalizeHostname should complete, or an alias that it should follow, is not found. */
  | { readonly code: 'dnsFailed'; readonly host: string; readonly hostName: string }
  | BadNameProblem
  /** A new host would take the name of one that the configuration has. */
  | { readonly code: 'hostExists'; readonly name: string }
  /** `Match exec` or a ProxyCommand that the user has not consented to. */
  | { readonly code: 'commandNotAllowed'; readonly command: string };
