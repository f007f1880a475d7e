import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import test from 'node:test';
import { findBrowsers } from '../../../../src/core/session/browser/findBrowsers.ts';
import { posixOnly } from '../../../support/posixOnly.ts';

test('browsers are found on the PATH, by preference', { skip: posixOnly }, (t) => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'browsers-'));
  t.after(() => fs.rmSync(folder, { recursive: true, force: true }));
  assert.deepEqual(findBrowsers({ PATH: folder }, 'linux'), []);
  for (const name of ['firefox', 'google-chrome-stable']) fs.writeFileSync(path.join(folder, name), '');
  assert.deepEqual(findBrowsers({ PATH: `/nowhere:${folder}` }, 'linux'), [
    { name: 'Chrome', file: path.join(folder, 'google-chrome-stable') },
    { name: 'Firefox', file: path.join(folder, 'firefox') },
  ]);
});
