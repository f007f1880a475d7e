import { Scope } from '../../src/base/scope.ts';
import { mainJob } from '../../test/ui/mainJob.ts';
import { openWorkbench, screenshot } from '../../test/ui/pages/workbench.ts';
import type { Demo } from '../demo/demo.ts';
import { greeting } from '../../test/support/devServer.ts';

/**
 * Does the main job through the real UI in a headless browser, saying each step.
 *
 * @throws Error at the first step that does not come out as it should; `out/screenshots/failed.png` shows it.
 */
export async function check(demo: Demo): Promise<void> {
  const scope = new Scope();
  try {
    const workbench = scope.add(await openWorkbench({ settings: { 'sshPorts.configFile': demo.configFile } }));
    const { page } = workbench;
    try {
      await mainJob({ page, remote: demo, greeting, say: (seen) => console.log(`✓ ${seen}`) });
    } catch (error) {
      console.log(`✗ see ${await screenshot(page, 'failed')}`);
      throw error;
    }
  } finally {
    await scope.close();
  }
}
