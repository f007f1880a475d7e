import * as vscode from 'vscode';
import { chooseForward } from '../asking/pickForward.ts';
import type { Flow } from '../context.ts';

const title = 'Set Label';

export const setLabel: Flow = async ({ sessions }, row) => {
  const chosen = await chooseForward(sessions.state.get(), row, { title });
  if (!chosen) return;
  const prompt = 'Label of this forward. Leave it empty to remove the label.';
  const label = await vscode.window.showInputBox({ title, prompt, value: chosen.forward.label ?? '' });
  if (label === undefined) return;
  sessions.forwardsOf(chosen.host.name).relabel(chosen.forward.id, label.trim() || undefined);
};
