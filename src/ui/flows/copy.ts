import * as vscode from 'vscode';
import { addressToCopy, canCopy } from '../../view/forwardActions.ts';
import { forwardCommand } from '../../core/session/forwards/forwardCommand.ts';
import { chooseForward, chooseForwards } from '../asking/pickForward.ts';
import { confirm } from '../asking/messages.ts';
import type { Flow } from '../context.ts';

export const copyAddress: Flow = async ({ engine }, _row, rows) => {
  const question = { title: 'Copy Local Address', can: canCopy, onlyOne: 'take' } as const;
  const chosen = await chooseForwards(engine.state.get(), rows, question);
  const addresses = chosen.flatMap(({ host, forward }) => addressToCopy(host, forward) ?? []);
  const [first] = addresses;
  if (first === undefined) return;
  await vscode.env.clipboard.writeText(addresses.join('\n'));
  confirm(addresses.length === 1 ? `Copied ${first}` : `Copied ${addresses.length} addresses`);
};

export const copyCommand: Flow = async ({ engine }, row) => {
  const question = { title: 'Copy as ssh Command', onlyOne: 'take' } as const;
  const chosen = await chooseForward(engine.state.get(), row, question);
  if (!chosen) return;
  const { name } = chosen.host;
  await vscode.env.clipboard.writeText(forwardCommand(name, await engine.optionsOf(name), chosen.forward));
  confirm('Copied the ssh command');
};
