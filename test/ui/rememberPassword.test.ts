import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { Scope } from '../../src/base/scope.ts';
import { startServer } from '../support/scriptedServer.ts';
import { until } from '../support/until.ts';
import { connect, connectedHost, openPortsView, rows } from './pages/sshPorts.ts';
import {
  openWorkbench,
  quickInput,
  quickInputButton,
  quickPickRow,
  runCommand,
  screenshot,
  clearNotifications,
} from './pages/workbench.ts';

const scope = new Scope();
after(() => scope.close());

test('a remembered password logs in again without a question, until the user forgets it', async () => {
  const server = await startServer((context) => {
    if (context.method === 'password' && context.password === 'correct horse') context.accept();
    else context.reject(['password']);
  });
  scope.defer(() => server.close());
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'vault-'));
  scope.defer(() => fs.rmSync(folder, { recursive: true, force: true }));
  const configFile = path.join(folder, 'config');
  fs.writeFileSync(
    configFile,
    `Host vault\n  HostName 127.0.0.1\n  Port ${server.port}\n  User me\n  UserKnownHostsFile ${server.knownHostsFile}\n  PubkeyAuthentication no\n`,
  );
  const { page } = scope.add(
    await openWorkbench({ settings: { 'sshPorts.configFile': configFile, 'sshPorts.restore': 'always' } }),
  );
  const online = connectedHost(page, 'vault');
  const disconnect = async (): Promise<void> => {
    await runCommand(page, 'SSH Ports: Disconnect');
    await quickPickRow(page, 'vault').click();
    await online.waitFor({ state: 'detached' });
  };
  try {
    await openPortsView(page);
    await rows(page, 'vault', 1).first().waitFor();
    await connect(page, 'vault');
    await quickInputButton(page, 'Remember it').click();
    await page.getByText('Password of me on vault (will be remembered)').waitFor();
    await screenshot(page, 'remember-password');
    await quickInput(page).fill('correct horse');
    await page.keyboard.press('Enter');
    await online.waitFor();
    assert.deepEqual(server.attempts, ['password']);

    await disconnect();
    await connect(page, 'vault');
    await online.waitFor();
    assert.deepEqual(server.attempts, ['password', 'password']);

    // RACE: the editor writes an extension's memory to disk with a delay. Running a command takes longer than that.
    await clearNotifications(page);
    await page.reload();
    await openPortsView(page);
    await online.waitFor({ timeout: 60_000 });
    assert.deepEqual(
      server.attempts,
      ['password', 'password', 'password'],
      'a window that is loaded again asks nobody',
    );

    await disconnect();
    await runCommand(page, 'SSH Ports: Forget Remembered Passwords');
    await connect(page, 'vault');
    await quickInputButton(page, 'Remember it').waitFor();
    await page.keyboard.press('Escape');
    await until('no prompt', async () => !(await quickInput(page).isVisible()));
    assert.deepEqual(server.attempts, ['password', 'password', 'password']);
  } catch (error) {
    await screenshot(page, 'failed-remember-password');
    throw error;
  }
});
