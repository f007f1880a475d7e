import { UserError } from '../../../base/userError.ts';
import type { HostConfig } from '../../config/hostConfig.ts';
import type { AuthFailed } from '../connection.ts';
import type { Prompts } from '../prompts.ts';
import type { LoginAttempts } from './loginAttempts.ts';
import { keyboardMethod, type Method, passwordMethod } from './authQuestions.ts';
import { type PublickeyDeps, publickeyMethod } from './publickey.ts';
import { asFailure, type Userauth } from './userauth.ts';

export interface AuthDeps extends PublickeyDeps {
  readonly prompts: Prompts;
  /** Can another transport log in where this one would have to ask a person first? */
  readonly isReplaceable?: () => Promise<boolean>;
}

/**
 * Logs in with the methods that both sides support, in the order of PreferredAuthentications, as OpenSSH does. A method
 * continues until it has nothing more to try. When the server asks for a further method, the order starts over. A failed
 * attempt is never repeated. Returns the method that succeeded, with the key's name.
 */
export async function authenticate(userauth: Userauth, deps: AuthDeps, signal: AbortSignal): Promise<string> {
  const { config, attempts, isReplaceable = async () => false } = deps;
  const { tried } = attempts;
  let hasAsked = false;
  const prompts: Prompts = {
    ...deps.prompts,
    secret: (question, stop) => {
      hasAsked = true;
      return deps.prompts.secret(question, stop);
    },
  };
  const methods = new Map<string, Method>();
  const publickey = publickeyMethod(userauth, deps, signal);
  if (config.pubkeyAuthentication) methods.set('publickey', publickey.next);
  if (!config.batchMode) {
    if (config.kbdInteractiveAuthentication) {
      methods.set('keyboard-interactive', keyboardMethod(userauth, { config, prompts, attempts }, signal));
    }
    if (config.passwordAuthentication)
      methods.set('password', passwordMethod(userauth, { config, prompts, attempts }, signal));
  }

  let reply = await userauth.none();
  for (;;) {
    if (reply.kind === 'success') return tried.at(-1) ?? 'none';
    const failure = asFailure(reply);
    if (failure.isPartial) publickey.startOver();
    // A server that names no method accepts any, as in ssh(1).
    const isAccepted = (method: string): boolean => failure.accepted.length === 0 || failure.accepted.includes(method);
    const name = config.preferredAuthentications.find((method) => methods.has(method) && isAccepted(method));
    const method = name === undefined ? undefined : methods.get(name);
    if (name === undefined || !method) {
      // A person who typed a password in vain must not type it again for another transport.
      const further = hasAsked ? [] : methodsOfOpenssh(config, failure.accepted);
      throw authFailed(config, attempts, failure.accepted, [...publickey.heldBack(), ...further]);
    }
    if (name !== 'publickey' && publickey.heldBack().length > 0 && (await isReplaceable())) {
      throw authFailed(config, attempts, failure.accepted, publickey.heldBack());
    }
    const outcome = await method();
    if (outcome) reply = outcome;
    else methods.delete(name);
  }
}

export function authFailed(
  { name: host, user }: HostConfig,
  { tried, said }: LoginAttempts,
  accepted: readonly string[],
  onlyOpenssh: readonly string[] = [],
): UserError<AuthFailed> {
  const further = { ...(said !== '' && { said }), ...(onlyOpenssh.length > 0 && { onlyOpenssh }) };
  return new UserError<AuthFailed>({ code: 'authFailed', host, user, tried, accepted, ...further });
}

/** The methods that ssh(1) supports, we do not, and both sides allow. */
function methodsOfOpenssh(config: HostConfig, accepted: readonly string[]): readonly string[] {
  const isAllowed: Readonly<Record<string, boolean>> = {
    'gssapi-with-mic': config.gssapiAuthentication,
    hostbased: config.hostbasedAuthentication,
  };
  return config.preferredAuthentications.filter((method) => isAllowed[method] && accepted.includes(method));
}
