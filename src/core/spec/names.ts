import { UserError } from '../../base/userError.ts';

/** A user or host name that OpenSSH's own character rules refuse. */
export interface BadNameProblem {
  readonly code: 'configBadName';
  readonly what: 'host' | 'user';
  readonly value: string;
}

/**
 * SECURITY: names from outside end up in commands (%h, %r). OpenSSH refuses characters that a shell or an option parser
 * could misread (CVE-2023-51385), and so do we.
 *
 * @throws UserError<BadNameProblem>
 */
export function checkHostName(value: string): void {
  if (!isValidHostName(value)) throw badName('host', value);
}

/** @throws UserError<BadNameProblem> */
export function checkUserName(value: string): void {
  if (value === '' || /^-|['`";&<>|(){}\0-\x1f\x7f]|\s-|\\$/.test(value)) throw badName('user', value);
}

export function isValidHostName(value: string): boolean {
  return value !== '' && !/^-|['`"$\\;&<>|(){}\s\0-\x1f\x7f]/.test(value);
}

export function badName(what: 'host' | 'user', value: string): UserError<BadNameProblem> {
  return new UserError({ code: 'configBadName', what, value });
}
