import fs from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import { mount, type Readable } from '../base/store.ts';
import type { Log } from '../base/log.ts';
import { guard } from './guard.ts';
import type { EditorSettings } from './readSettings.ts';

/** Puts `ssh-ports` on the PATH of the editor's terminals, unless its setting is off. */
export function offerTerminalCommand(
  { environmentVariableCollection: variables, globalStorageUri, extensionUri }: vscode.ExtensionContext,
  settings: Readable<EditorSettings>,
  log: Log,
): vscode.Disposable {
  const folder = path.join(globalStorageUri.fsPath, 'bin');
  const cli = vscode.Uri.joinPath(extensionUri, 'dist', 'cli.cjs').fsPath;
  const apply = async (isWanted: boolean): Promise<void> => {
    if (!isWanted) return variables.clear();
    await writeCommand(folder, cli);
    variables.description = 'Adds the command ssh-ports';
    variables.prepend('PATH', `${folder}${path.delimiter}`);
  };
  const stop = mount(
    settings,
    ({ terminalCommand }) => terminalCommand,
    (isWanted) => void guard(log, () => apply(isWanted)),
  );
  return new vscode.Disposable(stop);
}

/** The machine may have no Node.js, so the command runs on the editor's. */
async function writeCommand(folder: string, cli: string): Promise<void> {
  await fs.mkdir(folder, { recursive: true });
  if (process.platform === 'win32') {
    const lines = ['@echo off', 'setlocal', 'set ELECTRON_RUN_AS_NODE=1', `"${process.execPath}" "${cli}" %*`, ''];
    await fs.writeFile(path.join(folder, 'ssh-ports.cmd'), lines.join('\r\n'));
    return;
  }
  const script = `#!/bin/sh\nELECTRON_RUN_AS_NODE=1 exec ${quoted(process.execPath)} ${quoted(cli)} "$@"\n`;
  const file = path.join(folder, 'ssh-ports');
  // RACE: another window may start the command now, so the file is replaced atomically.
  const draft = `${file}.${process.pid}`;
  await fs.writeFile(draft, script, { mode: 0o755 });
  await fs.rename(draft, file);
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
