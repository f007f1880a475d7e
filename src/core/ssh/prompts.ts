/** What a connection may have to ask a person. The editor, the command line and the tests each bring their own. */
export interface Prompts {
  hostKey(question: HostKeyQuestion, signal: AbortSignal): Promise<'once' | 'remember' | 'refuse'>;
  /** Undefined: the person cancelled. */
  secret(question: SecretQuestion, signal: AbortSignal): Promise<string | undefined>;
  /** What the person wants given to this question each time. Asks nobody. */
  recall?(question: SecretQuestion): Promise<string | undefined>;
  /** May the agent keep a key that was unlocked (ssh_config(5) AddKeysToAgent ask)? */
  addToAgent(question: AgentQuestion, signal: AbortSignal): Promise<boolean>;
  /** A message of the server's (a banner): shown as text, never interpreted. Absent: nobody is there to read it. */
  notice?(host: string, text: string): void;
}

export interface AgentQuestion {
  readonly host: string;
  readonly keyFile: string;
}

export interface HostKeyQuestion {
  /** The hop as the user names it. */
  readonly host: string;
  readonly address: string;
  readonly port: number;
  /** `ssh-ed25519`, shown as 'ED25519'. */
  readonly keyType: string;
  /** `SHA256:…`, as ssh-keygen -l prints it. */
  readonly fingerprint: string;
}

export type SecretQuestion =
  | { readonly kind: 'passphrase'; readonly host: string; readonly keyFile: string; readonly attempt: number }
  | {
      readonly kind: 'password';
      readonly host: string;
      /** `name:port` of the machine that gets it: what is remembered for it goes nowhere else. */
      readonly server: string;
      readonly user: string;
      readonly attempt: number;
    }
  /** The password expired. Asked twice: the new one, and the same again. */
  | {
      readonly kind: 'newPassword';
      readonly host: string;
      readonly server: string;
      readonly user: string;
      /** The server's words. */
      readonly reason: string;
      readonly isRepeated: boolean;
      /** The two did not agree, so it starts over. */
      readonly isMismatch: boolean;
    }
  /** One prompt of a keyboard-interactive round (RFC 4256 §3.2). `echo`: what is typed may be seen. */
  | {
      readonly kind: 'keyboardInteractive';
      readonly host: string;
      readonly user: string;
      readonly title: string;
      readonly instruction: string;
      readonly prompt: string;
      readonly echo: boolean;
    };

/** What an answer belongs to, where it may be used again. One-time codes may not. */
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
