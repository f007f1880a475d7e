import type { UnreadableFile } from '../../base/unreadableFile.ts';
import type { Destination } from '../spec/destination.ts';
import type { BadNameProblem } from '../spec/names.ts';
import type { ForwardSpec } from '../spec/spec.ts';

/**
 * The effective configuration of one host (ssh_config(5)), with tokens, tildes and environment variables expanded. Plain
 * data. Times are in milliseconds, sizes in bytes. An absent field means OpenSSH's default.
 */
export interface HostConfig {
  /** The destination as the user typed it. Host patterns and %n see it. */
  readonly name: string;
  readonly hostName: string;
  readonly port: number;
  readonly user: string;
  readonly proxy:
    | { readonly kind: 'none' }
    /** First hop to last. */
    | { readonly kind: 'jump'; readonly hops: readonly Destination[] }
    /** SECURITY: runs in the user's shell, only after the user's consent. */
    | { readonly kind: 'command'; readonly command: string };
  readonly addressFamily: 'any' | 'inet' | 'inet6';
  readonly bindAddress?: string;
  /** Only the system's ssh binds to an interface. */
  readonly bindInterface?: string;
  /** The ProxyCommand passes a socket, which only the system's ssh can receive. */
  readonly proxyUseFdpass: boolean;
  /** 0: the TCP timeout of the system. */
  readonly connectTimeoutMs: number;
  readonly connectionAttempts: number;
  readonly tcpKeepAlive: boolean;
  /** 0: off. Absent: not configured, so the program's own default applies. */
  readonly serverAliveIntervalMs?: number;
  readonly serverAliveCountMax: number;
  readonly compression: boolean;
  readonly rekeyLimitBytes?: number;
  readonly rekeyIntervalMs?: number;

  /** As written, with a leading `+`, `-` or `^`. */
  readonly hostKeyAlgorithms?: string;
  readonly kexAlgorithms?: string;
  readonly ciphers?: string;
  readonly macs?: string;

  /** The signatures of authorities that count in a host certificate, without patterns. */
  readonly caSignatureAlgorithms: readonly string[];

  readonly hostKeyAlias?: string;
  readonly strictHostKeyChecking: 'yes' | 'accept-new' | 'no' | 'ask';
  readonly userKnownHostsFiles: readonly string[];
  readonly globalKnownHostsFiles: readonly string[];
  readonly hashKnownHosts: boolean;
  readonly checkHostIp: boolean;
  readonly noHostAuthenticationForLocalhost: boolean;
  /** Keys that no host may use: one public key a line, or a KRL of ssh-keygen(1). */
  readonly revokedHostKeysFile?: string;
  /** SECURITY: prints known host keys. Only the system's ssh runs it, only after the user's consent. */
  readonly knownHostsCommand?: string;
  readonly updateHostKeys: 'yes' | 'no' | 'ask';
  /** Only the system's ssh asks DNS about host keys, because Node does not tell whether an answer is signed. */
  readonly verifyHostKeyDns: boolean;

  /** Absolute paths in order. */
  readonly identityFiles: readonly string[];
  /** The user named no file, so these are OpenSSH's own names. */
  readonly identityFilesAreDefault: boolean;
  readonly certificateFiles: readonly string[];
  readonly identitiesOnly: boolean;
  /** Path of the agent's socket or Windows pipe, also from SSH_AUTH_SOCK. Absent: no agent. */
  readonly identityAgent?: string;
  readonly addKeysToAgent: 'yes' | 'no' | 'ask' | 'confirm';
  /** How long the agent keeps an added key. Absent: without limit. */
  readonly agentKeyLifetimeMs?: number;
  readonly forwardAgent: boolean;
  /** The control socket of a master that the user may run. */
  readonly controlPath?: string;
  /** Method names in order of preference (RFC 4252 §5, RFC 4256): 'publickey', 'keyboard-interactive', 'password' … */
  readonly preferredAuthentications: readonly string[];
  readonly pubkeyAuthentication: boolean;
  /** Signature algorithms, without patterns. */
  readonly pubkeyAcceptedAlgorithms: readonly string[];
  /** In bits. A shorter RSA key of the user or the server is refused. */
  readonly requiredRsaSize: number;
  readonly passwordAuthentication: boolean;
  readonly kbdInteractiveAuthentication: boolean;
  readonly numberOfPasswordPrompts: number;
  readonly batchMode: boolean;
  /** Only the system's ssh has these two methods. */
  readonly gssapiAuthentication: boolean;
  readonly hostbasedAuthentication: boolean;
  /** A library of hardware keys, which only the system's ssh can use. */
  readonly pkcs11Provider?: string;

  readonly env: Readonly<Record<string, string>>;
  /** LocalForward, RemoteForward and DynamicForward in the order of the files. Empty with ClearAllForwardings. */
  readonly forwards: readonly ForwardSpec[];
  readonly gatewayPorts: boolean;
  readonly exitOnForwardFailure: boolean;
  /** SessionType `none`: no command runs on the server. */
  readonly hasNoSession: boolean;
  readonly streamLocalBindUnlink: boolean;
  /** As an octal file mode, for example 0o177. */
  readonly streamLocalBindMask: number;
  /** Destinations that a remote SOCKS client may reach, as written: `host:port`, `*:port`, `any`, `none`. */
  readonly permitRemoteOpen: readonly string[];
}

/** A concrete alias of the configuration, for the list of hosts. */
export interface HostEntry {
  readonly name: string;
  /** Absolute path of the file and 1-based line of its Host line. */
  readonly file: string;
  readonly line: number;
}

/** What is wrong with a configuration. */
export type ConfigProblem =
  | { readonly code: 'configSyntax'; readonly file: string; readonly line: number; readonly detail: string }
  | UnreadableFile
  /** DNS does not know a name that CanonicalizeHostname should complete, or an alias that it should follow. */
  | { readonly code: 'dnsFailed'; readonly host: string; readonly hostName: string }
  | BadNameProblem
  /** The configuration already has a host of that name. */
  | { readonly code: 'hostExists'; readonly name: string }
  /** The user has not consented to a `Match exec` or a ProxyCommand. */
  | { readonly code: 'commandNotAllowed'; readonly command: string };
