import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { SshPortsApi, SshPortsExports } from '../../api.d.ts';
import { tools } from '../../src/agents/tools.ts';
import { type Sshd, startSshd } from '../support/sshd.ts';
import { until } from '../support/until.ts';

const host = 'agents';

suite('the tools for language models', () => {
  let api: SshPortsApi;
  let sshd: Sshd;

  suiteSetup(async () => {
    const extension = vscode.extensions.getExtension<SshPortsExports>('ssh-ports.ssh-ports');
    assert.ok(extension);
    api = (await extension.activate()).getApi(1);
    sshd = await startSshd({ name: host });
    await useConfig(sshd.configFile);
    await until('the host of the file', () => hostNow());
  });

  teardown(async () => {
    await vscode.commands.executeCommand('sshPorts.stopAll');
    await api.disconnect(host);
  });

  suiteTeardown(async () => {
    await useConfig(undefined);
    await sshd.stop();
  });

  const useConfig = async (file: string | undefined): Promise<void> =>
    vscode.workspace.getConfiguration('sshPorts').update('configFile', file, vscode.ConfigurationTarget.Global);
  const hostNow = () => api.getHosts().find(({ name }) => name === host);
  const call = async (tool: string, input: object): Promise<string> => {
    const { content } = await vscode.lm.invokeTool(tool, { input, toolInvocationToken: undefined });
    return content.map((part) => (part instanceof vscode.LanguageModelTextPart ? part.value : '')).join('');
  };

  test('every tool is registered', async () => {
    const known = await until('the tools', () => {
      const names = vscode.lm.tools.map(({ name }) => name).filter((name) => name.startsWith('ssh_ports_'));
      return names.length > 0 ? names : undefined;
    });
    assert.deepEqual(known.toSorted(), tools.map(({ name }) => name).toSorted());
  });

  test('hosts are listed and a path is explained without a question', async () => {
    assert.match(await call('ssh_ports_list_hosts', {}), /"host": "agents",\s+"status": "idle"/);
    assert.match(await call('ssh_ports_why_no_answer', { host, port: 80 }), /Nothing forwards port 80 of agents/);
  });

  test('the ports of a host are listed, with a connection if need be', async () => {
    assert.match(await call('ssh_ports_list_remote_ports', { host }), new RegExp(`"port": ${sshd.port},`, 'u'));
  });

  test('a port is forwarded and stopped; in tests VS Code answers its question with yes', async () => {
    const made = await call('ssh_ports_forward_port', { host, port: sshd.port });
    const [forward] = hostNow()?.forwards ?? [];
    assert.ok(forward?.localAddress && made.includes(forward.localAddress), made);
    const stopped = await call('ssh_ports_stop_forward', { host, port: sshd.port });
    assert.ok(stopped.includes(forward.localAddress), stopped);
    assert.deepEqual(hostNow()?.forwards, []);
  });

  test('a host that the user has not listed is refused', async () => {
    await assert.rejects(call('ssh_ports_forward_port', { host: 'elsewhere', port: 80 }));
    assert.equal(
      api.getHosts().some(({ name }) => name === 'elsewhere'),
      false,
    );
  });
});
