import { UserError } from '../../../base/userError.ts';
import type { ConfigProblem } from '../hostConfig.ts';

/**
 * Names that come from outside end up in commands (%h, %r), so OpenSSH refuses what a shell or an option parser could
 * misread (CVE-2023-51385), and so do we.
 *
 * @throws UserError<ConfigProblem>
 */
export function checkHostName(value: string): void {
  if (!isValidHostName(value)) throw new UserError<ConfigProblem>({ code: 'configBadName', what: 'host', value });
}

/** @throws UserError<ConfigProblem> */
export function checkUserName(value: string): void {
  if (!isValidUserName(value)) throw new UserError<ConfigProblem>({ code: 'configBadName', what: 'user', value });
}

export function isValidHostName(value: string): boolean {
  return value !== '' && !/^-|['`"$\\;&<>|(){}\s\0-\x1f\x7f]/.test(value);
}

function isValidUserName(value: string): boolean {
  return value !== '' && !/^-|['`";&<>|(){}\0-\x1f\x7f]|\s-|\\$/.test(value);
}
