import fs from 'node:fs';
import path from 'node:path';
import { inRoot, root } from '../root.ts';
import { runNode } from '../run.ts';
import type { TestResult } from './runFiles.ts';
import type { Outcome } from './stage.ts';

/**
 * Runs every `*.test.ts` below a folder with node:test, each file in a process of its own.
 *
 * @param concurrency how many files at a time
 */
export async function nodeTests(folder: string, concurrency: number, signal: AbortSignal): Promise<Outcome> {
  const files = testFiles(inRoot(folder));
  if (files.length === 0) return { passed: 0, skipped: 0, failures: [{ name: folder, text: 'There are no tests.' }] };
  const reportFile = inRoot('out', 'results', `${folder.replaceAll('/', '-')}.jsonl`);
  fs.mkdirSync(path.dirname(reportFile), { recursive: true });
  fs.rmSync(reportFile, { force: true });
  const preload = ['tsx', './test/support/endOnSignal.mjs'].flatMap((module) => ['--import', module]);
  const args = [...preload, 'scripts/test/runFiles.ts', reportFile, String(concurrency), ...files];
  try {
    const { code, output } = await runNode(args, {}, signal);
    const outcome = read(reportFile);
    if (code === 0 || outcome.failures.length > 0) return outcome;
    return { ...outcome, failures: [{ name: folder, text: `The test runner ended with ${code}:\n${output}` }] };
  } catch (error) {
    if (!signal.aborted) throw error;
    const { passed, skipped, failures } = read(reportFile);
    const text = `${String(signal.reason)}: ${passed} tests had passed`;
    return { passed, skipped, failures: [...failures, { name: folder, text }] };
  }
}

export function testFiles(folder: string): string[] {
  return fs
    .readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.test.ts'))
    .map((file) => path.join(folder, file))
    .sort();
}

function read(reportFile: string): Outcome {
  const lines = fs.existsSync(reportFile) ? fs.readFileSync(reportFile, 'utf8').split('\n').filter(Boolean) : [];
  const results = lines.map((line) => JSON.parse(line) as TestResult);
  return {
    passed: results.filter(({ status }) => status === 'passed').length,
    skipped: results.filter(({ status }) => status === 'skipped').length,
    failures: results
      .filter(({ status }) => status === 'failed')
      .map(({ file, name, error = '' }) => ({ name: `${path.relative(root, file)}: ${name}`, text: error })),
  };
}
