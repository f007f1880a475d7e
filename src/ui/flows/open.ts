import * as vscode from 'vscode';

/** Opens a forwarded page in the browser. */
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
 * The address at which the user's browser reaches this machine. It differs from `url` when the editor itself runs in a
 * browser. CAUTION: some versions of `asExternalUri` drop path and query, so both are added again.
 */
async function external(url: string): Promise<vscode.Uri> {
  const wanted = vscode.Uri.parse(url, true);
  const root = wanted.with({ path: '/', query: '', fragment: '' });
  const reached = await vscode.env.asExternalUri(root);
  if (reached.authority === root.authority) return wanted;
  const path = reached.path.replace(/\/$/u, '') + wanted.path;
  return reached.with({ path, query: [reached.query, wanted.query].filter(Boolean).join('&') });
}
