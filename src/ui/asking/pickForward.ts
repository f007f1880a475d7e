import * as vscode from 'vscode';
import type { AppState } from '../../core/session/state.ts';
import type { Can } from '../../view/forwardActions.ts';
import { type ForwardPick, forwardPicks } from '../../view/forwardPicks.ts';
import * as say from './messages.ts';

/** What a forward is wanted for. */
export interface ForwardQuestion {
  readonly title: string;
  /** Which forwards fit; absent: all of them. */
  readonly can?: Can;
  /** For what does no harm: the only one that fits is taken without asking. */
  readonly onlyOne?: 'take';
}

/** Lets the user choose one of the forwards that fit. */
export async function pickForward(
  { hosts }: AppState,
  { title, can = () => true, onlyOne }: ForwardQuestion,
): Promise<ForwardPick | undefined> {
  const picks = forwardPicks(hosts, can);
  if (picks.length === 0) {
    const isEmpty = hosts.every(({ forwards }) => forwards.length === 0);
    void say.info(isEmpty ? 'Nothing is forwarded.' : `${title}: no forward fits at present.`);
    return undefined;
  }
  return onlyOne === 'take' && picks.length === 1 ? picks[0] : vscode.window.showQuickPick(picks, { title });
}
