import type { Engine } from '../../engine/engine.ts';
import { canOpen } from '../../view/forwardActions.ts';
import { forwardUrl } from '../../view/forwardText.ts';
import type { Row } from '../../view/row.ts';
import { chooseForward } from '../asking/pickForward.ts';
import type { Flow } from '../context.ts';
import { openInBrowser, openPreview } from './open.ts';

export const openPage: Flow = async ({ engine }, row) => {
  const url = await choosePage(engine, row, 'Open in Browser');
  if (url) await openInBrowser(url);
};

export const previewPage: Flow = async ({ engine }, row) => {
  const url = await choosePage(engine, row, 'Preview in Editor');
  if (url) await openPreview(url);
};

async function choosePage(engine: Engine, row: Row | undefined, title: string): Promise<string | undefined> {
  const chosen = await chooseForward(engine.state.get(), row, { title, can: canOpen, onlyOne: 'take' });
  return chosen && forwardUrl(chosen.host, chosen.forward);
}
