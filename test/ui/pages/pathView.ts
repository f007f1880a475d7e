import type { Locator, Page } from 'playwright-core';
import { runCommand } from './workbench.ts';

/** Opens the path view for the only forward, or for the selected forward. */
export async function showPath(page: Page): Promise<Locator> {
  await runCommand(page, 'SSH Ports: Show Path');
  const picture = pathPicture(page);
  await picture.locator('.verdict').waitFor();
  return picture;
}

/** The content of the path view, which the editor keeps in a frame inside a frame. */
export function pathPicture(page: Page): Locator {
  return page.frameLocator('iframe.webview').frameLocator('#active-frame').locator('main');
}

export function button(picture: Locator, label: string | RegExp): Locator {
  return picture.getByRole('button', { name: label });
}
