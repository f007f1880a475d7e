import type { Locator, Page } from 'playwright-core';
import { until } from '../../support/until.ts';
import { quickPickRow, runCommand } from './workbench.ts';

/** Opens the SSH Ports container from the activity bar, unless it is open. */
export async function openPortsView(page: Page): Promise<void> {
  const tab = page.locator('.activitybar .action-item', { has: page.locator('[aria-label^="SSH Ports"]') });
  const view = page.locator('.sidebar .pane-body').first();
  // RACE: a reloaded window opens the view by itself if it was open before. A click at that moment closes the view.
  await until('the view SSH Ports', async () => {
    const isOpen = (await tab.getAttribute('class', { timeout: 3000 }))?.includes('checked');
    if (!isOpen) await tab.locator('.action-label').click({ timeout: 3000 });
    await view.waitFor({ timeout: 3000 });
    return isOpen;
  });
}

/** Rows of the Ports tree: hosts at level 1, the rows below a host at level 2. */
export function rows(page: Page, text: string | RegExp, level?: number): Locator {
  const atLevel = level === undefined ? '' : `[aria-level="${level}"]`;
  return page.locator(`.sidebar .pane-body .monaco-list-row[role="treeitem"]${atLevel}`, { hasText: text });
}

/** The row of a host that is connected now. One that “was connected” before a reload is none. */
export function connectedHost(page: Page, name = ''): Locator {
  return rows(page, new RegExp(`${name}.*(?<!was )connected`, 'su'), 1);
}

/** Moves the pointer away and clicks a row: the tooltip of another row may cover it. */
export async function clickRow(row: Locator): Promise<void> {
  await row.waitFor();
  await row.page().mouse.move(0, 0);
  await row.click();
}

/** Unfolds a row. */
export async function expand(row: Locator): Promise<void> {
  // RACE: the product unfolds a host that has connected, and a click at the same moment folds it again.
  await until('the row unfolded', async () => {
    const isFolded = (await row.getAttribute('aria-expanded')) === 'false';
    if (isFolded) await row.locator('.monaco-tl-twistie').click({ timeout: 3000 });
    await row.and(row.page().locator('[aria-expanded="true"]')).waitFor({ timeout: 3000 });
    return true;
  });
}

/** The icon of a row: the name of a codicon. */
export async function icon(row: Locator): Promise<string | undefined> {
  const classes = await row.locator('.custom-view-tree-node-item-icon').first().getAttribute('class');
  return /codicon-(?!modifier)([a-z-]+)/u.exec(classes ?? '')?.[1];
}

/** The item in the status bar. */
export function status(page: Page): Locator {
  return page.locator('.statusbar-item[id*="sshPorts.status"]');
}

/** Clicks the item in the status bar and chooses a row of its quick pick. */
export async function statusAction(page: Page, label: string | RegExp): Promise<void> {
  await status(page).click();
  await quickPickRow(page, label).first().click();
}

export async function connect(page: Page, host: string): Promise<void> {
  // RACE: a quick pick closes when something else takes the focus, such as the tree after a click.
  await until(`the choice of ${host}`, async () => {
    await runCommand(page, 'SSH Ports: Connect to Host');
    await quickPickRow(page, host).first().click({ timeout: 3000 });
    return true;
  });
}

/** Forwards a listed port of the only connected host, as Forward Port does. */
export async function forwardListedPort(page: Page, port: number): Promise<void> {
  // RACE: a quick pick closes when something else takes the focus, such as the tree that draws its rows.
  await until(
    `the choice of port ${port}`,
    async () => {
      await runCommand(page, 'SSH Ports: Forward Port');
      await quickPickRow(page, new RegExp(`^${port}(?!\\d)`, 'u'))
        .first()
        .click({ timeout: 8000 });
      return true;
    },
    60_000,
  );
}

/** Disconnects every host, which ends its forwards. Resolves when the tree shows it. */
export async function disconnectAll(page: Page): Promise<void> {
  const connected = connectedHost(page);
  for (let left = await connected.count(); left > 0; left--) {
    await rowAction(connected.first(), /Disconnect/u, async () => (await connected.count()) < left);
  }
}

/**
 * Presses a button of a row, shown on hover, until `isDone`; `label` is its tooltip.
 *
 * RACE: a row that the editor draws anew under a resting pointer shows no buttons until the pointer moves. And while the
 * editor fetches the rows anew, it cannot tell the extension whose button was pressed: the extension asks for another
 * press.
 */
export async function rowAction(row: Locator, label: RegExp, isDone: () => Promise<boolean>): Promise<void> {
  await until(`the effect of the button ${label} of a row`, async () => {
    if (await isDone()) return true;
    await row.page().mouse.move(0, 0);
    await row.hover({ timeout: 2000 });
    await row.getByRole('button', { name: label }).first().click({ timeout: 2000 });
    return until('the effect', isDone, 5000);
  });
}
