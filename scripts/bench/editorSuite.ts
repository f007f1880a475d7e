/**
 * Runs inside the extension host: loads and activates the extension, connects, and then does what `editor.ts` asks. VS Code
 * calls `run`.
 */
import assert from 'node:assert/strict';
import net from 'node:net';
import { createRequire } from 'node:module';
import path from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import readline from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import * as vscode from 'vscode';

export interface Request {
  readonly do: 'watchLoop' | 'tellLoop' | 'beBusy' | 'beIdle';
}

export interface Answer {
  readonly startMs?: { readonly load: number; readonly activate: number };
  readonly p99Ms?: number;
}

const host = 'devbox';
const busyMs = 50;
const pauseMs = 100;
/** The extension knows the host once it has read the new setting. */
const connectLimitMs = 30_000;

export async function run(): Promise<void> {
  const control = net.connect(Number(process.env['BENCH_CONTROL']), '127.0.0.1');
  const tell = (answer: Answer | { readonly error: string }): void => void control.write(`${JSON.stringify(answer)}\n`);
  try {
    const startMs = await startExtension();
    await connect();
    tell({ startMs });
    await serve(control, tell);
  } catch (error) {
    tell({ error: String(error instanceof Error ? error.stack : error) });
    throw error;
  }
}

/** CAUTION: VS Code's own `require` must load it, so that it finds `vscode`. It finds the loaded module in Node's cache. */
async function startExtension(): Promise<NonNullable<Answer['startMs']>> {
  const extension = vscode.extensions.getExtension('ssh-ports.ssh-ports');
  assert.ok(extension);
  const { main } = extension.packageJSON as { readonly main: string };
  const file = path.join(extension.extensionPath, main);
  const wasActive = extension.isActive;
  const startedAt = performance.now();
  createRequire(file)(file);
  const loadedAt = performance.now();
  await extension.activate();
  if (wasActive) return { load: Number.NaN, activate: Number.NaN };
  return { load: loadedAt - startedAt, activate: performance.now() - loadedAt };
}

async function connect(): Promise<void> {
  const settings = vscode.workspace.getConfiguration('sshPorts');
  await settings.update('autoForward', 'off', vscode.ConfigurationTarget.Global);
  await settings.update('configFile', process.env['BENCH_CONFIG'], vscode.ConfigurationTarget.Global);
  const connected = vscode.commands.executeCommand('sshPorts.connect', { target: { kind: 'host', host } });
  await Promise.race([connected, sleep(connectLimitMs)]);
}

async function serve(control: net.Socket, tell: (answer: Answer) => void): Promise<void> {
  const loop = monitorEventLoopDelay({ resolution: 1 });
  let idle = new AbortController();
  for await (const line of readline.createInterface({ input: control })) {
    switch ((JSON.parse(line) as Request).do) {
      case 'watchLoop':
        loop.reset();
        loop.enable();
        tell({});
        break;
      case 'tellLoop':
        loop.disable();
        tell({ p99Ms: loop.percentile(99) / 1e6 });
        break;
      case 'beBusy':
        idle = new AbortController();
        void beBusy(idle.signal);
        tell({});
        break;
      case 'beIdle':
        idle.abort();
        tell({});
        break;
    }
  }
}

async function beBusy(signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const end = performance.now() + busyMs;
    while (performance.now() < end);
    await sleep(pauseMs);
  }
}
