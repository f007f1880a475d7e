import type * as vscode from 'vscode';
import type { Row } from '../../view/row.ts';

/**
 * Unfolds a row that gets its first children. VS Code remembers folding by id, and keeps a row folded that was drawn
 * without children; the row of a host has one id in all its states.
 */
export class Unfolder {
  readonly #view: vscode.TreeView<Row>;
  readonly #onVisible: vscode.Disposable;
  #rows: readonly Row[] = [];
  #childless: ReadonlySet<string> = new Set();
  /** Ids of rows to unfold. */
  readonly #due = new Set<string>();

  constructor(view: vscode.TreeView<Row>) {
    this.#view = view;
    this.#onVisible = view.onDidChangeVisibility(() => this.#unfold());
  }

  /** The tree draws these rows now. */
  drawn(rows: readonly Row[]): void {
    this.#rows = rows;
    const childless = rows.filter(({ children }) => children.length === 0).map(({ id }) => id);
    for (const { id, children } of rows) if (children.length > 0 && this.#childless.has(id)) this.#due.add(id);
    for (const id of childless) this.#due.delete(id);
    this.#childless = new Set(childless);
    this.#unfold();
  }

  dispose(): void {
    this.#onVisible.dispose();
  }

  /** CAUTION: to reveal a row of a hidden view would open the view. */
  #unfold(): void {
    if (!this.#view.visible) return;
    for (const row of this.#rows.filter(({ id }) => this.#due.has(id))) void this.#reveal(row);
  }

  async #reveal(row: Row): Promise<void> {
    try {
      await this.#view.reveal(row, { select: false, focus: false, expand: true });
      this.#due.delete(row.id);
    } catch {
      // RACE: VS Code fetches the rows anew. The next drawing tries again.
    }
  }
}
