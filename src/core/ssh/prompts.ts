import type { CertificateFault } from './certificateFault.ts';

/** The questions that a connection may ask a person. The editor, the command line and the tests each implement them. */
export interface Prompts {
  /** Undefined: the person cancelled. */
  hostKey(question: HostKeyQuestion, signal: AbortSignal): Promise<'once' | 'remember' | 'refuse' | undefined>;
  /** Undefined: the person cancelled. */
  secret(question: SecretQuestion, signal: AbortSignal): Promise<string | undefined>;
  /** The remembered answer to this question, or undefined. Asks nobody. */
  recall?(question: SecretQuestion): Promise<string | undefined>;
  /** May the agent keep a key that was unlocked (ssh_config(5) AddKeysToAgent ask)? */
  addToAgent(question: AgentQuestion, signal: AbortSignal): Promise<boolean>;
  /** Shows a message of the server (a banner) as plain text. Absent where nobody can read it. */
  notice?(host: string, text: string): void;
}

export interface AgentQuestion {
  readonly host: string;
  readonly keyFile: string;
}

export interface HostKeyQuestion {
  /** The hop's name as the user typed it. */
  readonly host: string;
  readonly address: string;
  readonly port: number;
  /** `ssh-ed25519`, shown as 'ED25519'. */
  readonly keyType: string;
  /** `SHA256:…`, as ssh-keygen -l prints it. */
  readonly fingerprint: string;
  /** Why the certificate of this key proves nothing. Absent for a server without a certificate of a known authority. */
  readonly certificateFault?: CertificateFault;
  /** Does DNS confirm the key, without proof (SSHFP)? Absent where nobody asked DNS. */
  readonly isInDns?: boolean;
}

export type SecretQuestion =
  | { readonly kind: 'passphrase'; readonly host: string; readonly keyFile: string; readonly attempt: number }
  | {
      readonly kind: 'password';
      readonly host: string;
      /** `name:port` of the machine that gets the password. SECURITY: a remembered password goes to no other machine. */
      readonly server: string;
      readonly user: string;
      readonly attempt: number;
    }
  /** The password expired. The person types the new one twice. */
  | {
      readonly kind: 'newPassword';
      readonly host: string;
      readonly server: string;
      readonly user: string;
      /** The server's words. */
      readonly reason: string;
      readonly isRepeated: boolean;
      /** The two answers differed, so the person starts over. */
      readonly isMismatch: boolean;
    }
  /** One prompt of a keyboard-interactive round (RFC 4256 §3.2). `echo`: the typed answer may be visible. */
  | {
      readonly kind: 'keyboardInteractive';
      readonly host: string;
      readonly user: string;
      readonly title: string;
      readonly instruction: string;
      readonly prompt: string;
      readonly echo: boolean;
    };

/** The key under which an answer may be remembered. Undefined for an answer that may be a one-time code. */
export function secretKey(question: SecretQuestion): string | undefined {
  switch (question.kind) {
    case 'passphrase':
      return `passphrase ${question.keyFile}`;
    case 'password':
      return passwordKey(question);
    case 'newPassword':
      return question.isRepeated ? undefined : passwordKey(question);
    case 'keyboardInteractive':
      return undefined;
  }
}

function passwordKey({ user, host, server }: Readonly<Record<'user' | 'host' | 'server', string>>): string {
  return `password ${user}@${host} ${server}`;
}
