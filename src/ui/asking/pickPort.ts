import * as vscode from 'vscode';
import type { Readable } from '../../base/store.ts';
import { mount } from '../../base/store.ts';
import { readTypedForwards } from '../../core/config/typed.ts';
import { type AppState, findHost } from '../../core/session/state.ts';
import { anotherHost, detectedPicks, type PortPick, portPicks } from '../../view/portPicks.ts';

/**
 * The Forward Port box: the user picks a detected port or types one. The text is checked while it is typed.
 *
 * @param others whether the box offers another host than `hostName`
 */
export async function pickPort(
  state: Readable<AppState>,
  hostName: string,
  others: 'anotherHost' | 'thisHost',
): Promise<PortPick['choice']> {
  const pick = vscode.window.createQuickPick<vscode.QuickPickItem & { readonly pick: PortPick }>();
  pick.title = `Forward Port from ${hostName}`;
  pick.placeholder = '8080, 8000:8080, 8000:db.internal:5432, -R 8022:localhost:22, -D 1080, or a whole ssh command';
  pick.matchOnDescription = true;
  const show = (): void => {
    const understood = readTypedForwards(pick.value, hostName);
    const { typed, detected } = portPicks(pick.value, understood, hostName, findHost(state.get(), hostName));
    pick.items = [
      ...(typed ? [{ ...item(typed), alwaysShow: true }] : []),
      ...(detected.length > 0
        ? [
            {
              ...item({ label: 'remote ports', description: '', icon: '' }),
              kind: vscode.QuickPickItemKind.Separator,
            },
          ]
        : []),
      ...detected.map(item),
      ...(others === 'anotherHost' ? [{ ...item(anotherHost), alwaysShow: true }] : []),
    ];
  };
  pick.onDidChangeValue(show);
  const stop = mount(state, (app) => detectedPicks(findHost(app, hostName)), show);
  try {
    return await new Promise<PortPick['choice']>((resolve) => {
      pick.onDidAccept(() => {
        const choice = pick.selectedItems[0]?.pick.choice;
        if (choice) resolve(choice);
      });
      pick.onDidHide(() => resolve(undefined));
      pick.show();
    });
  } finally {
    stop();
    pick.dispose();
  }
}

function item(pick: PortPick): vscode.QuickPickItem & { readonly pick: PortPick } {
  return {
    label: pick.label,
    description: pick.description,
    ...(pick.icon && { iconPath: new vscode.ThemeIcon(pick.icon) }),
    pick,
  };
}
