/**
 * The user authentication protocol (RFC 4252, RFC 4256) as questions and answers. A transport provides it. Each method
 * sends one request and settles with the server's reply.
 */
export interface Userauth {
  /** The signature algorithms that the server says it knows (RFC 8308 §3.1). */
  readonly signatureAlgorithms: readonly string[] | undefined;
  none(): Promise<AuthReply>;
  password(password: string): Promise<AuthReply>;
  /** RFC 4252 §8: the answer to `passwordExpired`. */
  changePassword(old: string, chosen: string): Promise<AuthReply>;
  keyboardInteractive(): Promise<AuthReply>;
  /** RFC 4256 §3.4: the answers to `questions`, one for each prompt. */
  answer(answers: readonly string[]): Promise<AuthReply>;
  /** RFC 4252 §7: asks whether the server would accept this key. */
  probe(algorithm: string, blob: Buffer): Promise<AuthReply>;
  /** RFC 4252 §7: logs in with a key. `sign` gets the data that the signature covers. */
  signed(algorithm: string, blob: Buffer, sign: (data: Buffer) => Promise<Buffer>): Promise<AuthReply>;
}

export type AuthReply =
  | { readonly kind: 'success' }
  /** RFC 4252 §5.1. `isPartial`: this method succeeded, and the server wants another one too. */
  | { readonly kind: 'failure'; readonly accepted: readonly string[]; readonly isPartial: boolean }
  | { readonly kind: 'keyAccepted' }
  | { readonly kind: 'passwordExpired'; readonly prompt: string }
  | {
      readonly kind: 'questions';
      readonly title: string;
      readonly instruction: string;
      readonly prompts: readonly KeyboardPrompt[];
    };

/** One prompt of a keyboard-interactive round (RFC 4256 §3.2). */
export interface KeyboardPrompt {
  readonly prompt: string;
  /** The typed answer may be visible. */
  readonly echo: boolean;
}

export type Failure = Extract<AuthReply, { readonly kind: 'failure' }>;
export type Outcome = Extract<AuthReply, { readonly kind: 'success' | 'failure' }>;

/** A server that asks a question where it must give an outcome breaks the protocol. That counts as a failure. */
export function asFailure(reply: AuthReply): Failure {
  return reply.kind === 'failure' ? reply : { kind: 'failure', accepted: [], isPartial: false };
}

export function asOutcome(reply: AuthReply): Outcome {
  return reply.kind === 'success' ? reply : asFailure(reply);
}
