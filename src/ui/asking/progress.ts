import * as vscode from 'vscode';
import { signalOf } from '../guard.ts';

/** Runs a slow action under a notification that can cancel it. */
export function withProgress<T>(title: string, run: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const options = { location: vscode.ProgressLocation.Notification, cancellable: true, title };
  return Promise.resolve(vscode.window.withProgress(options, (_, token) => run(signalOf(token))));
}
