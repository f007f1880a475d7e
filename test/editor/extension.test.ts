import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { findHost, type ForwardState, type HostState, localPort } from '../../src/core/session/state.ts';
import type { Api } from '../../src/extension.ts';
import { addAlias } from '../support/addAlias.ts';
import { startHybridEchoServer } from '../support/hybridEchoServer.ts';
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
    await until('the host of the file', () => findHost(api.state.get(), host));
    server = await startWebServer('hello from the remote');
    ({ port } = server);
  });

  teardown(async () => {
    await vscode.commands.executeCommand('sshPorts.stopAll');
    await vscode.commands.executeCommand('sshPorts.disconnect', hostRow());
  });

  suiteTeardown(async () => {
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

  const connect = async (): Promise<void> => {
    await vscode.commands.executeCommand('sshPorts.connect', hostRow());
    assert.equal(now().link.kind, 'online', JSON.stringify(now().link));
  };
  /** Connects and forwards the web server's port. */
  const forward = async (): Promise<{ readonly id: string; readonly local: number }> => {
    await connect();
    await vscode.commands.executeCommand('sshPorts.forwardListener', { target: { kind: 'remotePort', host, port } });
    const made = forwardOf(port);
    const local = made && localPort(made);
    assert.ok(made && local, JSON.stringify(made));
    return { id: made.id, local };
  };

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

  test('the hosts of another configuration file are listed once its setting names that file', async () => {
    const setting = vscode.workspace.getConfiguration('sshPorts');
    const other = path.join(sshd.folder, 'other_config');
    fs.writeFileSync(other, 'Host elsewhere\n');
    await setting.update('configFile', other, vscode.ConfigurationTarget.Global);
    const isListed = (name: string): boolean => findHost(api.state.get(), name) !== undefined;
    await until('the host of the other file alone', () => isListed('elsewhere') && !isListed(host));
    await setting.update('configFile', sshd.configFile, vscode.ConfigurationTarget.Global);
    await until('the host of the first file alone', () => isListed(host) && !isListed('elsewhere'));
    assert.equal(now().source.kind, 'config');
  });

  test('a host connects to its sshd and lists the ports that its programs listen on', async () => {
    await connect();
    await until(`port ${port}`, () => now().remotePorts.some((each) => each.port === port));
  });

  test('a server with the post-quantum key exchange alone is reached by the built-in client', async () => {
    const hybrid = await startHybridEchoServer('aes128-gcm@openssh.com');
    addAlias(sshd, 'hybrid', [`Port ${hybrid.port}`, `UserKnownHostsFile ${hybrid.knownHostsFile}`]);
    await until('the host hybrid', () => findHost(api.state.get(), 'hybrid'));
    const row = { target: { kind: 'host', host: 'hybrid' } };
    await vscode.commands.executeCommand('sshPorts.connect', row);
    const link = findHost(api.state.get(), 'hybrid')?.link;
    assert.ok(link?.kind === 'online', JSON.stringify(link));
    assert.deepEqual([link.facts.transport, link.facts.kex], ['builtin', 'mlkem768x25519-sha256']);
    await vscode.commands.executeCommand('sshPorts.disconnect', row);
    hybrid.close();
  });

  test('a remote port is forwarded when its row is clicked', async () => {
    const { local } = await forward();
    assert.equal(await body(local), 'hello from the remote');
  });

  test('the switch ends every listener of this machine and opens them again at the same ports', async () => {
    const { local } = await forward();
    await vscode.commands.executeCommand('sshPorts.toggleForwarding');
    await assert.rejects(body(local));
    await vscode.commands.executeCommand('sshPorts.toggleForwarding');
    assert.equal(await body(local), 'hello from the remote');
  });

  test('the address of a forward is copied to the clipboard', async () => {
    const { id, local } = await forward();
    await vscode.commands.executeCommand('sshPorts.copyAddress', { target: { kind: 'forward', host, id } });
    assert.equal(await vscode.env.clipboard.readText(), `http://localhost:${local}/`);
  });

  test('a forward answers at the same address after its sshd was restarted', async () => {
    const { local } = await forward();
    await sshd.restart();
    await until('the same address again', async () => (await body(local)) === 'hello from the remote');
  });

  test('a stopped forward frees its local port', async () => {
    const { id, local } = await forward();
    await vscode.commands.executeCommand('sshPorts.stopForward', { target: { kind: 'forward', host, id } });
    await assert.rejects(body(local));
    assert.equal(forwardOf(port), undefined);
  });

  test('a disconnected host has neither remote ports nor forwards', async () => {
    const { local } = await forward();
    await vscode.commands.executeCommand('sshPorts.disconnect', hostRow());
    assert.equal(now().link.kind, 'idle');
    assert.deepEqual([now().remotePorts, now().forwards], [[], []]);
    await assert.rejects(body(local));
  });
});
