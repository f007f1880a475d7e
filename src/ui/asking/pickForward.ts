import * as vscode from 'vscode';
import { type AppState, findHost, type ForwardState, type HostState } from '../../core/session/state.ts';
import type { Can } from '../../view/forwardActions.ts';
import { type ForwardPick, forwardPicks } from '../../view/forwardPicks.ts';
import type { Place } from '../../view/row.ts';
import { ScriptError } from '../../view/script/readArguments.ts';
import * as say from './messages.ts';

/** The forward that a command acts on. */
export interface Chosen {
  readonly host: HostState;
  readonly forward: ForwardState;
}

/** Which forward a command asks for. */
export interface ForwardQuestion {
  readonly title: string;
  /** Which forwards fit; absent: all of them. */
  readonly can?: Can;
  /** For harmless commands: a single fitting forward is taken without a question. */
  readonly onlyOne?: 'take';
}

/**
 * The forward of a row. Without a row the user picks one.
 *
 * @throws ScriptError when a script names a forward that does not fit. A menu offers only what fits.
 */
export async function chooseForward(
  state: AppState,
  row: Place | undefined,
  question: ForwardQuestion,
): Promise<Chosen | undefined> {
  if (!row) return pickForward(state, question);
  const { target } = row;
  if (target?.kind !== 'forward') return undefined;
  const host = findHost(state, target.host);
  const forward = host?.forwards.find(({ id }) => id === target.id);
  if (!host || !forward) return undefined;
  if (row.from === 'script' && question.can?.(host, forward) === false)
    throw new ScriptError(`${question.title}: this forward does not allow it at present (${forward.status.kind}).`);
  return { host, forward };
}

/** The forwards of the selected rows that fit. Without a row the user picks one. */
export async function chooseForwards(
  state: AppState,
  rows: readonly Place[],
  question: ForwardQuestion,
): Promise<readonly Chosen[]> {
  const { can = () => true } = question;
  if (rows.length > 1) {
    const all = await Promise.all(rows.map((row) => chooseForward(state, row, question)));
    return all.filter((chosen) => chosen !== undefined).filter(({ host, forward }) => can(host, forward));
  }
  const chosen = await chooseForward(state, rows[0], question);
  return chosen ? [chosen] : [];
}

async function pickForward(
  { hosts }: AppState,
  { title, can = () => true, onlyOne }: ForwardQuestion,
): Promise<ForwardPick | undefined> {
  const picks = forwardPicks(hosts, can);
  if (picks.length === 0) {
    const isEmpty = hosts.every(({ forwards }) => forwards.length === 0);
    void say.info(
      isEmpty
        ? 'No port is forwarded. Run “SSH Ports: Forward Port”.'
        : `${title}: no forwarded port allows this at present.`,
    );
    return undefined;
  }
  return onlyOne === 'take' && picks.length === 1 ? picks[0] : vscode.window.showQuickPick(picks, { title });
}
