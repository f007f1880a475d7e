import type { Credentials } from '../core/forward/socks.ts';

/** The environment variables for SOCKS proxies (-D, and -R without a destination): ssh(1) has no flag for a password. */
export const userVariable = 'SSH_PORTS_SOCKS_USER';
export const passwordVariable = 'SSH_PORTS_SOCKS_PASSWORD';

/** Undefined when neither variable is set. SECURITY: with only one of them the result is `incomplete`, so that no proxy opens without a password by mistake. */
export function proxyCredentials(env: NodeJS.ProcessEnv): Credentials | 'incomplete' | undefined {
  const [user, password] = [env[userVariable], env[passwordVariable]];
  if (user === undefined && password === undefined) return undefined;
  return fits(user) && fits(password) ? { user, password } : 'incomplete';
}

/** RFC 1929 §2: 1 to 255 bytes. */
function fits(text: string | undefined): text is string {
  const bytes = Buffer.byteLength(text ?? '');
  return bytes >= 1 && bytes <= 255;
}
