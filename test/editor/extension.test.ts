import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { findHost, type ForwardState, type HostState, localPort } from '../../src/core/session/state.ts';
import type { Api } from '../../src/extension.ts';
import { type Sshd, startSshd } from '../support/sshd.ts';
import { until } from '../support/until.ts';
import { startWebServer, type WebServer } from '../support/webServer.ts';

const host = 'devbox';

suite('the extension in its host', () => {
  let api: Api;
  let sshd: Sshd;
  let server: WebServer;
  let port: number;

  suiteSetup(async () => {
    const extension = vscode.extensions.getExtension<Api>('ssh-ports.ssh-ports');
    assert.ok(extension);
    api = await extension.activate();
    sshd = await startSshd();
    await vscode.workspace
      .getConfiguration('sshPorts')
      .update('configFile', sshd.configFile, vscode.ConfigurationTarget.Global);
    server = await startWebServer('hello from the remote');
    ({ port } = server);
  });

  suiteTeardown(async () => {
    await vscode.commands.executeCommand('sshPorts.disconnect', hostRow());
    await vscode.workspace
      .getConfiguration('sshPorts')
      .update('configFile', undefined, vscode.ConfigurationTarget.Global);
    await server.close();
    await sshd.stop();
  });

  const now = (): HostState => {
    const state = findHost(api.state.get(), host);
    assert.ok(state, `${host} is not listed`);
    return state;
  };
  const forwardOf = (remotePort: number): ForwardState | undefined =>
    now().forwards.find((forward) => forward.remotePort === remotePort);
  const hostRow = () => ({ target: { kind: 'host', host } });
  const body = async (local: number): Promise<string> =>
    (
      await fetch(`http://localhost:${local}/`, {
        headers: { connection: 'close' },
        signal: AbortSignal.timeout(10_000),
      })
    ).text();

  test('every command of the manifest exists', async () => {
    const manifest = vscode.extensions.getExtension('ssh-ports.ssh-ports')?.packageJSON as {
      contributes: { commands: readonly { command: string }[] };
    };
    const known = new Set(await vscode.commands.getCommands(true));
    const missing = manifest.contributes.commands
      .map(({ command }) => command)
      .filter((command) => !known.has(command));
    assert.deepEqual(missing, []);
  });

  test('a changed configuration file is followed', async () => {
    await until('the host of the file', () => findHost(api.state.get(), host));
    assert.equal(now().source.kind, 'config');
  });

  test('connects to a real sshd and sees a port that starts to listen', async () => {
    await vscode.commands.executeCommand('sshPorts.connect', hostRow());
    assert.equal(now().link.kind, 'online', JSON.stringify(now().link));
    await until(`port ${port}`, () => now().remotePorts.some((each) => each.port === port));
  });

  test('forwards a listener when its row is clicked', async () => {
    await vscode.commands.executeCommand('sshPorts.forwardListener', { target: { kind: 'listener', host, port } });
    const forward = forwardOf(port);
    const local = forward && localPort(forward);
    assert.ok(local, JSON.stringify(forward));
    assert.equal(await body(local), 'hello from the remote');
  });

  test('the switch really stops listening, and brings the same port back', async () => {
    const before = forwardOf(port);
    const local = before && localPort(before);
    assert.ok(local);
    await vscode.commands.executeCommand('sshPorts.toggleForwarding');
    await assert.rejects(body(local));
    await vscode.commands.executeCommand('sshPorts.toggleForwarding');
    assert.equal(await body(local), 'hello from the remote');
  });

  test('copies the address of a forward', async () => {
    const forward = forwardOf(port);
    const local = forward && localPort(forward);
    assert.ok(forward && local);
    await vscode.commands.executeCommand('sshPorts.copyAddress', { target: { kind: 'forward', host, id: forward.id } });
    assert.equal(await vscode.env.clipboard.readText(), `http://localhost:${local}/`);
  });

  test('the forward survives a restart of the server', async () => {
    const forward = forwardOf(port);
    const local = forward && localPort(forward);
    assert.ok(local);
    await sshd.restart();
    await until('the same address again', async () => (await body(local)) === 'hello from the remote');
  });

  test('stopping a forward frees its port', async () => {
    const forward = forwardOf(port);
    const local = forward && localPort(forward);
    assert.ok(forward && local);
    await vscode.commands.executeCommand('sshPorts.stopForward', { target: { kind: 'forward', host, id: forward.id } });
    await assert.rejects(body(local));
    assert.equal(forwardOf(port), undefined);
  });

  test('disconnecting ends everything of the host', async () => {
    await vscode.commands.executeCommand('sshPorts.disconnect', hostRow());
    assert.equal(now().link.kind, 'idle');
    assert.deepEqual([now().remotePorts, now().forwards], [[], []]);
  });
});
