import * as vscode from 'vscode';
import { isPort } from '../../core/spec/port.ts';
import { localPort } from '../../core/session/state.ts';
import { canMove } from '../../view/forwardActions.ts';
import { actedOn } from '../../view/script/outcome.ts';
import { chooseForward } from '../asking/pickForward.ts';
import { withProgress } from '../asking/progress.ts';
import type { Flow } from '../context.ts';

const title = 'Change Local Port';

export const changeLocalPort: Flow = async ({ engine }, row, _rows, given) => {
  const chosen = await chooseForward(engine.state.get(), row, { title, can: canMove });
  const port = chosen && (given?.newLocalPort ?? (await askPort(localPort(chosen.forward))));
  if (!chosen || port === undefined) return;
  await withProgress(`Moving to port ${port}…`, (signal) =>
    engine.moveForward(chosen.host.name, chosen.forward.id, port, signal),
  );
  return actedOn(chosen);
};

async function askPort(current: number | undefined): Promise<number | undefined> {
  const text = await vscode.window.showInputBox({
    title,
    prompt: 'New local port of this forward',
    value: current === undefined ? '' : String(current),
    validateInput: (typed) =>
      /^\d+$/u.test(typed.trim()) && isPort(Number(typed)) ? undefined : 'A port is a number from 1 to 65535.',
  });
  return text === undefined ? undefined : Number(text);
}
