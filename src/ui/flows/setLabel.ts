import * as vscode from 'vscode';
import { chooseForward } from '../asking/pickForward.ts';
import type { Flow } from '../context.ts';

const title = 'Set Label';

export const setLabel: Flow = async ({ engine }, row) => {
  const chosen = await chooseForward(engine.state.get(), row, { title });
  if (!chosen) return;
  const prompt = 'Label of this forward. Leave it empty to remove the label.';
  const label = await vscode.window.showInputBox({ title, prompt, value: chosen.forward.label ?? '' });
  if (label === undefined) return;
  await engine.labelForward(chosen.host.name, chosen.forward.id, label.trim() || undefined);
};
