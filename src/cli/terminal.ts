import fs from 'node:fs';
import tty from 'node:tty';
import type { HostKeyQuestion, Prompts, SecretQuestion } from '../core/ssh/prompts.ts';
import { hostKeyHints } from '../view/hostKeyHints.ts';
import { keyName } from '../view/keyName.ts';
import { askpassProgram, askProgram } from './askpass.ts';
import { visible } from './visible.ts';

/**
 * Asks on the terminal itself, also when stdin and stdout are redirected, or through the program of SSH_ASKPASS; with
 * `askpass` by that program alone. Without either, the answer to a secret is "cancelled" and a host key is refused.
 */
export function terminalPrompts(print: (line: string) => void, by: 'terminal' | 'askpass' = 'terminal'): Prompts {
  const ask = (prompt: string, echo: 'visible' | 'hidden', signal: AbortSignal): Promise<string | undefined> =>
    askPerson(by === 'terminal' ? openTerminal() : undefined, prompt, echo, signal);
  return {
    hostKey: async (question, signal) => {
      for (let text = authenticity(question); ; text = "Please type 'yes', 'no' or the fingerprint: ") {
        const answer = await ask(text, 'visible', signal);
        if (answer === undefined || answer.toLowerCase() === 'no') return 'refuse';
        if (answer.toLowerCase() === 'yes' || answer === question.fingerprint) return 'remember';
      }
    },
    secret: (question, signal) =>
      ask(
        secretPrompt(question),
        question.kind === 'keyboardInteractive' && question.echo ? 'visible' : 'hidden',
        signal,
      ),
    addToAgent: async ({ keyFile }, signal) => {
      const answer = await ask(`Add key ${keyFile} to agent (yes/no)? `, 'visible', signal);
      return answer === '' || answer?.toLowerCase() === 'yes';
    },
    notice: (_host, text) => print(text.trimEnd()),
  };
}

function authenticity(question: HostKeyQuestion): string {
  const { host, address, keyType, fingerprint } = question;
  const hints = hostKeyHints(question).map((hint) => `${hint}\n`);
  return `The authenticity of host '${host} (${address})' can't be established.
${keyName(keyType)} key fingerprint is ${fingerprint}.
${hints.join('')}Are you sure you want to continue connecting (yes/no/[fingerprint])? `;
}

function secretPrompt(question: SecretQuestion): string {
  switch (question.kind) {
    case 'passphrase':
      return `Enter passphrase for key '${question.keyFile}': `;
    case 'password':
      return `${question.user}@${question.host}'s password: `;
    case 'newPassword': {
      const words = question.isMismatch ? 'Mismatch; try again.' : question.reason;
      const login = `${question.user}@${question.host}`;
      return question.isRepeated
        ? `Retype ${login}'s new password: `
        : `${words ? `${words}\n` : ''}Enter ${login}'s new password: `;
    }
    case 'keyboardInteractive': {
      const lines = [question.title, question.instruction].filter((line) => line !== '').map((line) => `${line}\n`);
      return `${lines.join('')}(${question.user}@${question.host}) ${question.prompt}`;
    }
  }
}

/** Reads one line from the person. Undefined without a terminal, at its end, or after Ctrl-C, which also ends the program. */
async function askPerson(
  terminal: Terminal | undefined,
  prompt: string,
  echo: 'visible' | 'hidden',
  signal: AbortSignal,
): Promise<string | undefined> {
  const program = askpassProgram(process.env, terminal !== undefined);
  if (program !== undefined) {
    terminal?.close();
    return askProgram(program, prompt, signal);
  }
  if (!terminal) return undefined;
  const { input, write } = terminal;
  try {
    input.setRawMode(true);
    write(visible(prompt));
    return await readLine(input, echo === 'visible' ? write : () => undefined, signal);
  } finally {
    input.setRawMode(false);
    write('\n');
    terminal.close();
  }
}

interface Terminal {
  readonly input: tty.ReadStream;
  readonly write: (text: string) => void;
  close(): void;
}

function openTerminal(): Terminal | undefined {
  const [inputPath, outputPath] =
    process.platform === 'win32' ? ['\\\\.\\CONIN$', '\\\\.\\CONOUT$'] : ['/dev/tty', '/dev/tty'];
  try {
    const output = fs.openSync(outputPath, 'w');
    const input = new tty.ReadStream(fs.openSync(inputPath, 'r+'));
    input.once('close', () => fs.closeSync(output));
    return { input, write: (text) => void fs.writeSync(output, text), close: () => void input.destroy() };
  } catch {
    return undefined;
  }
}

/** The terminal is in raw mode, so this function edits the line: erase a character, erase the line, end, interrupt. */
function readLine(
  input: tty.ReadStream,
  echo: (text: string) => void,
  signal: AbortSignal,
): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    let line = '';
    const finish = (act: () => void): void => {
      input.removeAllListeners('data');
      signal.removeEventListener('abort', onAbort);
      act();
    };
    const onAbort = (): void => finish(() => reject(signal.reason as Error));
    const onKey = (key: string): void => {
      if (key === '\r' || key === '\n') return finish(() => resolve(line));
      if (key === '\x04') return finish(() => resolve(line === '' ? undefined : line));
      if (key === '\x03') {
        process.kill(process.pid, 'SIGINT');
        return finish(() => resolve(undefined));
      }
      if (key === '\x7f' || key === '\b') {
        if (line !== '') echo('\b \b');
        line = Array.from(line).slice(0, -1).join('');
      } else if (key === '\x15') {
        echo('\b \b'.repeat(line.length));
        line = '';
      } else if (key >= ' ') {
        line += key;
        echo(key);
      }
    };
    signal.addEventListener('abort', onAbort, { once: true });
    input.setEncoding('utf8').on('error', () => finish(() => resolve(undefined)));
    input.on('data', (text: string) => {
      for (const key of text) onKey(key);
    });
    if (signal.aborted) onAbort();
  });
}
