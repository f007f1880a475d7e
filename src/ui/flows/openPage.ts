import type { Engine } from '../../engine/engine.ts';
import { canOpen } from '../../view/forwardActions.ts';
import { forwardUrl } from '../../view/forwardText.ts';
import type { Place } from '../../view/row.ts';
import { actedOn, type Outcome } from '../../view/script/outcome.ts';
import { chooseForward } from '../asking/pickForward.ts';
import type { Flow } from '../context.ts';
import { openInBrowser, openPreview } from './open.ts';

export const openPage: Flow = ({ engine }, row) => showPage(engine, row, 'Open in Browser', openInBrowser);

export const previewPage: Flow = ({ engine }, row) => showPage(engine, row, 'Preview in Editor', openPreview);

async function showPage(
  engine: Engine,
  row: Place | undefined,
  title: string,
  open: (url: string) => Promise<void>,
): Promise<Outcome | undefined> {
  const chosen = await chooseForward(engine.state.get(), row, { title, can: canOpen, onlyOne: 'take' });
  const url = chosen && forwardUrl(chosen.host, chosen.forward);
  if (!url) return undefined;
  await open(url);
  return actedOn(chosen);
}
