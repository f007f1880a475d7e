import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { UserError } from '../../../src/base/userError.ts';
import { effectiveConfig } from '../../../src/core/config/effective/effective.ts';
import { printConfig } from '../../../src/core/config/effective/print.ts';
import { resolveConfig, type ResolveOptions } from '../../../src/core/config/resolve.ts';
import { type GeneratedConfig, generatedConfig } from '../../support/configArbitrary.ts';
import { privateHome, sshG } from '../../support/systemSsh.ts';

const { signal } = new AbortController();
const together = 4;
const seed = Number(process.env['SSH_CONFIG_SEED'] ?? 20_260);
const runs = Number(process.env['SSH_CONFIG_RUNS'] ?? 510);

void test('thousands of generated configurations print the same lines as ssh -G, and fail where ssh -G fails', async (t) => {
  const homes = Array.from({ length: together }, privateHome);
  t.after(() => homes.forEach((home) => home.remove()));
  let resolved = 0;
  let refused = 0;

  const check = async (generated: GeneratedConfig, place: ReturnType<typeof privateHome>): Promise<void> => {
    for (const [name, text] of Object.entries(generated.files)) place.write(`.ssh/${name}`, text);
    const userFile = `${place.home}/.ssh/config`;
    const env = {
      ...process.env,
      HOME: place.home,
      KEYDIR: '/kd',
      ROOT: '/',
      NOT_SET: undefined,
      SSH_AUTH_SOCK: '/agent',
    };
    const theirs = await sshG(['-F', userFile, generated.host], env);
    const ours = await printed(generated.host, { userFile, env, allowCommand: () => true });
    assert.equal(ours, theirs, difference(generated, ours, theirs));
    if (theirs === undefined) refused++;
    else resolved++;
  };

  await fc.assert(
    fc.asyncProperty(fc.array(generatedConfig, { minLength: together, maxLength: together }), async (configs) => {
      await Promise.all(configs.map((config, index) => check(config, homes[index] ?? assert.fail())));
    }),
    { seed, numRuns: runs, endOnFailure: process.env['SSH_CONFIG_SHRINK'] === undefined },
  );
  t.diagnostic(`${resolved} resolved, ${refused} refused by both`);
  assert.ok(resolved > refused, `${resolved} resolved, ${refused} refused: too few of the configurations are valid`);
});

/** The lines that differ, and the configuration. */
function difference(generated: GeneratedConfig, ours: string | undefined, theirs: string | undefined): string {
  const without = (text: string | undefined, other: string | undefined): string | readonly string[] =>
    text === undefined ? 'refused' : text.split('\n').filter((line) => !other?.split('\n').includes(line));
  return JSON.stringify({ ours: without(ours, theirs), ssh: without(theirs, ours), generated }, undefined, 1);
}

async function printed(host: string, options: ResolveOptions): Promise<string | undefined> {
  try {
    const config = await resolveConfig(host, options, signal);
    ignoreUserError(() => effectiveConfig(config));
    return printConfig(config);
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

/** A connection expands some tokens that `ssh -G` does not. That may fail, but only with a UserError. */
function ignoreUserError(job: () => unknown): void {
  try {
    job();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
  }
}
