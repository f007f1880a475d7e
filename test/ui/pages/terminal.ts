import type { Locator, Page } from 'playwright-core';
import { runCommand } from './workbench.ts';

/** Opens a terminal with the keyboard focus. Resolves when shell integration works. */
export async function openTerminal(page: Page): Promise<void> {
  await runCommand(page, 'Terminal: Create New Terminal');
  await terminal(page).waitFor();
  // Shell integration draws this mark beside the first prompt.
  await terminal(page).locator('.terminal-command-decoration').first().waitFor({ state: 'attached' });
}

/** The visible terminal. */
export function terminal(page: Page): Locator {
  return page.locator('.terminal-wrapper.active .xterm');
}
