import * as vscode from 'vscode';

/** Opens a forwarded page in the browser, by way of the editor's own idea of where this machine is. */
export async function openInBrowser(url: string): Promise<void> {
  await vscode.env.openExternal(await external(url));
}

/** Shows a forwarded page in an editor tab, with VS Code's own Simple Browser. */
export async function openPreview(url: string): Promise<void> {
  await vscode.commands.executeCommand('simpleBrowser.api.open', await external(url), {
    viewColumn: vscode.ViewColumn.Beside,
    preserveFocus: false,
  });
}

/**
 * `asExternalUri` gives the address that reaches this extension's machine from the user's browser, which differs when
 * the editor itself runs in a browser. Some versions drop path and query on the way: they are put back.
 */
async function external(url: string): Promise<vscode.Uri> {
  const wanted = vscode.Uri.parse(url, true);
  const root = wanted.with({ path: '/', query: '', fragment: '' });
  const reached = await vscode.env.asExternalUri(root);
  if (reached.authority === root.authority) return wanted;
  const path = reached.path.replace(/\/$/u, '') + wanted.path;
  return reached.with({ path, query: [reached.query, wanted.query].filter(Boolean).join('&') });
}
