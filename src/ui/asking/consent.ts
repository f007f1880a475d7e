import { createHash } from 'node:crypto';
import type * as vscode from 'vscode';
import { UserError } from '../../base/userError.ts';
import type { AllowCommand } from '../../core/session/link/connector.ts';
import { askConsent } from './prompts.ts';

const key = 'allowedCommands';

/** Commands of the SSH configuration that the user allowed. Each is asked about once and stored as a hash. */
export class Consent {
  readonly #memory: vscode.Memento;

  constructor(memory: vscode.Memento) {
    this.#memory = memory;
  }

  readonly allow: AllowCommand = async (command, attended) => {
    const hash = createHash('sha256').update(command).digest('hex');
    if (this.#hashes().includes(hash)) return true;
    if (attended === 'background') return false;
    // A person who closes the question has stopped to connect. Nothing has failed.
    if (!(await askConsent(command))) throw new UserError({ code: 'cancelled' });
    await this.#memory.update(key, [...this.#hashes(), hash]);
    return true;
  };

  async forget(): Promise<void> {
    await this.#memory.update(key, undefined);
  }

  #hashes(): readonly string[] {
    return this.#memory.get<readonly string[]>(key, []);
  }
}
