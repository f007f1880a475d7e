import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { build } from 'esbuild';
import type { Wanted } from '../../src/webview/wanted.ts';
import { type Browser, openBrowser } from '../support/vscode/browser.ts';

let browser: Browser;
before(async () => {
  browser = await openBrowser();
});
after(() => browser.close());
beforeEach(async () => {
  const { outputFiles } = await build({
    entryPoints: ['src/webview/patch.ts'],
    bundle: true,
    write: false,
    format: 'iife',
    globalName: 'webview',
  });
  await browser.page.setContent('<main></main>');
  await browser.page.addScriptTag({ content: outputFiles[0]?.text ?? '' });
});

async function patch(...wanted: readonly Wanted[]): Promise<string> {
  const json = JSON.stringify(wanted);
  return browser.page.evaluate(
    `webview.patch(document.querySelector('main'), ${json}), document.querySelector('main').innerHTML`,
  );
}

const button = (id: string, label: string): Wanted => ({ tag: 'button', attributes: { id }, content: label });

test('elements, attributes and text appear, change and disappear', async () => {
  assert.equal(await patch(button('a', 'A'), button('b', 'B')), '<button id="a">A</button><button id="b">B</button>');
  assert.equal(await patch({ tag: 'button', content: 'C' }), '<button>C</button>');
  assert.equal(await patch({ tag: 'ul', content: [{ tag: 'li', content: 'one' }] }), '<ul><li>one</li></ul>');
  assert.equal(await patch({ tag: 'ul', content: [] }), '<ul></ul>');
  assert.equal(await patch(), '');
});

test('text from a remote stays text', async () => {
  assert.equal(await patch({ tag: 'p', content: '<img src=x>' }), '<p>&lt;img src=x&gt;</p>');
});

test('an element that only changes its text keeps the focus', async () => {
  await patch(button('a', 'Try Now'), button('b', 'Check'));
  await browser.page.focus('#b');
  await patch(button('a', 'Connect'), button('b', 'Check Again'));
  assert.equal(await browser.page.evaluate('document.activeElement.textContent'), 'Check Again');
});

test('an icon is an element of SVG, which the browser draws', async () => {
  await patch({ tag: 'svg', content: [{ tag: 'path', attributes: { d: 'M5 8h6' }, content: [] }] });
  assert.ok(await browser.page.evaluate("document.querySelector('path') instanceof SVGPathElement"));
});

test('an element that becomes text loses its children', async () => {
  await patch({ tag: 'div', content: [{ tag: 'p', content: 'old' }] });
  assert.equal(await patch({ tag: 'div', content: 'new' }), '<div>new</div>');
});

test('text that becomes elements leaves nothing behind', async () => {
  await patch({ tag: 'div', content: 'old' });
  assert.equal(await patch({ tag: 'div', content: [{ tag: 'p', content: 'new' }] }), '<div><p>new</p></div>');
});
