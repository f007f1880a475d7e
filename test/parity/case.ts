/**
 * A row of the parity table: a server, a configuration and an action, tried with the system's `ssh` and with our
 * command-line program. Texts may hold {port}, {folder}, {user}, {hostname}, and for known_hosts {hostKey}, {otherKey}
 * and {ca}.
 */
export type ParityCase = Tried | Held;

interface Named {
  /** The kind of fault, by issue letter and number: rows of one kind stand together. */
  readonly kind: string;
  readonly name: string;
  /** Why we still differ. CAUTION: the test fails as soon as a pending row holds, so that the mark is removed. */
  readonly pending?: string;
}

export interface Tried extends Named {
  readonly server?: Server;
  /** Lines of ssh_config that come before those that reach the server. */
  readonly config?: readonly string[];
  /** A file of test/fixtures/parity to use instead of `config`. */
  readonly configFile?: string;
  /** What is typed after `ssh`; `devbox` if absent. */
  readonly host?: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** A name server that knows the host's key, in answers that count as signed; or a TMPDIR where no program can be run. */
  readonly mounts?: 'signedSshfp' | 'noexecTmpdir';
  readonly knownHosts?: readonly string[];
  /** A file of test/fixtures/parity whose `AAAA…` stand for real keys. */
  readonly knownHostsFile?: string;
  /** Private keys without a `.pub`, in {folder}, named as their kind. */
  readonly keys?: readonly KeyKind[];
  /** Keys that an agent holds. */
  readonly agent?: readonly KeyKind[];
  /** What is done; a page through -L if absent. */
  readonly action?: Action;
  /** It waits for a minute by itself, so it begins first. */
  readonly isSlow?: true;
  /** A text that both have to print on stderr. The last line need not be the same then. */
  readonly says?: string;
  /** A difference that is meant: what we do instead, as the table prints it, and the reason. */
  readonly ours?: string;
  readonly because?: string;
}

/** A kind for which `ssh` has nothing to compare: the test that holds it. */
export interface Held extends Named {
  readonly heldBy: { readonly file: string; readonly test: string };
}

export type Server =
  | {
      readonly kind: 'sshd';
      /** Lines of sshd_config. */
      readonly config?: readonly string[];
      /** The name in the host certificate that the server shows. */
      readonly certifiedFor?: string;
      /** The server's resolver never answers. */
      readonly isResolverSilent?: true;
      /** A master of `ssh` holds {folder}/master, and nobody can log in any more. */
      readonly hasMaster?: true;
    }
  | {
      readonly kind: 'scripted';
      /** What follows `SSH-2.0-`. */
      readonly identification?: string;
      readonly login: Login;
      /** It answers no question of ServerAliveInterval. */
      readonly ignoresKeepalive?: true;
    }
  /** Nothing listens at {port}. */
  | { readonly kind: 'closed' }
  /** It accepts, and says nothing. */
  | { readonly kind: 'mute' }
  /** Before its version it sends other lines (RFC 4253 §4.2), one each half second and without end. */
  | { readonly kind: 'chatty' };

export type Login =
  | { readonly kind: 'accept'; readonly afterSeconds?: number }
  | { readonly kind: 'password'; readonly password: string }
  | { readonly kind: 'disconnect'; readonly text: string };

export type KeyKind = 'ed25519' | 'dsa' | 'rsa-pss' | 'p-224' | 'secp256k1' | 'ed448';

export type Action =
  /** A page through a forward; after `afterSeconds` once more. */
  | { readonly kind: 'local' | 'remote' | 'socks'; readonly afterSeconds?: number }
  /** A download, beside a request to a name that the resolver of the remote never finds. */
  | { readonly kind: 'slowName'; readonly through: 'local' | 'socks' }
  /** `ssh host true`, and our watch. */
  | { readonly kind: 'login' }
  /** -G, and the lines of these keywords. */
  | { readonly kind: 'print'; readonly keywords: readonly string[] }
  /** A command of test/fixtures/parity that is pasted; `words` is what `ssh` gets from the shell that it was written for. */
  | {
      readonly kind: 'pasted';
      readonly file: string;
      readonly words: readonly string[];
      readonly keywords: readonly string[];
    };
