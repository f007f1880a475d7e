import fs from 'node:fs';
import path from 'node:path';
import type { EditorReport } from '../../test/editor/suite.ts';
import { type BuildName, builds } from '../../test/support/vscode/builds.ts';
import { bundleTests } from '../pack/bundle.ts';
import { layOut } from '../pack/layOut.ts';
import { inRoot } from '../root.ts';
import { runNode } from '../run.ts';
import { testFiles } from './nodeTests.ts';
import { failed, type Outcome } from './stage.ts';

/** Runs test/editor inside the extension host of one VS Code, with the extension as it is packed. */
export async function editorTests(build: BuildName, signal: AbortSignal): Promise<Outcome> {
  const sources = inRoot('test', 'editor');
  const bundled = inRoot('out', 'editor-tests');
  await bundleTests([path.join(sources, 'suite.ts'), ...testFiles(sources)], sources, bundled);
  const reportFile = inRoot('out', 'results', `editor-${build}.json`);
  fs.mkdirSync(path.dirname(reportFile), { recursive: true });
  fs.rmSync(reportFile, { force: true });
  const args = [layOut(), path.join(bundled, 'suite.cjs'), builds[build].vscode];
  const env = { ...process.env, EDITOR_REPORT: reportFile, VSCODE_BUILD: build };
  const { code, output } = await runNode(['--import', 'tsx', 'scripts/test/runEditor.ts', ...args], { env }, signal);
  return judge(build, reportFile, `VS Code ended with ${code}:\n${output}`);
}

/** A killed extension host ends with code 0, so only a finished report with a passed test counts. */
function judge(build: BuildName, reportFile: string, log: string): Outcome {
  const name = `VS Code ${builds[build].vscode}`;
  if (!fs.existsSync(reportFile)) return failed([{ name, text: `No test ran. ${log}` }]);
  const { done, results } = JSON.parse(fs.readFileSync(reportFile, 'utf8')) as EditorReport;
  const failures = results
    .filter(({ status }) => status === 'failed')
    .map((result) => ({ name: `${name}: ${result.name}`, text: result.error ?? '' }));
  const passed = results.filter(({ status }) => status === 'passed').length;
  const skips = results
    .filter(({ status }) => status === 'skipped')
    .map((result) => ({ name: result.name, text: 'the test says so itself' }));
  if (!done) failures.push({ name, text: `The extension host ended before its tests. ${log}` });
  else if (passed === 0 && failures.length === 0) failures.push({ name, text: `No test passed. ${log}` });
  return { passed, failures, skips };
}
