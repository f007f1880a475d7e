import type { AuthContext, KeyboardAuthContext } from 'ssh2';
import type { HostConfig } from '../../../../src/core/config/hostConfig.ts';
import { hostConfig } from '../../../support/hostConfig.ts';
import { type ScriptedServer } from '../../../support/scriptedServer.ts';

export const PASSWORD = 'pa55w0rd-that-must-not-leak';

export const to = (server: ScriptedServer, changes: Partial<HostConfig> = {}): HostConfig =>
  hostConfig({ port: server.port, user: 'me', userKnownHostsFiles: [server.knownHostsFile], ...changes });

/** Accepts this password only. */
export const byPassword = (context: AuthContext): void => {
  if (context.method === 'password' && context.password === PASSWORD) context.accept();
  else context.reject(['password']);
};

/** Asks the rounds one after the other. The right answers log the user in. */
export function ask(context: KeyboardAuthContext, rounds: readonly (readonly [string, string])[]): void {
  const [round, ...rest] = rounds;
  if (!round) {
    context.accept();
    return;
  }
  context.prompt([{ prompt: round[0], echo: false }], 'Login', 'Answer please', ([answer]) => {
    if (answer === round[1]) ask(context, rest);
    else context.reject(['keyboard-interactive']);
  });
}
