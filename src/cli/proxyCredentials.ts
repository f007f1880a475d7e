import type { Credentials } from '../core/forward/socks.ts';

/** What -D, and -R without a destination, ask their clients for: ssh(1) has no flag that could say so. */
export const userVariable = 'SSH_PORTS_SOCKS_USER';
export const passwordVariable = 'SSH_PORTS_SOCKS_PASSWORD';

/** Undefined when neither is there. A proxy is not left open because of a slip: half an answer is `incomplete`. */
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
