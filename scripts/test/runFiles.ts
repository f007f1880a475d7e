import fs from 'node:fs';
import { type EventData, run } from 'node:test';
import { inspect } from 'node:util';

/** One line of the report: a test without tests below it. */
export interface TestResult {
  readonly file: string;
  readonly name: string;
  readonly status: 'passed' | 'failed' | 'skipped';
  /** Why it failed or was skipped. */
  readonly error?: string;
}

const [reportFile = '', concurrency = '1', ...files] = process.argv.slice(2);

/** Node has no pipes to child processes there, so the file runs in this process. */
const isInWine = process.platform === 'win32' && process.env['WINEPREFIX'] !== undefined;

/** What each file has written so far. */
const output = new Map<string, string>();

// Each file runs in a process with the same preloaded modules as this one, and is ended after four minutes.
run({ files, concurrency: Number(concurrency), timeout: 240_000, ...(isInWine && { isolation: 'none' }) })
  .on('test:stdout', keep)
  .on('test:stderr', keep)
  .on('test:diagnostic', ({ file = '', message }) => keep({ file, message: `${message}\n` }))
  .on('test:pass', (test) => add(passed(test)))
  .on('test:fail', (test) => add(failed(test)));

function keep({ file, message }: { readonly file: string; readonly message: string }): void {
  output.set(file, (output.get(file) ?? '') + message);
}

/** Writes each result at once, so that a run that is stopped keeps its results. */
function add(result: TestResult | undefined): void {
  if (result) fs.appendFileSync(reportFile, `${JSON.stringify(result)}\n`);
}

/** A file is itself reported as a test when none of its own was. A test may well be named by a path. */
function isFile(name: string): boolean {
  return files.includes(name);
}

function passed({ name, file = name, skip, todo, details }: EventData.TestPass): TestResult | undefined {
  if (details.type === 'suite') return undefined;
  const why = skip ?? todo;
  if (why !== undefined) return { file, name, status: 'skipped', error: typeof why === 'string' ? why : 'no reason' };
  if (isFile(name)) return { file, name: 'the file', status: 'failed', error: 'There are no tests in it.' };
  return { file, name, status: 'passed' };
}

function failed({ name, file = name, details }: EventData.TestFail): TestResult | undefined {
  const error = details.error as Error & { failureType?: string };
  // A suite fails with its test, and only the test counts.
  if (error.failureType === 'subtestsFailed') return undefined;
  const text = inspect(error.cause ?? error);
  // A process that ended badly outside of its tests says why in its output.
  if (isFile(name)) return { file, name: 'the file', status: 'failed', error: `${text}\n${output.get(file) ?? ''}` };
  return { file, name, status: 'failed', error: text };
}
