import util from 'node:util';
import '../endOnSignal.mjs';
import { openBrowser } from './browser.ts';
import { type BuildName, builds } from './builds.ts';
import { startServer } from './server.ts';

/**
 * Runs `--extensionTestsPath` inside the extension host of a VS Code server, taking the arguments that
 * `@vscode/test-electron` gives to desktop VS Code. `VSCODE_BUILD` names the build.
 *
 * @returns the exit code of the tests: 0 when `run()` of the suite resolved. A killed extension host gives 0 too.
 */
export async function runInHost(args: readonly string[]): Promise<number> {
  const extension = required(args, 'extensionDevelopmentPath');
  const tests = required(args, 'extensionTestsPath');
  const folder = args.find((arg) => !arg.startsWith('-'));
  const server = await startServer({ mode: 'testDriver', build: wantedBuild() });
  try {
    const browser = await openBrowser();
    try {
      const exitCode = new Promise<number>((resolve, reject) => {
        browser.page.on('crash', () => reject(new Error('the page of the workbench crashed')));
        void browser.context.exposeFunction('codeAutomationExit', (code: number) => resolve(code));
      });
      await browser.context.exposeFunction('codeAutomationLog', (_type: string, values: readonly unknown[]) =>
        console.log(util.format(...values)),
      );
      const { host } = new URL(server.url);
      const payload = [
        ['extensionDevelopmentPath', `vscode-remote://${host}${extension}`],
        ['extensionTestsPath', `vscode-remote://${host}${tests}`],
      ];
      const query = new URLSearchParams({ payload: JSON.stringify(payload), ...(folder !== undefined && { folder }) });
      await browser.page.goto(`${server.url}?${query.toString()}`, { waitUntil: 'commit' });
      return await exitCode;
    } finally {
      await browser.close();
    }
  } finally {
    await server.stop();
  }
}

function required(args: readonly string[], name: string): string {
  const found = args.find((arg) => arg.startsWith(`--${name}=`));
  if (found === undefined) throw new Error(`--${name}= is missing`);
  return found.slice(`--${name}=`.length);
}

function wantedBuild(): BuildName {
  const name = process.env['VSCODE_BUILD'] ?? 'newest';
  const found = (Object.keys(builds) as BuildName[]).find((build) => build === name);
  if (found === undefined)
    throw new Error(`VSCODE_BUILD is ${name}: it must be one of ${Object.keys(builds).join(', ')}`);
  return found;
}
