import type { Sessions } from '../../core/session/sessions.ts';
import { canOpen } from '../../view/forwardActions.ts';
import { forwardUrl } from '../../view/forwardText.ts';
import type { Row } from '../../view/row.ts';
import { chooseForward } from '../asking/pickForward.ts';
import type { Flow } from '../context.ts';
import { openInBrowser, openPreview } from './open.ts';

export const openPage: Flow = async ({ sessions }, row) => {
  const url = await choosePage(sessions, row, 'Open in Browser');
  if (url) await openInBrowser(url);
};

export const previewPage: Flow = async ({ sessions }, row) => {
  const url = await choosePage(sessions, row, 'Preview in Editor');
  if (url) await openPreview(url);
};

async function choosePage(sessions: Sessions, row: Row | undefined, title: string): Promise<string | undefined> {
  const chosen = await chooseForward(sessions.state.get(), row, { title, can: canOpen, onlyOne: 'take' });
  return chosen && forwardUrl(chosen.host, chosen.forward);
}
