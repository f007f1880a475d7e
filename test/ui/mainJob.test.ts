import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { greeting, startDevServer } from '../support/devServer.ts';
import { Scope } from '../../src/base/scope.ts';
import { type Sshd, startSshd } from '../support/sshd.ts';
import { mainJob } from './mainJob.ts';
import { openWorkbench, screenshot } from './pages/workbench.ts';

const scope = new Scope();
let sshd: Sshd;

before(async () => {
  sshd = await startSshd({ name: 'devbox' });
  scope.defer(() => sshd.stop());
});
after(() => scope.close());

test('a Flask server that starts on a connected host is announced, forwarded, opened, switched off and on', async (t) => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'flask-'));
  scope.defer(() => fs.rmSync(folder, { recursive: true, force: true }));
  const { page } = scope.add(await openWorkbench({ settings: { 'sshPorts.configFile': sshd.configFile } }));
  const remote = {
    host: 'devbox',
    startDevServer: async () => {
      const server = await startDevServer(folder);
      scope.defer(() => server.stop());
      return server;
    },
  };
  try {
    await mainJob({ page, remote, greeting, say: (seen) => t.diagnostic(seen) });
  } catch (error) {
    await screenshot(page, 'failed-main-job');
    throw error;
  }
});
