import os from 'node:os';
import * as vscode from 'vscode';
import type { Engine } from '../../engine/engine.ts';
import { diagnosis } from '../../view/diagnosis.ts';
import { forwardPath } from '../../view/path/path.ts';
import { withProgress } from '../asking/progress.ts';
import type { Flow } from '../context.ts';

/** Checks every host and forward, and opens the result as a text to paste into a bug report. */
export const diagnose: Flow = async ({ engine, settings, extension, readOnlyText }) => {
  const rttMs = new Map<string, number>();
  await withProgress('Checking all hosts and forwards…', async (signal) => {
    const checks = engine.state.get().hosts.flatMap((host) => [
      // The state keeps why a check failed, and the text shows the state.
      engine.ping(host.name, signal).then(
        (ms) => ms !== undefined && rttMs.set(host.name, ms),
        () => undefined,
      ),
      ...host.forwards
        .filter(({ id }) => canBeChecked(engine, host.name, id))
        .map((forward) => engine.checkForward(forward, signal).catch(() => undefined)),
    ]);
    await Promise.all(checks);
  });
  const packageJson = extension.packageJSON as { readonly version: string };
  const versions = {
    'SSH Ports': packageJson.version,
    'VS Code': `${vscode.version} (${vscode.env.appHost}${vscode.env.remoteName === undefined ? '' : ', remote'})`,
    Node: process.versions.node,
    System: `${os.type()} ${os.release()} ${os.arch()}`,
  };
  const content = diagnosis({ state: engine.state.get(), settings: settings.get(), versions, rttMs });
  await readOnlyText.show('SSH Ports Diagnosis.md', content);
};

function canBeChecked(engine: Engine, host: string, id: string): boolean {
  const hops = forwardPath(engine.state.get(), host, id)?.hops ?? [];
  return hops.some(({ actions }) => actions.some((action) => action.id === 'check'));
}
