import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { type BrowserContext, chromium, type Page } from 'playwright-core';
import { findChromium } from './findChromium.ts';

/** A headless Chromium with a profile of its own that reaches this machine and nothing else. */
export interface Browser {
  readonly context: BrowserContext;
  readonly page: Page;
  close(): Promise<void>;
}

/**
 * @param home the home folder whose NSS database says what to trust; absent: the home of the user
 * @throws Error when there is no Chromium or Chrome here.
 */
export async function openBrowser(home?: string): Promise<Browser> {
  const executablePath = findChromium();
  if (executablePath === undefined) throw new Error('No Chromium or Chrome was found. CHROMIUM can name one.');
  const profile = fs.mkdtempSync(path.join(os.tmpdir(), 'chromium-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath,
    headless: true,
    ...(home !== undefined && { env: { ...process.env, HOME: home } }),
    viewport: { width: 1280, height: 800 },
    args: [
      '--no-sandbox', // tests run as root in containers, where Chromium's own sandbox cannot start
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost',
    ],
  });
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  return {
    context,
    page: context.pages()[0] ?? (await context.newPage()),
    close: async () => {
      await context.close();
      fs.rmSync(profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
    },
  };
}
