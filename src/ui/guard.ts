import * as vscode from 'vscode';
import type { Log } from '../base/log.ts';
import { UserError, errorText } from '../base/userError.ts';
import { problemOf } from '../core/problem.ts';
import { problemText } from '../view/problem.ts';
import { type Fix, problemFixes } from '../view/problemFixes.ts';
import { ScriptError } from '../view/script/readArguments.ts';
import * as say from './asking/messages.ts';

/**
 * Runs a command of a person. A failure becomes a message with its next step. A bug is logged with its stack. Resolves to
 * undefined if the command failed or has no result.
 */
export async function guard<T>(log: Log, action: () => Promise<T>): Promise<T | undefined> {
  try {
    return await action();
  } catch (error) {
    const text = logged(log, error);
    if (text === undefined) return undefined;
    const fixes = problemFixes(problemOf(error));
    const showLog = 'Show Log';
    const choice = await say.error(text, ...fixes.map(({ label }) => label), showLog);
    if (choice === showLog) await vscode.commands.executeCommand('sshPorts.showLog');
    const fix = fixes.find(({ label }) => label === choice);
    if (fix?.kind === 'tryAgain') return guard(log, action);
    if (fix) await guard(log, () => mend(fix));
    return undefined;
  }
}

async function mend(fix: Exclude<Fix, { readonly kind: 'tryAgain' }>): Promise<void> {
  switch (fix.kind) {
    case 'open':
      await vscode.commands.executeCommand('sshPorts.openConfig', { target: fix.target });
      return;
    case 'copy':
      await vscode.env.clipboard.writeText(fix.text);
      say.confirm(`Copied ${fix.text}`);
      return;
  }
}

/** Runs a command of a script. A failure reaches the script in the same words. Resolves to undefined if a person cancelled. */
export async function guardScript<T>(log: Log, action: () => Promise<T>): Promise<T | undefined> {
  try {
    return await action();
  } catch (error) {
    if (error instanceof ScriptError) throw error;
    const text = logged(log, error);
    if (text === undefined) return undefined;
    throw new Error(text, { cause: error });
  }
}

/** Logs a failure. Returns its text with the next step; undefined if a person cancelled. */
function logged(log: Log, error: unknown): string | undefined {
  const problem = problemOf(error);
  if (problem.code === 'cancelled') return undefined;
  const isBug = error instanceof Error && !(error instanceof UserError);
  log.error(isBug ? (error.stack ?? error.message) : errorText(error));
  const { what, next } = problemText(problem);
  return `${what} ${next}`.trim();
}
