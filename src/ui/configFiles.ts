import fs from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import type { Log } from '../base/log.ts';
import type { Readable } from '../base/store.ts';
import { errorText } from '../base/userError.ts';
import type { Engine } from '../engine/engine.ts';
import type { Settings } from '../core/session/settings.ts';

/** `listed` settles when the hosts of the SSH configuration are in the state. */
export interface FollowedConfig extends vscode.Disposable {
  readonly listed: Promise<void>;
}

/** Reads the list of hosts now and whenever the SSH configuration or a file that it includes changes. */
export function followConfigFiles(engine: Engine, settings: Readable<Settings>, log: Log): FollowedConfig {
  const stopped = new AbortController();
  let watched = '';
  let watchers: readonly vscode.Disposable[] = [];
  const refresh = async (): Promise<void> => {
    const { files, folders } = await engine.refreshHosts(stopped.signal);
    // The first file is the user's own.
    await vscode.commands.executeCommand('setContext', 'sshPorts.hasConfig', files.slice(0, 1).some(isFile));
    const places = [
      ...files.map((file) => [path.dirname(file), path.basename(file)]),
      ...folders.map((each) => [each, '*']),
    ];
    if (JSON.stringify(places) === watched) return;
    watched = JSON.stringify(places);
    for (const watcher of watchers) watcher.dispose();
    watchers = places.map(([folder = '', name = '']) => {
      const watcher = vscode.workspace.createFileSystemWatcher(
        new vscode.RelativePattern(vscode.Uri.file(folder), name),
      );
      watcher.onDidChange(changed);
      watcher.onDidCreate(changed);
      watcher.onDidDelete(changed);
      return watcher;
    });
  };
  const follow = (): Promise<void> => refresh().catch((error: unknown) => log.warn(errorText(error)));
  const changed = (): void => void follow();
  const listed = follow();
  let configFile = settings.get().configFile;
  const stop = settings.watch((now) => {
    if (now.configFile === configFile) return;
    configFile = now.configFile;
    changed();
  });
  return {
    listed,
    dispose: () => {
      stopped.abort();
      stop();
      for (const watcher of watchers) watcher.dispose();
    },
  };
}

function isFile(file: string): boolean {
  return fs.statSync(file, { throwIfNoEntry: false })?.isFile() ?? false;
}
