import * as vscode from 'vscode';
import { actedOn } from '../../view/script/outcome.ts';
import { chooseForward } from '../asking/pickForward.ts';
import type { Flow } from '../context.ts';

const title = 'Set Label';

export const setLabel: Flow = async ({ engine }, row, _rows, given) => {
  const chosen = await chooseForward(engine.state.get(), row, { title });
  if (!chosen) return undefined;
  const prompt = 'Label of this forward. Leave it empty to remove the label.';
  const value = chosen.forward.label ?? '';
  const label = given?.label ?? (await vscode.window.showInputBox({ title, prompt, value }));
  if (label === undefined) return undefined;
  await engine.labelForward(chosen.host.name, chosen.forward.id, label.trim() || undefined);
  return actedOn(chosen);
};
