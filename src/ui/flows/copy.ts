import * as vscode from 'vscode';
import { addressToCopy, canCopy } from '../../view/forwardActions.ts';
import { forwardCommand } from '../../core/session/forwardCommand.ts';
import { chooseForward } from '../asking/pickForward.ts';
import { confirm } from '../asking/messages.ts';
import type { Flow } from '../context.ts';

export const copyAddress: Flow = async ({ sessions }, row) => {
  const question = { title: 'Copy Local Address', can: canCopy, onlyOne: 'take' } as const;
  const chosen = await chooseForward(sessions.state.get(), row, question);
  const address = chosen && addressToCopy(chosen.host, chosen.forward);
  if (!address) return;
  await vscode.env.clipboard.writeText(address);
  confirm(`Copied ${address}`);
};

export const copyCommand: Flow = async ({ sessions }, row) => {
  const question = { title: 'Copy as ssh Command', onlyOne: 'take' } as const;
  const chosen = await chooseForward(sessions.state.get(), row, question);
  if (!chosen) return;
  const { name } = chosen.host;
  await vscode.env.clipboard.writeText(forwardCommand(name, sessions.optionsOf(name), chosen.forward));
  confirm('Copied the ssh command');
};
