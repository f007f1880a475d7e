import { never } from '../../base/delay.ts';
import { previousHosts } from '../../core/session/state.ts';
import { restoreQuestion } from '../../view/restoreText.ts';
import * as say from '../asking/messages.ts';
import type { Context, Flow } from '../context.ts';
import type { EditorSettings } from '../readSettings.ts';
import { restoreAlways } from '../settings.ts';

/** Reconnects a reloaded window to its hosts: after one question, at once, or never. */
export async function restore(
  { engine }: Context,
  mode: EditorSettings['restore'],
  signal: AbortSignal,
): Promise<void> {
  const hosts = previousHosts(engine.state.get());
  if (hosts.length === 0) return;
  switch (mode) {
    case 'never':
      return engine.forgetLeft();
    case 'always':
      return engine.restore('left', 'background', signal);
    case 'ask': {
      const [reconnectNow, always, no] = ['Reconnect', 'Always Reconnect', 'Don’t Reconnect'] as const;
      const choice = await say.info(restoreQuestion(hosts), reconnectNow, always, no);
      // A closed question is no answer: the status bar item goes on offering to reconnect.
      if (choice === undefined) return;
      if (choice === no) return engine.forgetLeft();
      if (choice === always) await restoreAlways();
      return engine.restore('left', 'attended', signal);
    }
  }
}

/** Reconnects to the hosts of the window before it was reloaded. */
export const reconnect: Flow = async ({ engine }) => {
  if (previousHosts(engine.state.get()).length > 0) return engine.restore('left', 'attended', never);
  await say.info('No host is left to reconnect to. Run “SSH Ports: Connect to Host…”.');
};
