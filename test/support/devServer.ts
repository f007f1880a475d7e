import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { start, stop } from './child.ts';
import { freePort } from './freePort.ts';
import { until } from './until.ts';

/** A small web server, as a developer would have one running on the remote. */
export interface DevServer {
  readonly kind: 'flask' | 'node';
  readonly port: number;
  stop(): Promise<void>;
}

/** What its page says. */
export const greeting = 'Hello from the demo remote';

/** A Python that has Flask: the system's or the one on PATH. */
export function findFlask(): string | undefined {
  return ['/usr/bin/python3', 'python3'].find(
    (python) => spawnSync(python, ['-c', 'import flask'], { stdio: 'ignore' }).status === 0,
  );
}

/** Starts `flask run`, or a Node server where there is no Flask, in `folder`. Resolves when it answers. */
export async function startDevServer(folder: string): Promise<DevServer> {
  const port = await choosePort();
  const python = findFlask();
  const child = python === undefined ? startNode(folder, port) : startFlask(folder, python, port);
  await until(`the dev server on port ${port}`, async () => (await fetch(`http://127.0.0.1:${port}/`)).ok);
  return { kind: python === undefined ? 'node' : 'flask', port, stop: () => stop(child) };
}

/** Flask's own port where it is free, else any. */
async function choosePort(): Promise<number> {
  const server = net.createServer().listen(5000, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch {
    return freePort();
  }
  server.close();
  await once(server, 'close');
  return 5000;
}

function startFlask(folder: string, python: string, port: number): ReturnType<typeof start> {
  fs.writeFileSync(
    path.join(folder, 'app.py'),
    `from flask import Flask\n\napp = Flask(__name__)\n\n\n@app.get("/")\ndef hello():\n    return "<h1>${greeting}</h1>"\n`,
  );
  return start(python, ['-m', 'flask', 'run', '--port', String(port)], { cwd: folder, stdio: 'ignore' });
}

function startNode(folder: string, port: number): ReturnType<typeof start> {
  const file = path.join(folder, 'server.cjs');
  const answer = `response.setHeader('content-type', 'text/html'); response.end('<h1>${greeting}</h1>');`;
  const text = `require('node:http').createServer((_, response) => { ${answer} }).listen(${port}, '127.0.0.1');\n`;
  fs.writeFileSync(file, text);
  return start(process.execPath, [file], { cwd: folder, stdio: 'ignore' });
}
