import type * as vscode from 'vscode';
import { delay } from '../../base/delay.ts';
import type { Row } from '../../view/row.ts';

/** VS Code waits 200 ms before it redraws a changed tree. */
const redrawMs = 300;
/** A row that is still folded after these tries was folded by the user. */
const tries = 20;

/**
 * Unfolds a row that gets its first children. VS Code remembers folding by id, and the row of a host has one id in all its
 * states, so VS Code would keep a row folded that it drew without children.
 *
 * RACE: VS Code ignores `reveal` for a row that it has not redrawn yet. VS Code asks for the children of unfolded rows only,
 * so `reveal` is repeated until VS Code asks for the row's children.
 */
export class Unfolder {
  readonly #view: vscode.TreeView<Row>;
  readonly #onVisible: vscode.Disposable;
  readonly #closed = new AbortController();
  #rows: readonly Row[] = [];
  #childless: ReadonlySet<string> = new Set();
  /** Ids of rows to unfold, each with its remaining tries. */
  readonly #due = new Map<string, number>();
  #isTelling = false;

  constructor(view: vscode.TreeView<Row>) {
    this.#view = view;
    this.#onVisible = view.onDidChangeVisibility(() => void this.#tell());
  }

  /** The tree has given these rows to VS Code. */
  drawn(rows: readonly Row[]): void {
    this.#rows = rows;
    const childless = new Set(rows.filter(({ children }) => children.length === 0).map(({ id }) => id));
    for (const { id } of rows) if (!childless.has(id) && this.#childless.has(id)) this.#due.set(id, tries);
    for (const id of childless) this.#due.delete(id);
    this.#childless = childless;
    void this.#tell();
  }

  /** VS Code asks for the children of a row. */
  askedFor(row: Row): void {
    if (row.children.length > 0) this.#due.delete(row.id);
  }

  dispose(): void {
    this.#closed.abort();
    this.#onVisible.dispose();
  }

  async #tell(): Promise<void> {
    if (this.#isTelling) return;
    this.#isTelling = true;
    try {
      // CAUTION: `reveal` opens a hidden view.
      while (this.#due.size > 0 && this.#view.visible) {
        await delay(redrawMs, this.#closed.signal);
        for (const row of this.#rows.filter(({ id }) => this.#due.has(id))) await this.#reveal(row);
      }
    } catch {
      // `closed` has aborted: the extension ends.
    } finally {
      this.#isTelling = false;
    }
  }

  async #reveal(row: Row): Promise<void> {
    const left = (this.#due.get(row.id) ?? 0) - 1;
    if (left > 0) this.#due.set(row.id, left);
    else this.#due.delete(row.id);
    if (!this.#view.visible) return;
    // VS Code rejects for a row that it does not know yet. The next try follows.
    await this.#view.reveal(row, { select: false, focus: false, expand: true }).then(undefined, () => undefined);
  }
}
