import * as vscode from 'vscode';
import type { HostKeyQuestion, Prompts, SecretQuestion } from '../core/ssh/prompts.ts';
import { address, keyName } from '../view/problem.ts';
import { tokenOf } from './guard.ts';

/** Asks in the editor what only a person can answer. Each question says which host and which key it is about. */
export const editorPrompts: Prompts = {
  async hostKey(question, signal) {
    const once = 'Accept Once';
    const remember = 'Accept and Remember';
    const choice = await vscode.window.showWarningMessage(
      `Is this the right key for ${question.host}?`,
      { modal: true, detail: hostKeyDetail(question) },
      remember,
      once,
    );
    if (signal.aborted) return 'refuse';
    return choice === remember ? 'remember' : choice === once ? 'once' : 'refuse';
  },

  async secret(question, signal) {
    return vscode.window.showInputBox(
      {
        ...secretText(question),
        password: question.kind !== 'keyboardInteractive' || !question.echo,
        ignoreFocusOut: true,
      },
      tokenOf(signal),
    );
  },

  notice(host, text) {
    void vscode.window.showInformationMessage(`${host}: ${text}`);
  },
};

function hostKeyDetail({ address: ip, port, keyType, fingerprint }: HostKeyQuestion): string {
  return (
    `${address(ip, port)} shows a key that your known_hosts does not have.\n\n${keyName(keyType)} ${fingerprint}\n\n` +
    'Compare the fingerprint with one you got from whoever runs the server, for example with “ssh-keygen -lf” on the server’s public key.'
  );
}

function secretText(question: SecretQuestion): { title: string; prompt: string } {
  const again = question.kind !== 'keyboardInteractive' && question.attempt > 1 ? 'That was not right. ' : '';
  switch (question.kind) {
    case 'passphrase':
      return { title: `Key for ${question.host}`, prompt: `${again}Passphrase of ${question.keyFile}` };
    case 'password':
      return {
        title: `Log in to ${question.host}`,
        prompt: `${again}Password of ${question.user} on ${question.host}`,
      };
    case 'keyboardInteractive':
      return {
        title: question.title || `Log in to ${question.host}`,
        prompt: [question.instruction, question.prompt].filter(Boolean).join(' '),
      };
  }
}

/** `Match exec` and ProxyCommand run only after this, once per command. */
export async function askConsent(command: string): Promise<boolean> {
  const allow = 'Allow';
  const choice = await vscode.window.showWarningMessage(
    'Your SSH configuration runs a command to connect.',
    { modal: true, detail: `${command}\n\nAllow it to run now and from now on?` },
    allow,
  );
  return choice === allow;
}
