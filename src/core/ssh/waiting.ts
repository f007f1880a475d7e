/**
 * Machines answer within this. A server or a proxy that takes longer may be waiting for a person: a push to a phone, a
 * page to open.
 */
export const PERSON_MS = 10_000;

/**
 * Limits of an attempt that nobody waits for and that its caller repeats. An attempt that a person waits for has none but
 * ConnectTimeout, as in ssh(1): the person cancels, and the server has its LoginGraceTime.
 */
export const UNATTENDED = {
  /** For one step that machines do among themselves. */
  silenceMs: 30_000,
  /** For the login. Longer than the LoginGraceTime of sshd_config(5), so that the server has the first word. */
  loginMs: 150_000,
} as const;
