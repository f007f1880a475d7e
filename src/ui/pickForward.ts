import * as vscode from 'vscode';
import type { AppState, ForwardState, HostState } from '../core/session/state.ts';
import { destinationText, localAddress } from '../view/forwardText.ts';

/** Lets the user choose one of all forwards; the only one is taken without asking. */
export async function pickForward(
  state: AppState,
  title: string,
): Promise<{ readonly host: HostState; readonly forward: ForwardState } | undefined> {
  const items = state.hosts.flatMap((host) =>
    host.forwards.map((forward) => ({
      label: String(forward.label ?? forward.remotePort ?? destinationText(forward.spec)),
      description: [host.name, localAddress(forward)].filter(Boolean).join(' → '),
      host,
      forward,
    })),
  );
  if (items.length === 0) {
    void vscode.window.showInformationMessage('Nothing is forwarded.');
    return undefined;
  }
  return items.length === 1 ? items[0] : vscode.window.showQuickPick(items, { title });
}
