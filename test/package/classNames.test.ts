import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';

/** The classes of ssh2 that `src/core/ssh/builtin/internals.ts` recognizes by name. */
const names = ['AESGCMCipherNative', 'AESGCMDecipherNative'];

for (const file of ['engine', 'cli']) {
  const bundle = fs.readFileSync(new URL(`../../dist/${file}.cjs`, import.meta.url), 'utf8');
  for (const name of names) {
    void test(`the minified dist/${file}.cjs keeps the class name ${name} of ssh2`, () => {
      const setsName = new RegExp(`(?<![\\w$])(?:class ${name}\\b|[\\w$]+\\((?:this|[\\w$]+),"${name}"\\))`);
      assert.match(bundle, setsName, 'minification renamed it: see keepNames in scripts/pack/bundle.ts');
      assert.ok(bundle.includes(`==="${name}"`) || bundle.includes(`"${name}"===`), 'nothing compares the name');
    });
  }
}
