import * as vscode from 'vscode';
import { mount, type Readable } from '../../base/store.ts';
import type { AppState } from '../../core/session/state.ts';
import { configDiagnostics } from '../../view/configDiagnostics.ts';

/** Shows errors of the SSH configuration in the Problems view and at their lines. */
export function registerConfigDiagnostics(state: Readable<AppState>): vscode.Disposable {
  const collection = vscode.languages.createDiagnosticCollection('sshPorts');
  const stop = mount(
    state,
    ({ configProblems }) => configDiagnostics(configProblems),
    (found) => {
      collection.clear();
      for (const file of new Set(found.map((each) => each.file))) {
        const here = found.filter((each) => each.file === file);
        collection.set(
          vscode.Uri.file(file),
          here.map(({ line, message }) => diagnostic(line, message)),
        );
      }
    },
  );
  return vscode.Disposable.from(collection, { dispose: stop });
}

function diagnostic(line: number, message: string): vscode.Diagnostic {
  const wholeLine = new vscode.Range(line - 1, 0, line - 1, Number.MAX_SAFE_INTEGER);
  const made = new vscode.Diagnostic(wholeLine, message, vscode.DiagnosticSeverity.Error);
  made.source = 'SSH Ports';
  return made;
}
