import * as vscode from 'vscode';
import type { Log } from '../base/log.ts';
import { UserError, errorText } from '../base/userError.ts';
import { problemOf } from '../core/problem.ts';
import { problemText } from '../view/problem.ts';
import * as say from './asking/messages.ts';

/** Runs a command. A failure becomes a message with its next step. A bug is logged with its stack. */
export async function guard(log: Log, action: () => Promise<void>): Promise<void> {
  try {
    await action();
  } catch (error) {
    const problem = problemOf(error);
    if (problem.code === 'cancelled') return;
    log.error(
      error instanceof UserError
        ? error.message
        : error instanceof Error
          ? (error.stack ?? errorText(error))
          : errorText(error),
    );
    const { what, next } = problemText(problem);
    const showLog = 'Show Log';
    const choice = await say.error(`${what} ${next}`.trim(), showLog);
    if (choice === showLog) await vscode.commands.executeCommand('sshPorts.showLog');
  }
}
