import { type PathRequest, readShow } from '../view/path/messages.ts';
import { patch } from './patch.ts';
import { picture } from './picture.ts';

declare function acquireVsCodeApi(): { postMessage(message: PathRequest): void };

/** Draws the paths that the extension sends, and reports the button that the user pressed. */
const api = acquireVsCodeApi();
const root = document.querySelector('main');

window.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
  const show = readShow(data);
  if (show && root) patch(root, picture(show));
});
root?.addEventListener('click', ({ target }) => {
  const id = target instanceof Element ? target.closest('button')?.dataset['action'] : undefined;
  if (id !== undefined) api.postMessage({ kind: 'act', id });
});
api.postMessage({ kind: 'ready' });
