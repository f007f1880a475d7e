import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import type { Forward } from '../../api.d.ts';
import { findHost, type HostState } from '../../src/core/session/state.ts';
import type { Api } from '../../src/extension.ts';
import { start, stop } from '../support/child.ts';
import { freePort } from '../support/freePort.ts';
import { type Sshd, startSshd } from '../support/sshd.ts';
import { until } from '../support/until.ts';
import { startWebServer, type WebServer } from '../support/webServer.ts';

const host = 'devbox';

/** The examples of docs/debugging.md, on a real remote. */
suite('debugging what runs on the host', () => {
  let api: Api;
  let sshd: Sshd;
  let inspected: number;
  let program: ChildProcess | undefined;
  /** Sessions that have started in this test. */
  let sessions: vscode.DebugSession[] = [];
  let starts: vscode.Disposable;

  suiteSetup(async () => {
    const extension = vscode.extensions.getExtension<Api>('ssh-ports.ssh-ports');
    assert.ok(extension);
    api = await extension.activate();
    sshd = await startSshd({ name: host });
    await vscode.workspace
      .getConfiguration('sshPorts')
      .update('configFile', sshd.configFile, vscode.ConfigurationTarget.Global);
    await until('the host of the file', () => findHost(api.state.get(), host));
    inspected = await freePort();
    starts = vscode.debug.onDidStartDebugSession((session) => sessions.push(session));
  });

  setup(() => {
    sessions = [];
  });

  teardown(async () => {
    await vscode.debug.stopDebugging();
    for (const { task } of vscode.tasks.taskExecutions) if (task.source === 'sshPorts') await endTask(task.name);
    if (program) await stop(program);
    program = undefined;
    await vscode.commands.executeCommand('sshPorts.stopAll');
    await vscode.commands.executeCommand('sshPorts.disconnect', host);
    fs.rmSync(path.join(folder().uri.fsPath, '.vscode'), { recursive: true, force: true });
  });

  suiteTeardown(async () => {
    starts.dispose();
    await vscode.workspace
      .getConfiguration('sshPorts')
      .update('configFile', undefined, vscode.ConfigurationTarget.Global);
    await sshd.stop();
  });

  const now = (): HostState | undefined => findHost(api.state.get(), host);
  const folder = (): vscode.WorkspaceFolder => {
    const [first] = vscode.workspace.workspaceFolders ?? [];
    assert.ok(first);
    return first;
  };
  /** A program with the inspector of Node.js. */
  const startProgram = (): void => {
    const code = 'globalThis.greeting = "hello from the remote"; setInterval(() => {}, 1000)';
    program = start(process.execPath, [`--inspect=127.0.0.1:${inspected}`, '-e', code], {
      stdio: 'ignore',
      env: { ...process.env, ELECTRON_RUN_AS_NODE: '1', NODE_OPTIONS: '' },
    });
  };
  const endTask = async (name: string): Promise<void> => {
    const ended = new Promise<void>((resolve) => {
      const each = vscode.tasks.onDidEndTask(({ execution }) => {
        if (execution.task.name !== name) return;
        each.dispose();
        resolve();
      });
    });
    vscode.tasks.taskExecutions.find(({ task }) => task.name === name)?.terminate();
    await ended;
  };
  /** Writes an example of the document into the workspace, changed for this test. */
  const write = (file: string, example: number, changes: Readonly<Record<string, string | number>>): void => {
    const document = fs.readFileSync(path.join(__dirname, '..', '..', 'docs', 'debugging.md'), 'utf8');
    let [, text = ''] = [...document.matchAll(/^```json\n(.*?)^```/gmsu)][example] ?? [];
    for (const [from, to] of Object.entries(changes)) text = text.replaceAll(from, String(to));
    const target = path.join(folder().uri.fsPath, '.vscode', file);
    fs.mkdirSync(path.dirname(target), { recursive: true });
    fs.writeFileSync(target, text);
  };
  /** What the attached program says. VS Code has one session for the connection, and one below it for the program. */
  const greeting = async (): Promise<string> => {
    const session = await until('the session of the program', () =>
      sessions.find(({ parentSession }) => parentSession),
    );
    return until('the answer of the program', async () => {
      const question = { expression: 'greeting', context: 'repl' };
      const { result } = (await session.customRequest('evaluate', question)) as { readonly result?: string };
      return result;
    });
  };

  test('F5 waits until its task has forwarded a program that starts late, and attaches', async () => {
    const local = await freePort();
    const ports = { 9229: inspected, 9230: local };
    write('tasks.json', 0, ports);
    write('launch.json', 1, ports);
    await until('the task', async () =>
      (await vscode.tasks.fetchTasks()).some(({ name }) => name === 'forward the app'),
    );
    const started = vscode.debug.startDebugging(folder(), 'Node.js on devbox');
    await until('the forward', () => now()?.forwards.some(({ status }) => status.kind === 'open'));
    assert.equal(vscode.debug.activeDebugSession, undefined);
    startProgram();
    assert.equal(await started, true);
    assert.match(await greeting(), /hello from the remote/);
    await vscode.debug.stopDebugging();
    await endTask('forward the app');
    await until('the end of the forward', () => now()?.forwards.length === 0);
  });

  test('a click attaches to the inspector of a remote program', async () => {
    startProgram();
    await vscode.commands.executeCommand('sshPorts.connect', host);
    await until('the inspector', () => now()?.remotePorts.some(({ port }) => port === inspected));
    const made = await vscode.commands.executeCommand<Forward>('sshPorts.attachDebugger', { host, port: inspected });
    assert.equal(made.remotePort, inspected);
    assert.match(await greeting(), /hello from the remote/);
  });

  test('a launch configuration gets the address of the forward that is there', async () => {
    const server: WebServer = await startWebServer('x');
    await vscode.commands.executeCommand('sshPorts.connect', host);
    const made = await vscode.commands.executeCommand<Forward>('sshPorts.forwardPort', { host, port: server.port });
    // VS Code gives the whole configuration to a command that it names.
    const configuration = { type: 'node', request: 'attach', name: 'x', port: 1 };
    const picked = await vscode.commands.executeCommand('sshPorts.pickLocalAddress', configuration);
    assert.equal(picked, made.localAddress);
    await server.close();
  });

  test('a task that names no port ends, and forwards nothing', async () => {
    const ended = new Promise<void>((resolve) => {
      const each = vscode.tasks.onDidEndTask(({ execution }) => {
        if (execution.task.name !== 'forward the app') return;
        each.dispose();
        resolve();
      });
    });
    write('tasks.json', 0, { '"port": 9229,': '' });
    const task = await until('the task', async () =>
      (await vscode.tasks.fetchTasks()).find(
        ({ name, definition }) => name === 'forward the app' && definition['port'] === undefined,
      ),
    );
    await vscode.tasks.executeTask(task);
    await ended;
    assert.deepEqual(now()?.forwards, []);
  });
});
