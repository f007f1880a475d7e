import axe from 'axe-core';
import type { Locator } from 'playwright-core';

/** What somebody who cannot see it well would stumble over, by axe's rules: names, roles, order, contrast. */
export async function stumblingBlocks(element: Locator): Promise<readonly string[]> {
  const frame = await (await element.elementHandle())?.ownerFrame();
  if (!frame) throw new Error('The element is not in the page.');
  await frame.evaluate(axe.source);
  // The frame is transparent: what the editor draws behind it would be taken for white.
  await frame.evaluate(`document.documentElement.style.background = 'var(--vscode-editor-background)'`);
  const { violations } = await frame.evaluate(() => axe.run());
  return violations.map(({ help, nodes }) => `${help}: ${nodes.map(({ html }) => html).join(', ')}`);
}
