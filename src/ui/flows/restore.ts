import type { Sessions } from '../../core/session/sessions.ts';
import { restoreQuestion } from '../../view/restoreText.ts';
import type { EditorSettings } from '../readSettings.ts';
import { restoreAlways } from '../settings.ts';
import * as say from '../asking/messages.ts';

/** Reconnects a reloaded window to its hosts: after one question, at once, or never. */
export async function restore(sessions: Sessions, mode: EditorSettings['restore'], signal: AbortSignal): Promise<void> {
  const hosts = sessions.left();
  if (hosts.length === 0) return;
  switch (mode) {
    case 'never':
      return sessions.forgetLeft();
    case 'always':
      return sessions.restore('background', signal);
    case 'ask': {
      const reconnect = 'Reconnect';
      const always = 'Always Reconnect';
      const choice = await say.info(restoreQuestion(hosts), reconnect, always);
      if (choice === undefined) return sessions.forgetLeft();
      if (choice === always) await restoreAlways();
      return sessions.restore('attended', signal);
    }
  }
}
