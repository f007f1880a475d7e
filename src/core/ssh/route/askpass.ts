import { once } from 'node:events';
import fs from 'node:fs/promises';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import type { Scope } from '../../../base/scope.ts';

/** What ssh(1) wants to know. `none`: it only has something to say, for example that a key waits for a touch. */
export interface AskpassQuestion {
  readonly text: string;
  readonly hint: 'none' | 'confirm' | '';
}

export interface Askpass {
  /** What ssh has to be started with, so that it asks us and never a terminal. */
  readonly env: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

/** Runs in a Node of its own: passes the question through the socket, prints the answer, fails without one. */
const CLIENT = `
const socket = require('net').connect(process.env.SSH_PORTS_ASKPASS);
let answer = '';
socket.on('data', (data) => (answer += data)).on('error', () => process.exit(1)).on('end', () => {
  if (!answer) process.exit(1);
  process.stdout.write(JSON.parse(answer) + '\\n');
});
socket.end(JSON.stringify({ text: process.argv[1] || '', hint: process.env.SSH_ASKPASS_PROMPT || '' }));
`;

/** For sockets, and gone with the scope. Only its owner may enter. */
export async function privateFolder(scope: Scope): Promise<string> {
  // Short, because a Unix socket's path may have 104 characters, of which ssh wants some for itself.
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'sshp-'));
  scope.defer(() => fs.rm(folder, { recursive: true, force: true }));
  return folder;
}

/**
 * Answers the questions of an ssh process (ssh(1), SSH_ASKPASS) from a private folder. An undefined answer cancels.
 */
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
  // Electron is a Node only when told so.
  const script = `#!/bin/sh\nELECTRON_RUN_AS_NODE=1 exec ${quoted(process.execPath)} -e ${quoted(CLIENT)} -- "$1"\n`;
  await fs.writeFile(program, script, { mode: 0o700 });
  return {
    // DISPLAY is there for an ssh older than 8.4, and may be someone's real one.
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
