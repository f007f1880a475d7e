import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';

/** The program that OpenSSH runs where SSH_ASKPASS names none. */
const usualProgram = '/usr/bin/ssh-askpass';

/**
 * The program that answers in place of the terminal (ssh(1), SSH_ASKPASS and SSH_ASKPASS_REQUIRE). Undefined when the
 * terminal is to be asked, or nobody.
 */
export function askpassProgram(env: NodeJS.ProcessEnv, hasTerminal: boolean): string | undefined {
  const required = env['SSH_ASKPASS_REQUIRE']?.toLowerCase();
  const hasDisplay = Boolean(env['DISPLAY'] || env['WAYLAND_DISPLAY']);
  const isAllowed = required === 'force' || (hasDisplay && required !== 'never');
  const isWanted = required === 'force' || required === 'prefer' || !hasTerminal;
  return isAllowed && isWanted ? (env['SSH_ASKPASS'] ?? usualProgram) : undefined;
}

/** The first line that the program prints. Undefined when it fails, which means that the person cancelled. */
export async function askProgram(program: string, prompt: string, signal: AbortSignal): Promise<string | undefined> {
  const { SSH_ASKPASS_PROMPT: _, ...env } = process.env;
  const child = spawn(program, [prompt], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise<boolean>((resolve) => {
    child.once('error', () => resolve(false));
    child.once('close', (status) => resolve(status === 0));
  });
  const stop = (): void => void child.kill();
  signal.addEventListener('abort', stop, { once: true });
  try {
    const [output, isAnswer] = await Promise.all([text(child.stdout), ended]);
    signal.throwIfAborted();
    return isAnswer ? output.split(/\r?\n/u)[0] : undefined;
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
