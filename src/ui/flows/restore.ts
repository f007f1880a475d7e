import { never } from '../../base/delay.ts';
import { restoreQuestion } from '../../view/restoreText.ts';
import * as say from '../asking/messages.ts';
import type { Context, Flow } from '../context.ts';
import { previousHosts } from '../previousHosts.ts';
import type { EditorSettings } from '../readSettings.ts';
import { restoreAlways } from '../settings.ts';

/** Reconnects a reloaded window to its hosts: after one question, at once, or never. */
export async function restore(
  { sessions, statusBar }: Context,
  mode: EditorSettings['restore'],
  signal: AbortSignal,
): Promise<void> {
  const hosts = previousHosts(sessions);
  if (hosts.length === 0) return;
  switch (mode) {
    case 'never':
      await sessions.forgetLeft();
      return statusBar.draw();
    case 'always':
      return sessions.restore('background', signal);
    case 'ask': {
      const [reconnectNow, always, no] = ['Reconnect', 'Always Reconnect', 'Don’t Reconnect'] as const;
      const choice = await say.info(restoreQuestion(hosts), reconnectNow, always, no);
      // A closed question is no answer: the status bar item goes on offering to reconnect.
      if (choice === undefined) return;
      if (choice === no) {
        await sessions.forgetLeft();
        return statusBar.draw();
      }
      if (choice === always) await restoreAlways();
      return sessions.restore('attended', signal);
    }
  }
}

/** Reconnects to the hosts of the window before it was reloaded. */
export const reconnect: Flow = async ({ sessions }) => {
  if (previousHosts(sessions).length > 0) return sessions.restore('attended', never);
  await say.info('No host is left to reconnect to. Run “SSH Ports: Connect to Host…”.');
};
