import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../../', import.meta.url));

void test('the example of the API fits the types that the package ships', () => {
  const examples = [...fs.readFileSync(`${root}docs/scripting.md`, 'utf8').matchAll(/^```ts\n(import .*?)^```/gmsu)];
  assert.equal(examples.length, 1);
  fs.mkdirSync(`${root}out`, { recursive: true });
  const folder = fs.mkdtempSync(path.join(root, 'out', 'api-'));
  try {
    fs.copyFileSync(`${root}api.d.ts`, path.join(folder, 'api.d.ts'));
    fs.writeFileSync(path.join(folder, 'extension.ts'), examples[0]?.[1] ?? '');
    const options = ['--noEmit', '--strict', '--skipLibCheck', 'false', '--target', 'es2022', '--lib', 'es2022'];
    const files = ['extension.ts', 'api.d.ts'].map((file) => path.join(folder, file));
    const args = [
      `${root}node_modules/typescript/bin/tsc`,
      '--ignoreConfig',
      ...options,
      '--types',
      'vscode',
      ...files,
    ];
    const { stdout, stderr, status } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' });
    assert.equal(status, 0, stdout + stderr);
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
});
