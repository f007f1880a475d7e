import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';

/** What the editor's thread runs. Connections belong to the engine, which has a thread and a bundle of its own. */
const bundle = fs.readFileSync(new URL('../../dist/extension.cjs', import.meta.url), 'utf8');

for (const module of ['child_process', 'net', 'tls', 'dgram']) {
  void test(`the editor's thread opens no socket and starts no program: dist/extension.cjs does not load ${module}`, () => {
    assert.doesNotMatch(bundle, new RegExp(`require\\("(?:node:)?${module}"\\)`, 'u'));
  });
}

void test('the editor loads no SSH client: dist/extension.cjs has at most 250 KB', () => {
  assert.ok(bundle.length <= 250_000, `${bundle.length} bytes`);
});
