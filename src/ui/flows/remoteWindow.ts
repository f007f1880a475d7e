import type * as vscode from 'vscode';
import { type RemoteMachine, remoteWindowText } from '../../view/remoteWindow.ts';
import * as say from '../asking/messages.ts';
import { forwardInRemoteWindows, thisMachine } from '../settings.ts';

const key = 'toldOfRemoteMachines';

/** In a window on Remote-SSH, WSL, a container or a codespace: says once for each machine who forwards its ports. */
export async function tellOfRemoteWindow(memory: vscode.Memento): Promise<void> {
  const machine: RemoteMachine | undefined = thisMachine();
  const told = memory.get<readonly string[]>(key, []);
  if (!machine || told.includes(machine.name)) return;
  await memory.update(key, [...told, machine.name]);
  const too = 'Forward Them Too';
  const choice = await say.info(remoteWindowText(machine), ...(machine.host === undefined ? [] : [too]));
  if (choice === too) await forwardInRemoteWindows();
}
