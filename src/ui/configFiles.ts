import path from 'node:path';
import * as vscode from 'vscode';
import type { Readable } from '../base/store.ts';
import type { Sessions } from '../core/session/sessions.ts';
import type { Settings } from '../core/session/settings.ts';

/** Keeps the list of hosts as the SSH configuration has it, through changes of any file that it includes. */
export async function followConfigFiles(sessions: Sessions, settings: Readable<Settings>): Promise<vscode.Disposable> {
  const stopped = new AbortController();
  let watched = '';
  let watchers: readonly vscode.Disposable[] = [];
  const refresh = async (): Promise<void> => {
    const files = await sessions.refreshHosts(stopped.signal);
    if (files.join('\n') === watched) return;
    watched = files.join('\n');
    for (const watcher of watchers) watcher.dispose();
    watchers = files.map((file) => {
      const pattern = new vscode.RelativePattern(vscode.Uri.file(path.dirname(file)), path.basename(file));
      const watcher = vscode.workspace.createFileSystemWatcher(pattern);
      watcher.onDidChange(refresh);
      watcher.onDidCreate(refresh);
      watcher.onDidDelete(refresh);
      return watcher;
    });
  };
  await refresh();
  let configFile = settings.get().configFile;
  const stop = settings.watch((now) => {
    if (now.configFile === configFile) return;
    configFile = now.configFile;
    void refresh();
  });
  return new vscode.Disposable(() => {
    stopped.abort();
    stop();
    for (const watcher of watchers) watcher.dispose();
  });
}
