import assert from 'node:assert/strict';
import fs from 'node:fs';
import * as vscode from 'vscode';
import { findHost, type ForwardState, localPort } from '../../src/core/session/state.ts';
import type { Api } from '../../src/extension.ts';
import { treeRows } from '../../src/view/rows.ts';
import { type Sshd, startSshd } from '../support/sshd.ts';
import { until } from '../support/until.ts';
import { startWebServer, type WebServer } from '../support/webServer.ts';

const setting = (): vscode.WorkspaceConfiguration => vscode.workspace.getConfiguration('sshPorts');

suite('the SSH configuration in the editor', () => {
  let api: Api;
  let sshd: Sshd;
  let server: WebServer;
  let port: number;
  let typed: string;
  let written: string;

  suiteSetup(async () => {
    const extension = vscode.extensions.getExtension<Api>('ssh-ports.ssh-ports');
    assert.ok(extension);
    api = await extension.activate();
    sshd = await startSshd();
    typed = `${sshd.user}@127.0.0.1:${sshd.port}`;
    fs.appendFileSync(
      sshd.configFile,
      [
        '# for hosts that are typed',
        'Host 127.*',
        `  IdentityFile ${sshd.keyFile}`,
        `  UserKnownHostsFile ${sshd.knownHostsFile}`,
        '',
      ].join('\n'),
    );
    await setting().update('configFile', sshd.configFile, vscode.ConfigurationTarget.Global);
    await until('the host of the file', () => findHost(api.state.get(), 'devbox'));
    server = await startWebServer('hello');
    ({ port } = server);
  });

  setup(() => {
    written = text();
  });

  teardown(async () => {
    await vscode.commands.executeCommand('sshPorts.stopAll');
    for (const host of ['devbox', typed]) await vscode.commands.executeCommand('sshPorts.disconnect', hostRow(host));
    fs.writeFileSync(sshd.configFile, written);
  });

  suiteTeardown(async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await setting().update('configFile', undefined, vscode.ConfigurationTarget.Global);
    await server.close();
    await sshd.stop();
  });

  const hostRow = (host: string) => ({ target: { kind: 'host', host } });
  const text = (): string => fs.readFileSync(sshd.configFile, 'utf8');
  const uri = (): vscode.Uri => vscode.Uri.file(sshd.configFile);
  const cursor = (): { file: string | undefined; line: string | undefined } => {
    const editor = vscode.window.activeTextEditor;
    return { file: editor?.document.uri.fsPath, line: editor?.document.lineAt(editor.selection.active.line).text };
  };
  /** Accepts the proposed text of each input box that a command shows, until the command ends. */
  const acceptAll = async (command: string, row: object): Promise<void> => {
    let isDone = false;
    const done = Promise.resolve(vscode.commands.executeCommand(command, row)).finally(() => (isDone = true));
    await until(`the end of ${command}`, async () => {
      await vscode.commands.executeCommand('workbench.action.acceptSelectedQuickOpenItem');
      return isDone;
    });
    await done;
  };
  const forwardTo = async (host: string): Promise<ForwardState> => {
    await vscode.commands.executeCommand('sshPorts.connect', hostRow(host));
    await vscode.commands.executeCommand('sshPorts.forwardListener', { target: { kind: 'remotePort', host, port } });
    const forward = findHost(api.state.get(), host)?.forwards.find((each) => each.remotePort === port);
    assert.ok(forward, JSON.stringify(findHost(api.state.get(), host)));
    return forward;
  };

  test('a bad line is marked in its file and opens from the tree, and its mark goes when the line is mended', async () => {
    const good = text();
    const mark = await until('the mark', () => {
      // RACE: the editor does not tell when it has begun to watch the file, so the file is written again and again.
      fs.writeFileSync(sshd.configFile, `${good}Host broken\n  Port no-such-service\n`);
      return vscode.languages.getDiagnostics(uri())[0];
    });
    const bad = text().split('\n').indexOf('  Port no-such-service');
    assert.equal(mark.range.start.line, bad);
    assert.match(mark.message, /no-such-service/);

    const [row] = treeRows(api.state.get());
    assert.equal(row?.click, 'openConfig');
    await vscode.commands.executeCommand('sshPorts.openConfig', row);
    assert.deepEqual(cursor(), { file: sshd.configFile, line: '  Port no-such-service' });

    fs.writeFileSync(sshd.configFile, good);
    await until('no mark', () => vscode.languages.getDiagnostics(uri()).length === 0);
    assert.deepEqual(api.state.get().configProblems, []);
  });

  test('a pasted ssh command becomes a host of the configuration, and its block is shown', async () => {
    const before = text();
    await acceptAll('sshPorts.addHost', hostRow('ssh -p 2222 me@box.example.com -J devbox'));
    const block = 'Host box\n  HostName box.example.com\n  User me\n  Port 2222\n  ProxyJump devbox\n';
    assert.ok(text().includes(block), text());
    assert.equal(text().replace(block, '').trim(), before.trim());
    assert.equal(findHost(api.state.get(), 'box')?.source.kind, 'config');
    assert.deepEqual(cursor(), { file: sshd.configFile, line: 'Host box' });
  });

  test('a forward is saved in the block of its host, and saving it again changes nothing', async () => {
    const forward = await forwardTo('devbox');
    const row = { target: { kind: 'forward', host: 'devbox', id: forward.id } };
    await vscode.commands.executeCommand('sshPorts.saveForward', row);
    const line = `  LocalForward ${localPort(forward)} localhost:${port}`;
    const [, block = ''] = /^Host devbox\n((?: .*\n)+)/mu.exec(text()) ?? [];
    assert.ok(block.split('\n').includes(line), text());
    const saved = text();
    await vscode.commands.executeCommand('sshPorts.saveForward', row);
    assert.equal(text(), saved);
  });

  test('saving a forward of a typed host makes it a host of the configuration first', async () => {
    const forward = await forwardTo(typed);
    await acceptAll('sshPorts.saveForward', { target: { kind: 'forward', host: typed, id: forward.id } });
    const expected = [
      'Host 127.0.0.1',
      '  HostName 127.0.0.1',
      `  User ${sshd.user}`,
      `  Port ${sshd.port}`,
      `  LocalForward ${localPort(forward)} localhost:${port}`,
    ];
    assert.ok(text().includes(`${expected.join('\n')}\n`), text());
    assert.ok(text().indexOf('Host 127.0.0.1') < text().indexOf('# for hosts that are typed'), text());
  });
});
