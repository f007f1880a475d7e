import * as vscode from 'vscode';
import { canOpen } from '../../view/forwardActions.ts';
import { forwardUrl } from '../../view/forwardText.ts';
import { actedOn } from '../../view/script/outcome.ts';
import { chooseForward } from '../asking/pickForward.ts';
import * as say from '../asking/messages.ts';
import type { Flow } from '../context.ts';

/** The command of VS Code's JavaScript debugger that opens a page in Chrome or Edge and debugs it. */
const debugLink = 'extension.js-debug.debugLink';

export const debugInBrowser: Flow = async ({ engine }, row) => {
  const question = { title: 'Debug in Chrome or Edge', can: canOpen, onlyOne: 'take' } as const;
  const chosen = await chooseForward(engine.state.get(), row, question);
  const url = chosen && forwardUrl(chosen.host, chosen.forward);
  if (!url) return undefined;
  if (!(await vscode.commands.getCommands(true)).includes(debugLink)) {
    await say.info('VS Code’s JavaScript debugger is switched off. Enable the built-in extension JavaScript Debugger.');
    return undefined;
  }
  await vscode.commands.executeCommand(debugLink, url);
  return actedOn(chosen);
};
