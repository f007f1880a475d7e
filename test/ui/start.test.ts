import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Scope } from '../../src/base/scope.ts';
import { start, stop } from '../support/child.ts';
import { greeting } from '../support/devServer.ts';
import { until } from '../support/until.ts';

const scope = new Scope();
after(() => scope.close());

test('npm start without a screen shows the editor’s address, the ports, and an address that answers', async () => {
  const { DISPLAY: _display, WAYLAND_DISPLAY: _wayland, ...env } = process.env;
  const bootstrap = fileURLToPath(new URL('../../scripts/bootstrap.mjs', import.meta.url));
  const child = start(process.execPath, [bootstrap, 'start'], { env });
  scope.defer(() => stop(child));
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (text: Buffer) => (output += text.toString()));
  const said = (pattern: RegExp) =>
    until(
      `npm start to say ${pattern}`,
      () => {
        assert.equal(child.exitCode, null, output);
        return pattern.exec(output)?.[1];
      },
      90_000,
    );

  const editor = await fetch(await said(/^ {4}(http:\S+\?folder=\S+)$/m));
  assert.ok(editor.ok);
  assert.match(await editor.text(), /workbench/);
  const forwarded = await said(/^ {4}curl (http:\S+)$/m);
  assert.ok((await (await fetch(forwarded)).text()).includes(greeting));
  assert.match(output, /^ {4}\d+ +(Flask|Node\.js) .*localhost:/m);

  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  assert.deepEqual(await ended, [0, null]);
  await assert.rejects(fetch(forwarded));
});
