import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Locator, Page } from 'playwright-core';
import { type Browser, openBrowser } from '../../support/vscode/browser.ts';
import { until } from '../../support/until.ts';
import { type ServerOptions, startServer, type VSCodeServer } from '../../support/vscode/server.ts';

const out = fileURLToPath(new URL('../../../out/', import.meta.url));

/** VS Code with the packed extension in a throw-away profile, open in a browser. */
export interface Workbench {
  readonly page: Page;
  readonly browser: Browser;
  readonly server: VSCodeServer;
  /** The open, empty workspace folder. */
  readonly folder: string;
  close(): Promise<void>;
}

/** Needs `npm run package` before, unless a `vsix` is given. Resolves when the workbench is drawn. */
export async function openWorkbench(options: Omit<ServerOptions, 'mode'> = {}): Promise<Workbench> {
  const server = await startServer({ vsix: path.join(out, 'ssh-ports.vsix'), ...options, mode: 'product' });
  let browser: Browser | undefined;
  const close = async (): Promise<void> => {
    await browser?.close();
    await server.stop();
  };
  try {
    const folder = path.join(server.profile.root, 'workspace');
    fs.mkdirSync(folder);
    browser = await openBrowser();
    const { page } = browser;
    await page.goto(`${server.url}?folder=${encodeURIComponent(folder)}`, { waitUntil: 'commit' });
    await page.locator('.monaco-workbench').waitFor();
    // RACE: keys and commands get lost until the extension host answers, which draws the status bar.
    await page.locator('.statusbar-item').first().waitFor();
    return { page, browser, server, folder, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Runs a command by its title, as in the command palette. */
export async function runCommand(page: Page, title: string): Promise<void> {
  // RACE: the palette closes when something else takes the focus, for example a dialog that has just ended.
  await until(`the command ${title}`, async () => {
    await page.keyboard.press('F1');
    await quickInput(page).fill(`>${title}`, { timeout: 3000 });
    await quickPickRow(page, title).first().waitFor({ timeout: 3000 });
    await quickInput(page).press('Enter', { timeout: 1000 });
    return true;
  });
}

/** Dismisses all notifications. */
export async function clearNotifications(page: Page): Promise<void> {
  await runCommand(page, 'Notifications: Clear All Notifications');
}

/** Settings of a workbench that begins dark and is light after `toggleTheme`. */
export const bothThemes = {
  'workbench.colorTheme': 'Default Dark Modern',
  'workbench.preferredDarkColorTheme': 'Default Dark Modern',
  'workbench.preferredLightColorTheme': 'Default Light Modern',
} as const;

/** Changes from the dark to the light theme or back. Resolves when the theme is drawn. */
export async function toggleTheme(page: Page): Promise<void> {
  const isDark = (await page.locator('.monaco-workbench.vs-dark').count()) > 0;
  await runCommand(page, 'Preferences: Toggle between Light/Dark Themes');
  await page.locator(`.monaco-workbench.${isDark ? 'vs' : 'vs-dark'}`).waitFor();
}

/** The text field of the palette, of a quick pick or of an input box. */
export function quickInput(page: Page): Locator {
  return page.locator('.quick-input-widget:visible input.input');
}

/** A button in the title of the palette, of a quick pick or of an input box. */
export function quickInputButton(page: Page, label: string): Locator {
  return page.locator(`.quick-input-widget:visible .quick-input-titlebar [aria-label="${label}"]`);
}

/** Rows of the open quick pick; older ones stay in the page, hidden. */
export function quickPickRow(page: Page, text: string | RegExp): Locator {
  return page.locator('.quick-input-widget:visible .quick-input-list .monaco-list-row', { hasText: text });
}

/** The row that the Enter key chooses. */
export function chosenRow(page: Page, text: string | RegExp): Locator {
  return page.locator('.quick-input-widget:visible .quick-input-list .monaco-list-row.focused', { hasText: text });
}

/** A visible notification. */
export function toast(page: Page, text: string | RegExp): Locator {
  return page.locator('.notifications-toasts .notification-list-item', { hasText: text });
}

/** The modal dialog with this text. */
export function dialog(page: Page, text: string | RegExp = ''): Locator {
  return page.locator('.monaco-dialog-box', { hasText: text });
}

/** Presses a button of the modal dialog. Resolves when the dialog is gone. */
export async function answerDialog(page: Page, label: string | RegExp): Promise<void> {
  await dialog(page).locator('.monaco-button', { hasText: label }).click();
  await dialog(page).waitFor({ state: 'detached' });
}

/** Saves `out/screenshots/NAME.png` and returns its path. */
export async function screenshot(page: Page, name: string): Promise<string> {
  const file = path.join(out, 'screenshots', `${name}.png`);
  await page.screenshot({ path: file, animations: 'disabled' });
  return file;
}

/** What `afterEach` of node:test tells. Node 20 has `passed` from 20.12 on; its type came later. */
interface EndedTest {
  readonly name: string;
  readonly passed?: boolean;
}

/** For `afterEach`: saves `out/screenshots/failed-TEST-N.png` of each page when the test failed. */
export async function screenshotOfFailure({ name, passed }: EndedTest, ...pages: readonly Page[]): Promise<void> {
  if (passed !== false) return;
  const file = `failed-${name.replaceAll(/\W+/gu, '-').slice(0, 60)}`;
  for (const [index, page] of pages.entries()) await screenshot(page, `${file}-${index + 1}`);
}
