import * as vscode from 'vscode';
import type { StatusAction, StatusPick, StatusSection } from '../../view/statusPicks.ts';

interface Item extends vscode.QuickPickItem {
  readonly action?: StatusAction;
}

interface Button extends vscode.QuickInputButton {
  readonly action: StatusAction;
}

/** The quick pick behind the status bar item. Undefined when cancelled. */
export async function pickStatus(sections: readonly StatusSection[]): Promise<StatusAction | undefined> {
  const box = vscode.window.createQuickPick<Item>();
  box.title = 'SSH Ports';
  box.placeholder = 'Open or copy an address, fix a problem, or switch forwarding off and on';
  box.matchOnDescription = true;
  box.items = sections.flatMap(({ title, picks }) => [
    ...(title ? [{ label: title, kind: vscode.QuickPickItemKind.Separator }] : []),
    ...picks.map(item),
  ]);
  try {
    return await new Promise<StatusAction | undefined>((resolve) => {
      box.onDidAccept(() => resolve(box.selectedItems[0]?.action));
      box.onDidTriggerItemButton(({ button }) => resolve((button as Button).action));
      box.onDidHide(() => resolve(undefined));
      box.show();
    });
  } finally {
    box.dispose();
  }
}

function item({ label, description, icon, action, buttons }: StatusPick): Item {
  return {
    label,
    description,
    iconPath: new vscode.ThemeIcon(icon),
    action,
    buttons: buttons.map(({ icon: id, tooltip, ...its }): Button => ({
      iconPath: new vscode.ThemeIcon(id),
      tooltip,
      action: its,
    })),
  };
}
