import * as vscode from 'vscode';
import { type HostChoice, readTypedHost } from '../../core/config/typed.ts';
import type { AppState, HostState } from '../../core/session/state.ts';
import { type HostPick, hostsByUse, listedHost, portHosts, typedHost } from '../../view/hostPicks.ts';

/** Lets the user choose a configured host, type a destination as for `ssh`, or type ports first. Undefined: cancelled. */
export async function pickHost(state: AppState, title: string): Promise<HostChoice | undefined> {
  const hosts = hostsByUse(state.hosts);
  const known = hosts.map((host) => item(listedHost(host)));
  const pick = vscode.window.createQuickPick<ReturnType<typeof item>>();
  pick.title = title;
  pick.placeholder = 'Choose a host, or type a host or a port: me@example.com, ssh -p 2222 me@example.com, 8080';
  pick.items = known;
  pick.onDidChangeValue((value) => {
    const typed = hosts.some(({ name }) => name === value.trim()) ? undefined : readTypedHost(value);
    if (typed?.kind === 'ports') pick.items = portHosts(typed.forwards, hosts).map(shownAlways);
    else pick.items = typed ? [...known, shownAlways(typedHost(typed))] : known;
  });
  try {
    return await new Promise<HostChoice | undefined>((resolve) => {
      pick.onDidAccept(() => {
        const choice = pick.selectedItems[0]?.choice;
        if (choice) resolve(choice);
      });
      pick.onDidHide(() => resolve(undefined));
      pick.show();
    });
  } finally {
    pick.dispose();
  }
}

/** Lets the user choose one of the given hosts. Undefined when cancelled, or when there is none. */
export async function pickConnectedHost(hosts: readonly HostState[], title: string): Promise<string | undefined> {
  if (hosts.length === 0) {
    void vscode.window.showInformationMessage('No host is connected. Run “SSH Ports: Connect to Host…”.');
    return undefined;
  }
  const items = hosts.map((host) => item(listedHost(host)));
  return (await vscode.window.showQuickPick(items, { title }))?.choice?.name;
}

function shownAlways(host: HostPick): ReturnType<typeof item> & vscode.QuickPickItem {
  return { ...item(host), alwaysShow: true };
}

function item({
  label,
  description,
  icon,
  choice,
}: HostPick): vscode.QuickPickItem & { readonly choice: HostChoice | undefined } {
  return { label, description, iconPath: new vscode.ThemeIcon(icon), choice };
}
