import * as vscode from 'vscode';
import { addressToCopy, canCopy, canCopyCommand } from '../../view/forwardActions.ts';
import { forwardCommand } from '../../core/session/forwards/forwardCommand.ts';
import { chooseForward, chooseForwards } from '../asking/pickForward.ts';
import { confirm } from '../asking/messages.ts';
import type { Flow } from '../context.ts';

export const copyAddress: Flow = async ({ engine }, _row, rows) => {
  const question = { title: 'Copy Local Address', can: canCopy, onlyOne: 'take' } as const;
  const chosen = await chooseForwards(engine.state.get(), rows, question);
  const addresses = chosen.flatMap(({ host, forward }) => addressToCopy(host, forward) ?? []);
  const [first] = addresses;
  if (first === undefined) return undefined;
  const text = addresses.join('\n');
  await vscode.env.clipboard.writeText(text);
  confirm(addresses.length === 1 ? `Copied ${first}` : `Copied ${addresses.length} addresses`);
  return { kind: 'value', value: text };
};

export const copyCommand: Flow = async ({ engine }, row) => {
  const question = { title: 'Copy as ssh Command', can: canCopyCommand, onlyOne: 'take' } as const;
  const chosen = await chooseForward(engine.state.get(), row, question);
  if (!chosen) return undefined;
  const { name } = chosen.host;
  const text = forwardCommand(chosen.host, await engine.optionsOf(name), chosen.forward);
  await vscode.env.clipboard.writeText(text);
  const isContainer = typeof chosen.forward.remotePort === 'string';
  confirm(`Copied the ssh command${isContainer ? ', with the address that the container has now' : ''}`);
  return { kind: 'value', value: text };
};
