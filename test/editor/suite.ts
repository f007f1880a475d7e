import fs from 'node:fs';
import path from 'node:path';

/** One test as it ended. */
export interface EditorResult {
  readonly name: string;
  readonly status: 'passed' | 'failed' | 'skipped';
  readonly error?: string;
}

/** What the suite leaves behind. Without `done` the extension host was ended before the tests were. */
export interface EditorReport {
  readonly done: boolean;
  readonly results: readonly EditorResult[];
}

/**
 * Called by VS Code inside the extension host: runs every bundled test beside this file with mocha and writes an
 * `EditorReport` to the file that `EDITOR_REPORT` names, after each test and at the end.
 */
export async function run(): Promise<void> {
  process.setSourceMapsEnabled(true);
  const { default: Mocha } = await import('mocha');
  const mocha = new Mocha({ ui: 'tdd', reporter: 'min', timeout: 30_000 });
  for (const file of fs.readdirSync(__dirname, { recursive: true, encoding: 'utf8' })) {
    if (file.endsWith('.test.cjs')) mocha.addFile(path.join(__dirname, file));
  }
  const results: EditorResult[] = [];
  const report = (done: boolean): void => {
    const text: EditorReport = { done, results };
    const file = process.env['EDITOR_REPORT'];
    if (file) fs.writeFileSync(file, JSON.stringify(text));
  };
  const add = (result: EditorResult): void => {
    results.push(result);
    report(false);
  };
  await new Promise<void>((resolve) => {
    mocha
      .run(() => resolve())
      .on('pass', (test) => add({ name: test.fullTitle(), status: 'passed' }))
      .on('pending', (test) => add({ name: test.fullTitle(), status: 'skipped' }))
      .on('fail', (test, error: Error) =>
        add({ name: test.fullTitle(), status: 'failed', error: error.stack ?? error.message }),
      );
  });
  report(true);
  const failed = results.filter(({ status }) => status === 'failed').length;
  if (failed > 0) throw new Error(`${failed} of ${results.length} tests failed`);
}
