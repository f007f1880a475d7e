import { secretKey, type SecretQuestion } from '../core/ssh/prompts.ts';
import { oneLine } from '../base/oneLine.ts';
import { withoutLinks } from './withoutLinks.ts';

const maxCharacters = 1000;

/** The texts of an input box that asks for a password, a passphrase or a code. */
export interface SecretText {
  readonly title: string;
  readonly prompt: string;
  /** The button, where the answer may be remembered. */
  readonly remember?: { readonly icon: string; readonly tooltip: string };
}

export function secretText(question: SecretQuestion, isRemembered: boolean): SecretText {
  const remember = secretKey(question) !== undefined && {
    remember: isRemembered
      ? { icon: 'pass-filled', tooltip: 'Do not remember it' }
      : { icon: 'save', tooltip: 'Remember it' },
  };
  const { title, prompt } = titleAndPrompt(question, isRemembered ? ' (will be remembered)' : '');
  return { title: plain(title), prompt: plain(prompt), ...remember };
}

/** SECURITY: parts of it are the server's words. An input box makes links of Markdown. */
function plain(text: string): string {
  return withoutLinks(oneLine(text, maxCharacters));
}

function titleAndPrompt(question: SecretQuestion, addition: string): { title: string; prompt: string } {
  switch (question.kind) {
    case 'passphrase':
      return {
        title: `Key for ${question.host}`,
        prompt: `${again(question)}Passphrase of ${question.keyFile}${addition}`,
      };
    case 'password':
      return {
        title: `Log in to ${question.host}`,
        prompt: `${again(question)}Password of ${question.user} on ${question.host}${addition}`,
      };
    case 'newPassword': {
      const login = `${question.user} on ${question.host}`;
      const reason = question.isMismatch ? 'The two passwords differ.' : question.reason;
      return {
        title: `New password for ${question.host}`,
        prompt: question.isRepeated
          ? `Repeat the new password of ${login}`
          : [reason, `New password of ${login}${addition}`].filter(Boolean).join(' '),
      };
    }
    case 'keyboardInteractive':
      return {
        title: question.title || `Log in to ${question.host}`,
        prompt: [question.instruction, question.prompt].filter(Boolean).join(' '),
      };
  }
}

function again({ attempt }: { readonly attempt: number }): string {
  return attempt > 1 ? 'The last answer was wrong. ' : '';
}
