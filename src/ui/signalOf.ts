import * as vscode from 'vscode';

/** A signal that aborts when VS Code or another extension cancels. */
export function signalOf(token: vscode.CancellationToken | undefined): AbortSignal {
  const controller = new AbortController();
  const abort = (): void => controller.abort(new vscode.CancellationError());
  if (token?.isCancellationRequested) abort();
  token?.onCancellationRequested(abort);
  return controller.signal;
}
