import * as vscode from 'vscode';
import { within } from '../../base/delay.ts';

/** A notification that vanishes at once disturbs. VS Code also drops the fourth notification within 800 ms. */
const shownAfterMs = 300;

/** Runs an action. If it takes longer than a moment, a notification shows it and can cancel it. */
export async function withProgress<T>(title: string, run: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const cancelled = new AbortController();
  const job = run(cancelled.signal);
  if (await within(shownAfterMs, job)) return job;
  const options = { location: vscode.ProgressLocation.Notification, cancellable: true, title };
  return vscode.window.withProgress(options, (_, token) => {
    token.onCancellationRequested(() => cancelled.abort());
    return job;
  });
}
