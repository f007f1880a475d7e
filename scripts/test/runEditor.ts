import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { runTests } from '@vscode/test-electron';
import '../../test/support/endOnSignal.mjs';
import { inRoot } from '../root.ts';

const [extensionDevelopmentPath = '', extensionTestsPath = '', version = ''] = process.argv.slice(2);
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'workspace-'));
process.on('exit', () => fs.rmSync(folder, { recursive: true, force: true }));
// Without a display desktop VS Code cannot start: a stand-in with the same arguments runs the tests in a server build.
const hasDisplay = process.platform !== 'linux' || process.env['DISPLAY'] !== undefined;
await runTests({
  ...(hasDisplay ? { version } : { vscodeExecutablePath: inRoot('test', 'support', 'vscode', 'code.mjs') }),
  extensionDevelopmentPath,
  extensionTestsPath,
  launchArgs: [folder, '--disable-extensions'],
});
