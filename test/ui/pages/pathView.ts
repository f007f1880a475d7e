import type { Locator, Page } from 'playwright-core';
import { runCommand } from './workbench.ts';

/** Opens the view with the path of the only forward, or of the selected one. */
export async function showPath(page: Page): Promise<Locator> {
  await runCommand(page, 'SSH Ports: Show Path');
  const picture = pathPicture(page);
  await picture.locator('.verdict').waitFor();
  return picture;
}

/** What the view shows. The editor keeps it in a frame of a frame. */
export function pathPicture(page: Page): Locator {
  return page.frameLocator('iframe.webview').frameLocator('#active-frame').locator('main');
}

export function button(picture: Locator, label: string | RegExp): Locator {
  return picture.getByRole('button', { name: label });
}
