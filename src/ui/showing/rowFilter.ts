import * as vscode from 'vscode';
import { type Readable, Store } from '../../base/store.ts';
import type { Shown } from '../../view/rows.ts';

const key = 'shownPorts';

/** Which ports the tree shows: all of them, or only those that are forwarded. The window remembers it. */
export class RowFilter {
  readonly #memory: vscode.Memento;
  readonly #shown: Store<Shown>;

  constructor(memory: vscode.Memento) {
    this.#memory = memory;
    this.#shown = new Store<Shown>(memory.get(key) === 'forwarded' ? 'forwarded' : 'all');
    this.#tellMenus();
  }

  get shown(): Readable<Shown> {
    return this.#shown;
  }

  async show(what: Shown): Promise<void> {
    this.#shown.set(what);
    this.#tellMenus();
    await this.#memory.update(key, what);
  }

  #tellMenus(): void {
    void vscode.commands.executeCommand('setContext', 'sshPorts.isFiltered', this.#shown.get() === 'forwarded');
  }
}
