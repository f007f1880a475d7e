import { PassThrough } from 'node:stream';
import type { Exec, ExecChannel } from '../../../src/core/detect/exec.ts';

/** A channel with `serve` as its remote end. Either side can end it. */
export function fakeChannel(serve: (far: FarEnd) => void): ExecChannel {
  const stdin = new PassThrough();
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  let settle: (exit: { status: number | undefined }) => void = () => undefined;
  const exit = new Promise<{ status: number | undefined }>((resolve) => {
    settle = resolve;
  });
  const end = (status?: number): void => {
    stdout.end();
    stderr.end();
    settle({ status });
  };
  serve({
    say: (text) => void stdout.write(text),
    complain: (text) => void stderr.write(text),
    end,
    onLine: (answer) => {
      let rest = '';
      stdin.on('data', (chunk: Buffer) => {
        const lines = (rest + chunk.toString()).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) answer(line);
      });
    },
  });
  return { stdin, stdout, stderr, exit, close: () => end() };
}

export interface FarEnd {
  readonly say: (text: string) => void;
  readonly complain: (text: string) => void;
  readonly end: (status?: number) => void;
  readonly onLine: (answer: (line: string) => void) => void;
}

/** A Unix remote that runs our program. `answer` gives the text for a question, or undefined for "failed". */
export function fakeUnix(answer: (question: string) => string | undefined, preamble = '\n', system = 'Linux'): Exec {
  return async () =>
    fakeChannel(({ say, onLine }) => {
      say(`${preamble}SSHPORTS1 ${system} 1000 ada\n`);
      let last: string | undefined;
      onLine((question) => {
        const text = answer(question);
        if (question === 'times') say(`times\n0m0s 0m0s\n0m${text ?? '0'}s 0m0s\n.\n`);
        else if (text === undefined) say('- 127\n');
        else if (text === last && !question.includes(' ')) say('=\n');
        else {
          if (!question.includes(' ') && !question.endsWith('Owners')) last = text;
          say(`+ ${Buffer.byteLength(text)}\n${text}\n`);
        }
      });
    });
}
