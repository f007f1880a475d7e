import fs from 'node:fs';
import path from 'node:path';
import { inRoot, root } from '../root.ts';
import { runNode } from '../run.ts';
import type { TestResult } from './runFiles.ts';
import type { Failure, Outcome } from './stage.ts';

/**
 * Runs every `*.test.ts` below a folder with node:test, each file in a process of its own.
 *
 * @param concurrency how many files at a time
 */
export async function nodeTests(folder: string, concurrency: number, signal: AbortSignal): Promise<Outcome> {
  return outcomeOf(await results(folder, concurrency, signal));
}

/** Returns at least one result: a run that cannot start its tests is a failure. */
async function results(folder: string, concurrency: number, signal: AbortSignal): Promise<readonly TestResult[]> {
  const files = testFiles(inRoot(folder));
  const failure = (error: string): TestResult => ({ file: inRoot(folder), name: 'all', status: 'failed', error });
  if (files.length === 0) return [failure('There are no tests.')];
  const reportFile = inRoot('out', 'results', `${folder.replaceAll('/', '-')}.jsonl`);
  fs.mkdirSync(path.dirname(reportFile), { recursive: true });
  fs.rmSync(reportFile, { force: true });
  const preload = ['tsx', './test/support/endOnSignal.mjs'].flatMap((module) => ['--import', module]);
  const args = [...preload, 'scripts/test/runFiles.ts', reportFile, String(concurrency), ...files];
  try {
    const { code, output } = await runNode(args, {}, signal);
    const reported = read(reportFile);
    if (code === 0 || reported.some(({ status }) => status === 'failed')) return reported;
    return [...reported, failure(`The test runner ended with ${code}:\n${output}`)];
  } catch (error) {
    if (!signal.aborted) throw error;
    const reported = read(reportFile);
    return [...reported, failure(`${String(signal.reason)}: ${outcomeOf(reported).passed} tests had passed`)];
  }
}

export function testFiles(folder: string): string[] {
  return fs
    .readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.test.ts'))
    .map((file) => path.join(folder, file))
    .sort();
}

function read(reportFile: string): TestResult[] {
  const lines = fs.existsSync(reportFile) ? fs.readFileSync(reportFile, 'utf8').split('\n').filter(Boolean) : [];
  return lines.map((line) => JSON.parse(line) as TestResult);
}

function outcomeOf(tests: readonly TestResult[]): Outcome {
  const told = (wanted: TestResult['status']): Failure[] =>
    tests
      .filter(({ status }) => status === wanted)
      .map(({ file, name, error = '' }) => ({ name: `${path.relative(root, file)}: ${name}`, text: error }));
  return {
    passed: tests.filter(({ status }) => status === 'passed').length,
    failures: told('failed'),
    skips: told('skipped'),
  };
}
