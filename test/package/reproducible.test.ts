import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { promisify } from 'node:util';
import { Scope } from '../../src/base/scope.ts';
import { isSource, root } from './package.ts';

const scope = new Scope();
after(() => scope.close());

/** Builds the package from a copy of the sources in `folder`. */
async function build(folder: string, env: Readonly<Record<string, string>>, umask: string): Promise<Buffer> {
  fs.cpSync(root, folder, { recursive: true, filter: (source) => isSource(path.relative(root, source)) });
  fs.symlinkSync(path.join(root, 'node_modules'), path.join(folder, 'node_modules'), 'junction');
  const command = [process.execPath, path.join(folder, 'scripts', 'bootstrap.mjs'), 'package'];
  const [program = '', ...args] =
    process.platform === 'win32' ? command : ['sh', '-c', `umask ${umask} && exec "$@"`, 'sh', ...command];
  await promisify(execFile)(program, args, {
    cwd: folder,
    env: { ...process.env, SOURCE_DATE_EPOCH: '1760000000', ...env },
  });
  return fs.readFileSync(path.join(folder, 'out', 'ssh-ports.vsix'));
}

test('two builds in other folders, time zones and with other permissions give the same bytes', async () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'builds-'));
  scope.defer(() => fs.rmSync(folder, { recursive: true, force: true }));
  const first = await build(path.join(folder, 'a'), { TZ: 'Asia/Tokyo', LANG: 'C' }, '022');
  const second = await build(path.join(folder, 'another', 'place'), { TZ: 'America/New_York', LANG: 'C.UTF-8' }, '077');
  const hash = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
  assert.equal(hash(second), hash(first));
});
