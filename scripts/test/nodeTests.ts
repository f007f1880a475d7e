import fs from 'node:fs';
import path from 'node:path';
import { inRoot, root } from '../root.ts';
import { type Ended, runNode } from '../run.ts';
import type { TestResult } from './runFiles.ts';
import type { Failure, Outcome } from './stage.ts';

/** Test files for one run. */
interface Batch {
  /** Names the run in its report. */
  readonly name: string;
  readonly files: readonly string[];
  /** How many files at a time. */
  readonly concurrency: number;
  /** Runs a script with arguments in some Node. */
  readonly start: (args: readonly string[]) => Promise<Ended>;
}

/**
 * Runs every `*.test.ts` below a folder with node:test, each file in a process of its own.
 *
 * @param concurrency how many files at a time
 */
export async function nodeTests(folder: string, concurrency: number, signal: AbortSignal): Promise<Outcome> {
  const preload = ['tsx', './test/support/endOnSignal.mjs'].flatMap((module) => ['--import', module]);
  const start: Batch['start'] = (args) => runNode([...preload, ...args], {}, signal);
  return outcomeOf(await results({ name: folder, files: testFiles(inRoot(folder)), concurrency, start }, signal));
}

/** Returns at least one result: a run that cannot start its tests is a failure. */
export async function results(batch: Batch, signal: AbortSignal): Promise<readonly TestResult[]> {
  const { name, files, concurrency, start } = batch;
  const failure = (error: string): TestResult => ({ file: inRoot(name), name: 'all', status: 'failed', error });
  if (files.length === 0) return [failure('There are no tests.')];
  const reportFile = inRoot('out', 'results', `${name.replaceAll('/', '-')}.jsonl`);
  fs.mkdirSync(path.dirname(reportFile), { recursive: true });
  fs.rmSync(reportFile, { force: true });
  try {
    const { code, output } = await start(['scripts/test/runFiles.ts', reportFile, String(concurrency), ...files]);
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

export function outcomeOf(tests: readonly TestResult[]): Outcome {
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
