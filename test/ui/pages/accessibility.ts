import axe from 'axe-core';
import type { Locator } from 'playwright-core';

/** The violations of axe's accessibility rules in an element: names, roles, order, contrast. */
export async function stumblingBlocks(element: Locator): Promise<readonly string[]> {
  const frame = await (await element.elementHandle())?.ownerFrame();
  if (!frame) throw new Error('The element is not in the page.');
  await frame.evaluate(axe.source);
  // The frame is transparent, and axe would take the editor's background behind it for white.
  await frame.evaluate(`document.documentElement.style.background = 'var(--vscode-editor-background)'`);
  const { violations } = await frame.evaluate(() => axe.run());
  return violations.map(({ help, nodes }) => `${help}: ${nodes.map(({ html }) => html).join(', ')}`);
}
