import { UserError } from '../../../base/userError.ts';
import type { HostConfig } from '../../config/hostConfig.ts';
import type { HostProblem } from '../connection.ts';
import type { LoginAttempts } from './loginAttempts.ts';
import type { Prompts } from '../prompts.ts';
import { asOutcome, type AuthReply, type KeyboardPrompt, type Outcome, type Userauth } from './userauth.ts';

/** One authentication method: makes the next attempt. Undefined when it has nothing more to try. */
export type Method = () => Promise<Outcome | undefined>;

export interface QuestionDeps {
  readonly config: HostConfig;
  readonly prompts: Prompts;
  readonly attempts: LoginAttempts;
}

export function passwordMethod(
  userauth: Userauth,
  { config, prompts, attempts }: QuestionDeps,
  signal: AbortSignal,
): Method {
  const { name: host, user } = config;
  const server = `${config.hostName}:${config.port}`;
  let attempt = 0;

  /** RFC 4252 §8: asks for the new password that the server demands. Asks twice, because nobody sees the typed text. */
  const change = async (old: string, reason: string): Promise<AuthReply> => {
    for (let isMismatch = false; ; isMismatch = true) {
      const question = { kind: 'newPassword', host, server, user, reason, isMismatch } as const;
      const chosen = given(await prompts.secret({ ...question, isRepeated: false }, signal));
      const repeated = given(await prompts.secret({ ...question, isRepeated: true }, signal));
      if (chosen === repeated) return userauth.changePassword(old, chosen);
    }
  };

  return async () => {
    if (attempt++ >= config.numberOfPasswordPrompts) return undefined;
    const password = given(await prompts.secret({ kind: 'password', host, server, user, attempt }, signal));
    attempts.tried.push('password');
    let reply = await userauth.password(password);
    while (reply.kind === 'passwordExpired') reply = await change(password, reply.prompt);
    return asOutcome(reply);
  };
}

export function keyboardMethod(
  userauth: Userauth,
  { config, prompts, attempts }: QuestionDeps,
  signal: AbortSignal,
): Method {
  const { name: host, user } = config;
  const server = `${config.hostName}:${config.port}`;
  let attempt = 0;
  let wasAsked = false;
  return async () => {
    let isFirst = true;
    // A server that fails without a question has none to ask. OpenSSH gives up then, too.
    if (attempt++ >= config.numberOfPasswordPrompts || (attempt > 1 && !wasAsked)) return undefined;
    attempts.tried.push('keyboard-interactive');
    let reply = await userauth.keyboardInteractive();
    while (reply.kind === 'questions') {
      wasAsked = true; // even by a round without prompts: the user confirms elsewhere, for example on a phone
      const { title, instruction, prompts: questions } = reply;
      const answers: string[] = [];
      if (questions.length === 0 && (title || instruction)) prompts.notice?.(host, `${title}\n${instruction}`.trim());
      const isPassword = isFirst && !title && !instruction && asksForPassword(questions);
      for (const { prompt, echo } of questions) {
        isFirst = false;
        const question = isPassword
          ? ({ kind: 'password', host, server, user, attempt } as const)
          : ({ kind: 'keyboardInteractive', host, user, title, instruction, prompt, echo } as const);
        answers.push(given(await prompts.secret(question, signal)));
      }
      reply = await userauth.answer(answers);
    }
    return asOutcome(reply);
  };
}

/**
 * Is this PAM's question for the account's password?
 * SECURITY: only that password may be remembered. An answer to any other question may be a one-time code.
 */
function asksForPassword([question, ...further]: readonly KeyboardPrompt[]): boolean {
  return question !== undefined && further.length === 0 && !question.echo && accountPassword.test(question.prompt);
}

const accountPassword = /^password(?: for \S+)?: ?$/i;

function given(answer: string | undefined): string {
  if (answer === undefined) throw new UserError<HostProblem>({ code: 'cancelled' });
  return answer;
}
