import * as vscode from 'vscode';
import { type AppState, isActive } from '../core/session/state.ts';

/**
 * Lets the user choose a host of the configuration or type what one types after `ssh`. Undefined when cancelled.
 */
export async function pickHost(state: AppState, title: string): Promise<string | undefined> {
  const hosts = [...state.hosts].sort((a, b) => Number(isActive(b)) - Number(isActive(a)));
  const known: vscode.QuickPickItem[] = hosts.map((host) => ({
    label: host.name,
    iconPath: new vscode.ThemeIcon(host.link.kind === 'online' ? 'vm-active' : 'vm'),
    ...(host.link.kind === 'online' && { description: 'connected' }),
  }));
  const pick = vscode.window.createQuickPick();
  pick.title = title;
  pick.placeholder = 'Choose a host, or type one: me@example.com, example.com:2222';
  pick.items = known;
  pick.onDidChangeValue((value) => {
    const typed = value.trim();
    const isKnown = hosts.some((host) => host.name === typed);
    pick.items =
      typed === '' || isKnown
        ? known
        : [
            ...known,
            {
              label: typed,
              description: 'use what you typed',
              alwaysShow: true,
              iconPath: new vscode.ThemeIcon('edit'),
            },
          ];
  });
  try {
    return await new Promise<string | undefined>((resolve) => {
      pick.onDidAccept(() => resolve(pick.selectedItems[0]?.label));
      pick.onDidHide(() => resolve(undefined));
      pick.show();
    });
  } finally {
    pick.dispose();
  }
}
