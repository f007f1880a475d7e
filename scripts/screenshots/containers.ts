import path from 'node:path';
import type { Scope } from '../../src/base/scope.ts';
import { startPodman } from '../../test/support/podman.ts';
import { relayInto } from '../../test/support/relayInto.ts';
import { openConnectedWindow } from '../../test/ui/pages/portsWindow.ts';
import { clickRow, expand, rows } from '../../test/ui/pages/sshPorts.ts';

/** Takes `containers.png`: a project of Compose on the remote, run by a real podman. Needs root and Linux. */
export async function takeContainers(folder: string, scope: Scope): Promise<void> {
  const podman = await startPodman();
  if (typeof podman === 'string') throw new Error(podman);
  scope.defer(() => podman.stop());
  const service = (name: string): readonly string[] => [
    '--label',
    'com.docker.compose.project=shop',
    '--label',
    `com.docker.compose.service=${name}`,
  ];
  podman.serve('shop-web-1', 5173, service('web'));
  podman.serve('shop-api-1', 8000, [...service('api'), '--publish', '8080:8000']);
  podman.serve('shop-mail-1', 8025, service('mail'));
  const { page } = await openConnectedWindow(scope, {
    sshd: { runner: podman.runner, config: [`SetEnv HOME=/nonexistent ${podman.environment}`] },
    prepare: async (sshd) => scope.defer(await relayInto(podman.runner, sshd.port)),
    settings: { 'sshPorts.autoForward': 'off', 'workbench.colorTheme': 'Default Dark Modern' },
  });
  await expand(rows(page, 'web · shop', 2));
  await clickRow(rows(page, '5173', 3));
  await rows(page, '5173 → 5173', 3).waitFor();
  await page.mouse.move(540, 320);
  const clip = { x: 0, y: 30, width: 346, height: 172 };
  await page.screenshot({ path: path.join(folder, 'containers.png'), animations: 'disabled', clip });
}
