import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';

const bundle = fs.readFileSync(new URL('../../dist/extension.cjs', import.meta.url), 'utf8');

for (const module of ['node:net', 'node:child_process', 'net', 'child_process']) {
  void test(`the editor's thread opens no socket and starts no program: dist/extension.cjs does not load ${module}`, () => {
    assert.ok(!bundle.includes(`require("${module}")`));
  });
}

void test("the editor's thread loads only what it needs: dist/extension.cjs has at most 200 KB", () => {
  assert.ok(bundle.length <= 200_000, `${bundle.length} bytes`);
});
