import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { SshPortsApi, SshPortsExports } from '../../api.d.ts';
import { freePort } from '../support/freePort.ts';
import { type Sshd, startSshd } from '../support/sshd.ts';
import { until } from '../support/until.ts';
import { startWebServer, type WebServer } from '../support/webServer.ts';

const host = 'shared';

suite('the API for other extensions', () => {
  let api: SshPortsApi;
  let sshd: Sshd;
  let server: WebServer;

  suiteSetup(async () => {
    const extension = vscode.extensions.getExtension<SshPortsExports>('ssh-ports.ssh-ports');
    assert.ok(extension);
    api = (await extension.activate()).getApi(1);
    sshd = await startSshd({ name: host });
    await useConfig(sshd.configFile);
    server = await startWebServer('hello from the API');
    await until('the host of the file', () => hostNow());
  });

  teardown(async () => {
    await vscode.commands.executeCommand('sshPorts.stopAll'); // else they come back with the host
    await api.disconnect(host);
  });

  suiteTeardown(async () => {
    await useConfig(undefined);
    await server.close();
    await sshd.stop();
  });

  const useConfig = async (file: string | undefined): Promise<void> =>
    vscode.workspace.getConfiguration('sshPorts').update('configFile', file, vscode.ConfigurationTarget.Global);
  const hostNow = () => api.getHosts().find(({ name }) => name === host);
  const page = async (url: string | undefined): Promise<string> =>
    (await fetch(url ?? '', { headers: { connection: 'close' }, signal: AbortSignal.timeout(10_000) })).text();

  test('a version that does not exist is refused by name', () => {
    const exports = vscode.extensions.getExtension<{ getApi(version: number): unknown }>(
      'ssh-ports.ssh-ports',
    )?.exports;
    assert.throws(() => exports?.getApi(2), /version 1 of its API, not 2/);
    assert.equal(exports?.getApi(1), api);
  });

  test('a host connects, and its remote ports are plain data', async () => {
    const { port } = server;
    assert.equal((await api.connect(host)).status, 'online');
    const seen = await until('the port', () => hostNow()?.remotePorts.find((each) => each.port === port));
    assert.deepEqual(seen.addresses, ['127.0.0.1']);
    assert.deepEqual(structuredClone(api.getHosts()), api.getHosts());
  });

  test('a forward answers, tells of its change, and stops when its extension disposes of it', async () => {
    let changes = 0;
    const listening = api.onDidChange(() => changes++);
    const forward = await api.forward({ host, port: server.port, label: 'API' });
    assert.deepEqual([forward.status, forward.label], ['open', 'API']);
    assert.equal(await page(forward.url), 'hello from the API');
    assert.ok(changes > 0);
    forward.dispose();
    await until('no forward', () => hostNow()?.forwards.length === 0);
    await assert.rejects(page(forward.url));
    listening.dispose();
  });

  test('a forward that was there before stays when an extension disposes of it, and stops when it says stop', async () => {
    const first = await api.forward({ host, port: server.port });
    const second = await api.forward({ host, port: server.port });
    assert.equal(second.id, first.id);
    second.dispose();
    assert.equal(await page(first.url), 'hello from the API');
    await api.stop(first);
    assert.deepEqual(hostNow()?.forwards, []);
  });

  test('an extension waits until somebody forwards a port', async () => {
    const waiting = api.waitUntilForwarded({ port: server.port });
    const made = await vscode.commands.executeCommand<{ id: string }>('sshPorts.forwardPort', {
      host,
      port: server.port,
    });
    assert.equal((await waiting).id, made.id);
    assert.equal((await api.waitUntilForwarded({ host, port: server.port })).id, made.id);
  });

  test('cancelled calls end with a CancellationError, and leave no forward behind', async () => {
    const source = new vscode.CancellationTokenSource();
    const waiting = api.waitUntilForwarded({ port: 1 }, source.token);
    const forwarding = api.forward({ host, port: server.port }, source.token);
    source.cancel();
    await assert.rejects(waiting, vscode.CancellationError);
    await assert.rejects(forwarding, vscode.CancellationError);
    // Forwards of a host open one after the other: the cancelled one has ended before this one opens.
    const next = await api.forward({ host, port: sshd.port });
    await until(
      'the next forward alone',
      () =>
        hostNow()
          ?.forwards.map(({ id }) => id)
          .join() === next.id,
    );
  });

  test('a failure is an error in plain English', async () => {
    await assert.rejects(api.forward({ host, port: server.port, localPort: sshd.port }), /sshd/);
    await assert.rejects(api.forward({ host, spec: '8000,8001' }), /One call makes one forward\. This one names 2/);
    await assert.rejects(api.forward({ host, port: 0 }), /port is 1–65535, not 0/);
    await assert.rejects(api.forward({ port: await freePort() } as never), /The host is missing/);
    await until('no forward', () => hostNow()?.forwards.length === 0);
  });
});
