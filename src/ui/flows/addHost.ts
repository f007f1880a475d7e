import * as vscode from 'vscode';
import { never } from '../../base/delay.ts';
import { UserError } from '../../base/userError.ts';
import { readDestination } from '../../core/spec/destination.ts';
import { formatCommand } from '../../core/spec/command.ts';
import { problemOf } from '../../core/problem.ts';
import type { Engine } from '../../engine/engine.ts';
import { findHost } from '../../core/session/state.ts';
import { problemText } from '../../view/problem.ts';
import { hostOf } from '../../view/row.ts';
import type { Flow } from '../context.ts';
import { openSshConfig } from './openSshConfig.ts';
import { isSaved } from './saveSshConfig.ts';

const title = 'Add SSH Host';

export const addHost: Flow = async ({ engine }, row) => {
  const alias = await addHostToConfig(engine, hostOf(row));
  return alias === undefined ? undefined : { kind: 'value', value: alias };
};

/**
 * Writes a pasted `ssh` command or a typed destination as a Host block of the user's configuration, and shows it.
 *
 * @param known a host that was typed before: the first value of the input box
 * @returns the alias; undefined when cancelled
 */
export async function addHostToConfig(engine: Engine, known: string | undefined): Promise<string | undefined> {
  const text = await vscode.window.showInputBox({
    title,
    prompt: 'Paste an ssh command or type user@host',
    placeHolder: 'ssh -p 2222 me@box.example.com -J jump.example.com',
    value: known === undefined ? '' : asTyped(known, await engine.optionsOf(known)),
    ignoreFocusOut: true,
    validateInput: (value) => (value.trim() === '' ? undefined : complaint(engine.proposeHost(value))),
  });
  if (!text?.trim()) return undefined;
  const proposed = await engine.proposeHost(text);
  const alias = await vscode.window.showInputBox({
    title,
    prompt: `Name of the new host ${proposed.host}, as in “ssh NAME”`,
    value: proposed.alias,
    ignoreFocusOut: true,
    validateInput: (value) => complaint(engine.checkAlias(text, value.trim())),
  });
  if (alias === undefined) return undefined;
  const name = alias.trim();
  const file = await engine.userConfigFile();
  if (!(await isSaved(file))) return undefined;
  await engine.addHost(text, name, never);
  const source = findHost(engine.state.get(), name)?.source;
  await openSshConfig(source?.kind === 'config' ? source : { file });
  return name;
}

function asTyped(name: string, options: readonly string[]): string {
  if (options.length === 0) return name;
  const rest = { options, forwards: [], mode: 'session', isBackground: false, verbosity: 0 } as const;
  return formatCommand({ ...readDestination(name), ...rest });
}

/** Why the typed text does not work; undefined if it does. */
async function complaint(attempt: Promise<unknown>): Promise<string | undefined> {
  try {
    await attempt;
    return undefined;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const { what, next } = problemText(problemOf(error));
    return `${what} ${next}`.trim();
  }
}
