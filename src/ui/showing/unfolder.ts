import type * as vscode from 'vscode';
import type { Row } from '../../view/row.ts';

/**
 * Unfolds a row that gets its first children. VS Code remembers folding by id, and keeps a row folded that was drawn
 * without children; the row of a host has one id in all its states.
 */
export class Unfolder {
  readonly #view: vscode.TreeView<Row>;
  readonly #onVisible: vscode.Disposable;
  #childless: ReadonlySet<string> = new Set();
  /** Rows to unfold. CAUTION: to reveal a row of a hidden view would open the view. */
  #due: readonly Row[] = [];

  constructor(view: vscode.TreeView<Row>) {
    this.#view = view;
    this.#onVisible = view.onDidChangeVisibility(() => this.#unfold());
  }

  /** The tree draws these rows now. */
  drawn(rows: readonly Row[]): void {
    const due = new Set(this.#due.map(({ id }) => id));
    this.#due = rows.filter(({ id, fold }) => fold === 'expanded' && (due.has(id) || this.#childless.has(id)));
    this.#childless = new Set(rows.flatMap(({ id, fold }) => (fold === 'none' ? [id] : [])));
    this.#unfold();
  }

  dispose(): void {
    this.#onVisible.dispose();
  }

  #unfold(): void {
    if (!this.#view.visible) return;
    const due = this.#due;
    this.#due = [];
    // RACE: a row may leave the tree before VS Code gets to it.
    for (const row of due)
      void this.#view.reveal(row, { select: false, focus: false, expand: true }).then(undefined, () => undefined);
  }
}
