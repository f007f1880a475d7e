import type { Scope } from '../../src/base/scope.ts';
import { start, stop } from '../../test/support/child.ts';
import { until } from '../../test/support/until.ts';
import type { Demo } from '../demo/demo.ts';
import { inRoot } from '../root.ts';

/**
 * Does the main job with the command line program, for a machine without a screen: connects to the demo remote, starts a
 * web server there, shows the table of its ports as they come, and the address here at which the server answers.
 */
export async function showInTerminal(demo: Demo, scope: Scope): Promise<void> {
  const child = start(process.execPath, [inRoot('dist', 'cli.cjs'), '-F', demo.configFile, demo.host]);
  scope.defer(() => stop(child));
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      process.stdout.write(text.replaceAll(/^(?=.)/gm, '    '));
    });
  }
  await until('the connection to the demo remote', () => /: connected/.test(output));
  const { kind, port } = await demo.startDevServer();
  console.log(`\nA ${kind === 'flask' ? 'Flask' : 'Node'} server started on the remote, on port ${port}.\n`);
  const row = new RegExp(`^${port} .*(localhost:\\d+)`, 'm');
  const address = await until('its forward', () => row.exec(output)?.[1]);
  console.log(`\nIt is forwarded. In another terminal:\n\n    curl http://${address}/\n`);
}
