import path from 'node:path';
import { Scope } from '../../src/base/scope.ts';
import { inRoot, root } from '../root.ts';
import { outcomeOf, results, testFiles } from './nodeTests.ts';
import { type NotInWine, notInWine } from './notInWine.ts';
import type { TestResult } from './runFiles.ts';
import type { Outcome } from './stage.ts';
import { startWine } from './wine.ts';

/** Where Windows differs: command lines, paths, named pipes, sockets. */
const folders = ['spec', 'config', 'forward'].map((area) => inRoot('test', 'unit', area));

/** Runs unit tests in Node for Windows, inside Wine: each file in a process of its own. */
export async function wineTests(signal: AbortSignal): Promise<Outcome> {
  const scope = new Scope();
  try {
    const wineNode = await startWine(scope, signal);
    const probe = await wineNode(['--eval', '0'], signal);
    if (probe.code !== 0) {
      const text = `Node for Windows does not start in the Wine of this machine:\n${probe.output.trim()}`;
      return { passed: 0, failures: [], skips: [{ name: 'all', text }] };
    }
    const tests: TestResult[] = [];
    for (const file of folders.flatMap(testFiles)) {
      const name = path.relative(root, file).replace(/\.test\.ts$/, '');
      const start = (args: readonly string[]) => wineNode(args, signal);
      const found = await results({ name: `wine/${name}`, files: [file], concurrency: 1, start }, signal);
      const none: TestResult = { file, name: 'the file', status: 'failed', error: 'There are no tests in it.' };
      // Wine's Node names the file as Windows does.
      tests.push(...(found.length > 0 ? found : [none]).map((test) => ({ ...test, file })));
      if (signal.aborted) break;
    }
    return outcomeOf(withoutKnown(tests, notInWine));
  } finally {
    await scope.close();
  }
}

/** Turns the failures that the table knows into skips with their reasons; a name that no test has is a failure. */
function withoutKnown(tests: readonly TestResult[], table: readonly NotInWine[]): readonly TestResult[] {
  const judged = tests.map((test): TestResult => {
    const row = table.find(({ file, names }) => test.file === pathOf(file) && names.includes(test.name));
    const isKnown = row && test.status === 'failed' && row.error.test(test.error ?? '');
    return isKnown ? { ...test, status: 'skipped', error: row.because } : test;
  });
  const stale = table.flatMap(({ file, names }) =>
    names
      .filter((name) => !tests.some((test) => test.file === pathOf(file) && test.name === name))
      .map((name): TestResult => ({ file: pathOf(file), name, status: 'failed', error: 'There is no such test.' })),
  );
  return [...judged, ...stale];
}

function pathOf(file: string): string {
  return inRoot('test', 'unit', `${file}.test.ts`);
}
