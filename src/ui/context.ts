import type * as vscode from 'vscode';
import type { Readable } from '../base/store.ts';
import type { Engine } from '../engine/engine.ts';
import type { Place } from '../view/row.ts';
import type { Given } from '../view/script/commandShapes.ts';
import type { Outcome } from '../view/script/outcome.ts';
import type { Consent } from './asking/consent.ts';
import type { Chosen } from './asking/pickForward.ts';
import type { RememberedSecrets } from './asking/rememberedSecrets.ts';
import type { RowFilter } from './showing/rowFilter.ts';
import type { ReadOnlyText } from './showing/readOnlyText.ts';
import type { EditorSettings } from './readSettings.ts';
import type { StatusBar } from './showing/statusBar.ts';

/** What flows work with. `extension.ts` makes it once. */
export interface Context {
  readonly engine: Engine;
  readonly settings: Readable<EditorSettings>;
  /** Settles when the hosts of the SSH configuration are in the state. Commands wait for it. */
  readonly listed: Promise<void>;
  readonly secrets: RememberedSecrets;
  readonly consent: Consent;
  readonly extension: vscode.Extension<unknown>;
  readonly statusBar: StatusBar;
  readonly filter: RowFilter;
  readonly readOnlyText: ReadOnlyText;
  readonly log: vscode.LogOutputChannel;
  /** Aborts when the extension ends. */
  readonly closing: AbortSignal;
  readonly showPath: (chosen: Chosen) => Promise<void>;
}

/**
 * The action of a command. `row`: the row on which it was started, or the row that a script named; undefined from
 * the Command Palette. `rows`: all selected rows if `row` is one of them. `given`: the arguments of a script.
 */
export type Flow = (
  context: Context,
  row: Place | undefined,
  rows: readonly Place[],
  given: Given | undefined,
) => Promise<Outcome | undefined | void>;
