import type { Locator, Page } from 'playwright-core';
import { runCommand } from './workbench.ts';

/** Opens a terminal that has the focus. Resolves when its shell tells the editor what it runs. */
export async function openTerminal(page: Page): Promise<void> {
  await runCommand(page, 'Terminal: Create New Terminal');
  await terminal(page).waitFor();
  // Drawn beside the first prompt by shell integration.
  await terminal(page).locator('.terminal-command-decoration').first().waitFor({ state: 'attached' });
}

/** The terminal that is shown. */
export function terminal(page: Page): Locator {
  return page.locator('.terminal-wrapper.active .xterm');
}
