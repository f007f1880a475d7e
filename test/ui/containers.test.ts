import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import type { Page } from 'playwright-core';
import { Scope } from '../../src/base/scope.ts';
import { noContainers, type PlainContainer, startContainer } from '../support/container.ts';
import { startOwnNetwork } from '../support/ownNetwork.ts';
import { openConnectedWindow } from './pages/portsWindow.ts';
import { clickRow, expand, rows } from './pages/sshPorts.ts';
import { screenshot, screenshotOfFailure, toast } from './pages/workbench.ts';

const skip = noContainers;
const scope = new Scope();
let page: Page;

before(async () => {
  if (skip) return;
  const network = await startOwnNetwork();
  scope.defer(() => network.stop());
  /** LXC names its container in the cgroup. */
  const container = async (name: string, address: string): Promise<PlainContainer> => {
    const started = await startContainer({
      cgroup: `lxc.payload.${name}`,
      addresses: [address],
      runner: network.runner,
    });
    scope.defer(() => started.stop());
    return started;
  };
  const web = await container('web', '172.30.21.2/24');
  web.run(['python3', '-m', 'http.server', '8000']);
  web.run(['python3', '-m', 'http.server', '9000', '--bind', '127.0.0.1']);
  const database = await container('db', '172.30.22.2/24');
  database.run(['nc', '-lk', '5432']);
  const window = await openConnectedWindow(scope, {
    sshd: { runner: network.runner },
    prepare: (sshd) => network.open(sshd.port),
  });
  ({ page } = window);
});
after(() => scope.close());
afterEach((t) => screenshotOfFailure(t, page));

void test('ports of containers stand folded under their names, and a click forwards one', { skip }, async () => {
  const group = rows(page, /^web/u, 2);
  await group.waitFor();
  assert.equal(await group.getAttribute('aria-expanded'), 'false');
  assert.equal(await rows(page, /^db/u, 2).getAttribute('aria-expanded'), 'false');
  await expand(group);
  await rows(page, /own 127\.0\.0\.1/u, 3).waitFor();
  await screenshot(page, 'containers-1-unfolded');
  await clickRow(rows(page, '8000', 3));
  await toast(page, 'localhost:8000')
    .or(rows(page, '8000 → 8000', 3))
    .first()
    .waitFor();
  await rows(page, '8000 → 8000', 3).waitFor();
  assert.equal(await rows(page, /^web/u, 2).getAttribute('aria-expanded'), 'true');
  await screenshot(page, 'containers-2-forwarded');
});
