import assert from 'node:assert/strict';
import fs from 'node:fs';
import { after, describe, test } from 'node:test';
import { UserError } from '../../../src/base/userError.ts';
import { printConfig } from '../../../src/core/config/effective/print.ts';
import type { ResolvedConfig } from '../../../src/core/config/resolvedConfig.ts';
import { resolveConfig, resolveHost } from '../../../src/core/config/resolve.ts';
import { byKeyword, privateHome, sshG, sshVersion } from '../../support/systemSsh.ts';

interface Case {
  readonly name: string;
  readonly host: string;
  readonly config: string;
  readonly keys: readonly string[];
  readonly files?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  /** Options of ssh(1), in pairs. */
  readonly args?: readonly string[];
  readonly minOpenSSH?: string;
}

const cases = JSON.parse(
  fs.readFileSync(new URL('../../fixtures/ssh-config-cases.json', import.meta.url), 'utf8'),
) as readonly Case[];
const { signal } = new AbortController();

const [major, minor] = sshVersion();

void describe('a configuration resolves as with ssh -G of this machine', () => {
  for (const each of cases.filter(isUnderstood)) {
    void test(each.name, async (t) => {
      const place = privateHome();
      t.after(() => place.remove());
      const here = (text: string): string => text.replaceAll('@HOME@', place.home);
      const userFile = place.write('.ssh/config', here(each.config));
      for (const [file, text] of Object.entries(each.files ?? {})) place.write(file, here(text));
      const env = { ...process.env, ...each.env, HOME: place.home };

      const theirs = await sshG(['-F', userFile, ...(each.args ?? []), each.host], env);
      const options = { userFile, env, overrides: overrides(each.args ?? []), allowCommand: () => true };
      if (theirs === undefined) {
        await assert.rejects(resolveHost(each.host, options, signal), UserError);
        return;
      }
      const ours = byKeyword(printConfig(await resolveConfig(each.host, options, signal)));
      const expected = byKeyword(theirs);
      for (const key of each.keys) assert.deepEqual(ours.get(key), expected.get(key), key);
    });
  }
});

void test('without -F, the files of this machine resolve as with ssh -G', async (t) => {
  const allowCommand = (): boolean => false;
  for (const name of ['h1', 'web.example.com', '::1']) {
    const ours = await resolveConfig(name, { allowCommand }, signal).catch((error: unknown) => error);
    if (ours instanceof UserError && ours.problem.code === 'commandNotAllowed') {
      t.skip('the configuration of this machine runs commands');
      return;
    }
    const theirs = await sshG([name], process.env);
    if (theirs === undefined) assert.ok(ours instanceof UserError, String(ours));
    else assert.deepEqual(printConfig(ours as ResolvedConfig).split('\n'), theirs.split('\n'));
  }
});

void describe('the syntax of newer OpenSSH versions is understood', () => {
  const place = privateHome();
  after(() => place.remove());

  for (const each of cases.filter(({ minOpenSSH }) => minOpenSSH)) {
    void test(each.name, async () => {
      const userFile = place.write('config', each.config);
      const config = await resolveHost(each.host, { userFile, allowCommand: () => false }, signal);
      assert.equal(config.port, 2222);
    });
  }
});

/** Cases that this machine's ssh is too old for are compared below with answers of OpenSSH 10.0. */
function isUnderstood({ minOpenSSH = '0.0' }: Case): boolean {
  const [wantedMajor = 0, wantedMinor = 0] = minOpenSSH.split('.').map(Number);
  return major > wantedMajor || (major === wantedMajor && minor >= wantedMinor);
}

function overrides(args: readonly string[]): readonly string[] {
  return args.flatMap((arg, index) => {
    if (arg === '-l') return [`User=${args[index + 1]}`];
    return arg === '-o' ? [args[index + 1] ?? ''] : [];
  });
}
