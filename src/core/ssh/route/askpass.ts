import { once } from 'node:events';
import fs from 'node:fs/promises';
import net from 'node:net';
import path from 'node:path';

/** A question of ssh(1). `none`: only a message, for example that a security key waits for a touch. */
export interface AskpassQuestion {
  readonly text: string;
  readonly hint: 'none' | 'confirm' | '';
}

export interface Askpass {
  /** The environment that makes ssh ask us and never a terminal. */
  readonly env: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

/** Runs in a Node process of its own: sends the question through the socket and prints the answer. Fails without one. */
const CLIENT = `
const socket = require('net').connect(process.env.SSH_PORTS_ASKPASS);
let answer = '';
socket.on('data', (data) => (answer += data)).on('error', () => process.exit(1)).on('end', () => {
  if (!answer) process.exit(1);
  process.stdout.write(JSON.parse(answer) + '\\n');
});
socket.end(JSON.stringify({ text: process.argv[1] || '', hint: process.env.SSH_ASKPASS_PROMPT || '' }));
`;

/** Answers the questions of an ssh process (ssh(1), SSH_ASKPASS) from a private folder. An undefined answer cancels. */
export async function listenForQuestions(
  folder: string,
  answer: (question: AskpassQuestion) => Promise<string | undefined>,
): Promise<Askpass> {
  const socketPath = path.join(folder, 'ask');
  const program = path.join(folder, 'askpass');
  const sockets = new Set<net.Socket>();
  const server = net.createServer({ allowHalfOpen: true }, (socket) => {
    let question = '';
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    socket.on('error', () => undefined);
    socket.on('data', (data: Buffer) => (question += data.toString()));
    socket.on('end', () => {
      answer(JSON.parse(question) as AskpassQuestion).then(
        (text) => socket.end(text === undefined ? '' : JSON.stringify(text)),
        () => socket.end(),
      );
    });
  });
  server.listen(socketPath);
  await once(server, 'listening');
  const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
  // Without the variable, Electron would start the editor instead of Node.
  const script = `#!/bin/sh\nELECTRON_RUN_AS_NODE=1 exec ${quoted(process.execPath)} -e ${quoted(CLIENT)} -- "$1"\n`;
  await fs.writeFile(program, script, { mode: 0o700 });
  return {
    // An ssh older than 8.4 asks only where DISPLAY is set. A real value must stay: other programs may use it.
    env: {
      SSH_ASKPASS: program,
      SSH_ASKPASS_REQUIRE: 'force',
      SSH_PORTS_ASKPASS: socketPath,
      DISPLAY: process.env['DISPLAY'] || ':0',
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
