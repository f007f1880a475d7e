import * as vscode from 'vscode';
import { UserError } from '../../base/userError.ts';
import { addDraft, draftHost, proposeAlias } from '../../core/config/editing/hostDraft.ts';
import { readDestination } from '../../core/spec/destination.ts';
import { formatCommand } from '../../core/spec/command.ts';
import { problemOf } from '../../core/problem.ts';
import type { Sessions } from '../../core/session/sessions.ts';
import { findHost } from '../../core/session/state.ts';
import { problemText } from '../../view/problem.ts';
import { hostOf } from '../../view/row.ts';
import type { Flow } from '../context.ts';
import { changeSshConfig } from './changeSshConfig.ts';
import { openSshConfig, userConfigFile } from './openSshConfig.ts';

const title = 'Add SSH Host';

export const addHost: Flow = async ({ sessions }, row) => {
  await addHostToConfig(sessions, hostOf(row));
};

/**
 * Writes a pasted `ssh` command or a typed destination as a Host block of the user's configuration, and shows it.
 *
 * @param known a host that was typed before: the first value of the input box
 * @returns the alias; undefined when cancelled
 */
export async function addHostToConfig(sessions: Sessions, known: string | undefined): Promise<string | undefined> {
  const aliases = sessions.state.get().hosts.flatMap(({ name, source }) => (source.kind === 'config' ? [name] : []));
  const text = await vscode.window.showInputBox({
    title,
    prompt: 'Paste an ssh command or type user@host',
    placeHolder: 'ssh -p 2222 me@box.example.com -J jump.example.com',
    value: known === undefined ? '' : asTyped(known, sessions.optionsOf(known)),
    ignoreFocusOut: true,
    validateInput: (value) => (value.trim() === '' ? undefined : complaint(() => draftHost(value, aliases))),
  });
  if (!text?.trim()) return undefined;
  const draft = draftHost(text, aliases);
  const alias = await vscode.window.showInputBox({
    title,
    prompt: `Name of the new host ${draft.host}, as in “ssh NAME”`,
    value: proposeAlias(draft, aliases),
    ignoreFocusOut: true,
    validateInput: (value) => complaint(() => addDraft('', value.trim(), draft, aliases)),
  });
  if (alias === undefined) return undefined;
  const name = alias.trim();
  const file = userConfigFile(sessions.settings().configFile);
  if (!(await changeSshConfig(sessions, file, (before) => addDraft(before, name, draft, aliases)))) return undefined;
  const source = findHost(sessions.state.get(), name)?.source;
  await openSshConfig(source?.kind === 'config' ? source : { file });
  return name;
}

function asTyped(name: string, options: readonly string[]): string {
  if (options.length === 0) return name;
  const rest = { options, forwards: [], mode: 'session', isBackground: false, verbosity: 0 } as const;
  return formatCommand({ ...readDestination(name), ...rest });
}

/** Why the typed text does not work; undefined if it does. */
function complaint(attempt: () => unknown): string | undefined {
  try {
    attempt();
    return undefined;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const { what, next } = problemText(problemOf(error));
    return `${what} ${next}`.trim();
  }
}
