import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import type { Forward, Host } from '../../api.d.ts';
import { findHost } from '../../src/core/session/state.ts';
import type { Api } from '../../src/extension.ts';
import { type CommandName, commandShapes } from '../../src/view/script/commandShapes.ts';
import { freePort } from '../support/freePort.ts';
import { type Sshd, startSshd } from '../support/sshd.ts';
import { until } from '../support/until.ts';
import { startWebServer, type WebServer } from '../support/webServer.ts';

const host = 'scripted';

/** Each test starts connected to a host of its own, with no forward. */
suite('commands with the arguments of a script', () => {
  let api: Api;
  let sshd: Sshd;
  let server: WebServer;
  let port: number;

  suiteSetup(async () => {
    const extension = vscode.extensions.getExtension<Api>('ssh-ports.ssh-ports');
    assert.ok(extension);
    api = await extension.activate();
    sshd = await startSshd({ name: host });
    await useConfig(sshd.configFile);
    await until('the host of the file', () => findHost(api.state.get(), host));
    server = await startWebServer('hello from a script');
    ({ port } = server);
  });

  setup(() => run('connect', { host }));

  teardown(async () => {
    await run('stopAll');
    await run('toggleForwarding', { on: true });
    await run('disconnect', { host });
  });

  suiteTeardown(async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await useConfig(undefined);
    await server.close();
    await sshd.stop();
  });

  const useConfig = async (file: string | undefined): Promise<void> =>
    vscode.workspace.getConfiguration('sshPorts').update('configFile', file, vscode.ConfigurationTarget.Global);
  const run = async <T>(command: CommandName, ...args: unknown[]): Promise<T> =>
    vscode.commands.executeCommand<T>(`sshPorts.${command}`, ...args);
  const forward = (more: object = {}): Promise<Forward> => run<Forward>('forwardPort', { host, port, ...more });
  const forwards = () => findHost(api.state.get(), host)?.forwards ?? [];
  const status = (id: string): string | undefined => forwards().find((each) => each.id === id)?.status.kind;
  const page = async (url: string | undefined): Promise<string> =>
    (await fetch(url ?? '', { headers: { connection: 'close' }, signal: AbortSignal.timeout(10_000) })).text();
  const body = 'hello from a script';

  /** One test for each command. The type checker holds the list complete. */
  const tests: Readonly<Record<CommandName, () => Promise<void>>> = {
    forwardPort: async () => {
      const made = await forward({ label: 'web' });
      assert.deepEqual(
        [made.host, made.kind, made.status, made.label, made.remotePort],
        [host, 'local', 'open', 'web', port],
      );
      assert.equal(made.localAddress, `localhost:${made.localPort}`);
      assert.equal(await page(made.url), body);
      assert.equal((await forward()).id, made.id, 'the forward that is there is taken');
      assert.equal(await forward({ result: 'localPort' }), String(made.localPort));
      assert.equal(await forward({ result: 'url' }), made.url);
      const [first, second] = [await freePort(), await freePort()];
      const several = await run<readonly Forward[]>('forwardPort', {
        host,
        spec: `${first}:${port}, ${second}:${port}`,
      });
      assert.deepEqual(
        several.map(({ localPort }) => localPort),
        [first, second],
      );
      const proxy = await run<Forward>('forwardPort', `ssh -N -D ${await freePort()} ${host}`);
      assert.deepEqual([proxy.kind, proxy.status, proxy.url], ['dynamic', 'open', undefined]);
    },
    forwardListener: async () => {
      const made = await run<Forward>('forwardListener', { host, port });
      assert.equal(await page(made.url), body);
      assert.equal((await run<Forward>('forwardListener', port)).id, made.id);
    },
    connect: async () => {
      await run('disconnect', host);
      const connected = await run<Host>('connect', host);
      assert.deepEqual([connected.name, connected.status, connected.isConfigured], [host, 'online', true]);
      await assert.rejects(run('connect', { host: 'ssh -p' }), /"ssh -p" is no host/);
    },
    disconnect: async () => {
      await run('disconnect', host);
      assert.equal(findHost(api.state.get(), host)?.link.kind, 'idle');
      await assert.rejects(run('disconnect', 'nowhere'), /there is no host "nowhere"/);
    },
    openConfig: async () => {
      await run('openConfig', host);
      assert.equal(vscode.window.activeTextEditor?.document.uri.fsPath, sshd.configFile);
    },
    addHost: async () => {
      // The name of the new host is asked for; nobody answers, and the question is closed.
      const added = run('addHost', 'ssh me@box.example.com');
      let isDone = false;
      void added.then(() => (isDone = true));
      await until('the end of the question', async () => {
        await vscode.commands.executeCommand('workbench.action.closeQuickOpen');
        return isDone;
      });
      assert.equal(await added, undefined);
    },
    askProgram: async () => {
      await until('the listed port', () =>
        findHost(api.state.get(), host)?.remotePorts.some((each) => each.port === port),
      );
      await run('askProgram', { host, port });
      assert.ok(findHost(api.state.get(), host)?.remotePorts.find((each) => each.port === port)?.program);
      await assert.rejects(run('askProgram', { host, port: 1 }), /Nothing is seen to listen at port 1/);
    },
    openInBrowser: async () => {
      const { id } = await forward();
      await run('pauseForward', { port });
      await assert.rejects(
        run('openInBrowser', { host, id }),
        /Open in Browser: this forward does not allow it.*paused/,
      );
    },
    debugInBrowser: async () => {
      const { id } = await forward();
      await run('pauseForward', { port });
      await assert.rejects(run('debugInBrowser', { host, id }), /this forward does not allow it.*paused/);
    },
    attachDebugger: async () => {
      await assert.rejects(run('attachDebugger', { host, port }), /No debugger that VS Code attaches to/);
    },
    pickLocalAddress: async () => {
      const { localAddress } = await forward();
      assert.equal(await run('pickLocalAddress', { port }), localAddress);
    },
    browseThrough: async () => {
      // A browser that ends at once takes its proxy with it.
      const settings = vscode.workspace.getConfiguration('sshPorts');
      const seen = path.join(sshd.folder, 'browser-arguments');
      const browser = path.join(sshd.folder, 'browser');
      fs.writeFileSync(browser, `#!/bin/sh\necho "$@" > '${seen}'\n`, { mode: 0o755 });
      await settings.update('browser', browser, vscode.ConfigurationTarget.Global);
      assert.equal((await run<Host>('browseThrough', { host })).name, host);
      const text = await until('the browser', () =>
        fs.existsSync(seen) ? fs.readFileSync(seen, 'utf8').trim() : undefined,
      );
      assert.match(text, /--proxy-server=socks5:\/\/127\.0\.0\.1:\d+ /u);
      await until('the end of the proxy', () => forwards().length === 0);
      await settings.update('browser', undefined, vscode.ConfigurationTarget.Global);
    },
    openPreview: async () => {
      const { id } = await forward();
      assert.equal((await run<Forward>('openPreview', { port })).id, id);
    },
    showPath: async () => {
      const { id } = await forward();
      assert.equal((await run<Forward>('showPath', { port })).id, id);
      await until('the tab', () =>
        vscode.window.tabGroups.all
          .flatMap(({ tabs }) => tabs)
          .some(({ label }) => label.startsWith('Path: ') && label.endsWith(`(${host})`)),
      );
    },
    saveForward: async () => {
      const before = fs.readFileSync(sshd.configFile, 'utf8');
      const { id } = await forward();
      assert.equal((await run<Forward>('saveForward', { port })).id, id);
      assert.match(fs.readFileSync(sshd.configFile, 'utf8'), /^ {2}LocalForward /mu);
      fs.writeFileSync(sshd.configFile, before);
    },
    shareForward: async () => {
      const { id, localPort } = await forward();
      // The editor of the tests shows no modal question, so nobody agrees.
      await assert.rejects(run('shareForward', { localPort }));
      assert.equal(forwards().find((each) => each.id === id)?.isSharedByHand, undefined);
    },
    unshareForward: async () => {
      await forward();
      await assert.rejects(
        run('unshareForward', { port }),
        /Stop Sharing on the Network: this forward does not allow it/,
      );
    },
    serveHttps: async () => {
      const { id, localAddress } = await forward();
      const made = await run<Forward>('serveHttps', { port });
      assert.deepEqual([made.id, made.url], [id, `https://${localAddress}/`]);
      assert.equal(await page(`http://${localAddress}/`), body, 'http goes on');
      assert.equal((await run<Forward>('stopHttps', { port })).url, `http://${localAddress}/`);
    },
    stopHttps: async () => {
      await forward();
      await assert.rejects(run('stopHttps', { port }), /Stop Serving over HTTPS: this forward does not allow it/);
    },
    extendSharing: async () => {
      await forward();
      await assert.rejects(run('extendSharing', { port }), /Share Longer: this forward does not allow it/);
    },
    protectProxy: async () => {
      await forward();
      await assert.rejects(run('protectProxy', { port }), /Protect SOCKS Proxy: this forward does not allow it/);
    },
    pauseForward: async () => {
      const { id } = await forward();
      assert.equal((await run<Forward>('pauseForward', { port })).status, 'paused');
      assert.equal(status(id), 'paused');
    },
    resumeForward: async () => {
      await forward();
      await run('pauseForward', { port });
      assert.equal(await page((await run<Forward>('resumeForward', { host, port })).url), body);
    },
    changeLocalPort: async () => {
      await forward();
      const newLocalPort = await freePort();
      const moved = await run<Forward>('changeLocalPort', { port, newLocalPort });
      assert.equal(moved.localPort, newLocalPort);
      assert.equal(await page(moved.url), body);
    },
    setLabel: async () => {
      await forward();
      assert.equal((await run<Forward>('setLabel', { port, label: 'blue' })).label, 'blue');
      assert.equal((await run<Forward>('setLabel', { port, label: '' })).label, undefined);
    },
    stopForward: async () => {
      const { url } = await forward();
      await run('stopForward', { host, port });
      assert.deepEqual(forwards(), []);
      await assert.rejects(page(url));
      await assert.rejects(run('stopForward', { host, port }), /no forward has host "scripted", port/);
    },
    copyAddress: async () => {
      const { url } = await forward();
      assert.equal(await run('copyAddress', { port }), url);
      assert.equal(await vscode.env.clipboard.readText(), url);
    },
    copyNetworkAddress: async () => {
      await forward();
      await assert.rejects(run('copyNetworkAddress', { port }), /Copy Network Address: this forward does not allow it/);
    },
    copyCommand: async () => {
      const { localPort } = await forward();
      assert.equal(await run('copyCommand', { port }), `ssh -N -L ${localPort}:localhost:${port} ${host}`);
    },
    toggleForwarding: async () => {
      const { id, url } = await forward();
      assert.equal(await run('toggleForwarding', { on: false }), false);
      assert.equal(status(id), 'off');
      await assert.rejects(page(url));
      assert.equal(await run('toggleForwarding'), true);
      assert.equal(await page(url), body);
    },
    stopAll: async () => {
      await forward();
      await run('stopAll');
      assert.deepEqual(forwards(), []);
      await assert.rejects(run('stopAll', host), /It takes nothing/);
    },
    reconnect: async () => {
      await assert.rejects(run('reconnect', 5), /It takes nothing/);
    },
    refresh: () => run('refresh'),
    showForwards: async () => {
      await assert.rejects(run('showForwards', { host }), /it does not take “host”/);
    },
    showForwardedPorts: () => run('showForwardedPorts', {}),
    showAllPorts: () => run('showAllPorts', {}),
    getStarted: async () => {
      const labels = () => vscode.window.tabGroups.all.flatMap(({ tabs }) => tabs).map(({ label }) => label);
      const before = labels();
      await run('getStarted', {});
      await until('the walkthrough', () => labels().some((label) => !before.includes(label)));
    },
    showLog: () => run('showLog', {}),
    diagnose: async () => {
      await run('diagnose', {});
      assert.match(vscode.window.activeTextEditor?.document.getText() ?? '', /SSH Ports: Diagnosis/);
    },
    forgetCommands: () => run('forgetCommands', {}),
    forgetSecrets: () => run('forgetSecrets', {}),
    // The editor of the tests shows no modal question, so nobody agrees.
    trustCertificates: () => assert.rejects(run('trustCertificates', {})),
    distrustCertificates: () => assert.rejects(run('distrustCertificates', {})),
  };

  for (const command of Object.keys(commandShapes) as CommandName[])
    test(`${command} does what a script names`, tests[command]);

  test('a local port that is taken is an error that names its owner, and leaves nothing behind', async () => {
    await assert.rejects(forward({ localPort: sshd.port }), new RegExp(`${sshd.port}.*sshd`, 'u'));
    assert.deepEqual(forwards(), []);
    const made = await forward({ localPort: sshd.port, requireLocalPort: false });
    assert.notEqual(made.localPort, sshd.port);
  });

  test('a wrong argument is an error that says what the command takes', async () => {
    await assert.rejects(
      run('forwardPort', { host, port: 'http' }),
      /port is 1–65535, not "http"\. It takes \{ host\?: text, /,
    );
    await assert.rejects(run('forwardPort', { host, spec: 'port 5000' }), /"port 5000" is no forward/);
    await assert.rejects(run('forwardPort', { host, port, spec: '5000' }), /not both/);
  });

  test('a forward that other machines could use is not made without the user', async () => {
    await assert.rejects(run('forwardPort', { host, spec: `*:${await freePort()}:localhost:${port}` }));
    assert.deepEqual(forwards(), []);
  });
});
