import { UserError } from '../../base/userError.ts';

/** The connection is gone, so whatever was open or asked for on it has failed. */
export function linkLost(options?: ErrorOptions): UserError<{ readonly code: 'linkLost' }> {
  return new UserError({ code: 'linkLost' }, options);
}
