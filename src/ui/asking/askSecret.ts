import * as vscode from 'vscode';
import type { SecretQuestion } from '../../core/ssh/prompts.ts';
import { secretText } from '../../view/secretText.ts';

export interface SecretAnswer {
  readonly text: string;
  /** The user wants it remembered. */
  readonly isRemembered: boolean;
}

/** Asks for a password, a passphrase or a code. A button remembers the answer. Undefined when cancelled. */
export async function askSecret(question: SecretQuestion, signal: AbortSignal): Promise<SecretAnswer | undefined> {
  const box = vscode.window.createInputBox();
  box.password = question.kind !== 'keyboardInteractive' || !question.echo;
  box.ignoreFocusOut = true;
  let isRemembered = false;
  const show = (): void => {
    const { title, prompt, remember } = secretText(question, isRemembered);
    box.title = title;
    box.prompt = prompt;
    box.buttons = remember ? [{ iconPath: new vscode.ThemeIcon(remember.icon), tooltip: remember.tooltip }] : [];
  };
  show();
  box.onDidTriggerButton(() => {
    isRemembered = !isRemembered;
    show();
  });
  const hide = (): void => box.hide();
  signal.addEventListener('abort', hide, { once: true });
  try {
    return await new Promise<SecretAnswer | undefined>((resolve) => {
      box.onDidAccept(() => resolve({ text: box.value, isRemembered }));
      box.onDidHide(() => resolve(undefined));
      if (signal.aborted) resolve(undefined);
      else box.show();
    });
  } finally {
    signal.removeEventListener('abort', hide);
    box.dispose();
  }
}
