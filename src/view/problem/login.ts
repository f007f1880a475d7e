import type { AuthFailed } from '../../core/ssh/connection.ts';
import type { Texts } from './texts.ts';

/** From the server's door to a connection that is logged in. */
export const loginTexts: Texts<'authFailed' | 'loginNeeded' | 'cancelled'> = {
  authFailed: (problem) => {
    const { host, user, accepted, said } = problem;
    const tried = [...new Set(problem.tried)].join(', ') || 'nothing';
    const accepts = accepted.length > 0 ? `; the server accepts: ${accepted.join(', ')}` : '';
    return {
      brief: problem.tried.at(-1) === 'password' ? 'wrong password' : 'login refused',
      what: `${host} refused the login as ${user} (tried: ${tried}${accepts})${said === undefined ? '.' : `: “${said}”`}`,
      next: nextAfterRefusal(problem),
    };
  },
  loginNeeded: () => ({
    brief: 'login needed',
    what: 'The connection is lost, and the new login has a question for you.',
    next: 'Connect again to answer it.',
  }),
  cancelled: () => ({ brief: 'cancelled', what: 'Cancelled.', next: '' }),
};

function nextAfterRefusal({ tried, onlyOpenssh }: AuthFailed): string {
  if (onlyOpenssh) {
    return `Only the system’s ssh can use ${onlyOpenssh.join(', ')}: set sshPorts.transport to auto, or load the key into your agent (ssh-add).`;
  }
  const last = tried.at(-1);
  if (last === 'password') {
    return 'Connect again and type the password once more, or check User in the SSH configuration.';
  }
  // A server may refuse such a login without a single question, so perhaps nobody typed anything.
  if (last === 'keyboard-interactive') {
    return 'Connect again to answer the server once more, or check User and IdentityFile in the SSH configuration.';
  }
  return 'Check User and IdentityFile in the SSH configuration, or load the key into your agent (ssh-add).';
}
