import fs from 'node:fs';
import { never } from '../../../src/base/delay.ts';
import { parseForward } from '../../../src/core/spec/grammar.ts';
import { typedRequest } from '../../../src/core/session/forwards/forwardRequests.ts';
import type { Memory } from '../../../src/core/session/memory/memory.ts';
import { startSessions } from '../../support/sessions.ts';

/** A process that forwards like an editor's window, for tests to kill. Given a forward it connects, else it restores. */
const [configFile = '', folder = '', forward = '', transport] = process.argv.slice(2);

const app = await startSessions(
  configFile,
  { autoForward: 'off', identifyServers: false, transport: transport === 'openssh' ? 'openssh' : 'builtin' },
  {
    allowCommand: async () => true,
    memory: fileMemory(`${folder}/global.json`),
    windowMemory: fileMemory(`${folder}/window.json`),
    windowFolder: `${folder}/windows`,
  },
);
process.once('SIGTERM', () => void app.sessions.close().then(() => process.exit()));
if (forward === '') await app.sessions.restore('left', 'background', never);
else {
  const [, kind = 'L', spec = forward] = /^-([LR]) (.*)$/u.exec(forward) ?? [];
  const request = typedRequest(parseForward(kind === 'R' ? 'remote' : 'local', spec));
  await app.sessions.forward('devbox', request, never);
}

/** Writes synchronously, because the process may be killed. */
function fileMemory(file: string): Memory {
  const read = (): Record<string, unknown> =>
    fs.existsSync(file) ? (JSON.parse(fs.readFileSync(file, 'utf8')) as Record<string, unknown>) : {};
  return {
    keys: () => Object.keys(read()),
    get: (key) => read()[key],
    update: async (key, value) => fs.writeFileSync(file, JSON.stringify({ ...read(), [key]: value })),
  };
}
