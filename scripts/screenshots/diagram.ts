import { pathToFileURL } from 'node:url';
import type { Page } from 'playwright-core';

/** Draws an SVG file as a PNG beside it: the store shows no SVG. The card behind it fits light and dark pages. */
export async function takeDiagram(page: Page, file: string): Promise<void> {
  await page.emulateMedia({ colorScheme: 'light' });
  await page.goto(pathToFileURL(file).href);
  const drawing = page.locator('svg');
  await drawing.evaluate((svg) => svg.setAttribute('style', 'display: block'));
  await drawing.screenshot({ path: file.replace(/\.svg$/, '.png'), omitBackground: true });
}
