import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { test } from 'node:test';
import type { HostConfig } from '../../../../src/core/config/hostConfig.ts';
import { loadHostKeys } from '../../../../src/core/ssh/hostkeys/hostKeys.ts';
import { string } from '../../../../src/core/ssh/keys/wire.ts';
import { hostConfig } from '../../../support/hostConfig.ts';
import { knownHostsFile } from '../../../support/knownHosts.ts';
import { memoryLog, problemOf, script } from '../../../support/ssh.ts';

// Like ssh(1), we check no loopback address. The tests look these addresses up and never connect to them.
const ADDRESS = '192.0.2.7';
const key = (fill: number): Buffer => Buffer.concat([string('ssh-ed25519'), string(Buffer.alloc(32, fill))]);
const line = (hosts: string, fill = 1): string => `${hosts} ssh-ed25519 ${key(fill).toString('base64')}`;

async function verify(
  file: string,
  changes: Partial<HostConfig> = {},
  { address = ADDRESS, prompts = script(), log = memoryLog() } = {},
): Promise<void> {
  const config = hostConfig({
    hostName: 'box.example',
    checkHostIp: true,
    strictHostKeyChecking: 'yes',
    userKnownHostsFiles: [file],
    ...changes,
  });
  const hostKeys = await loadHostKeys(config, prompts, log);
  await hostKeys.verify(key(1), { address, isDirect: true }, AbortSignal.timeout(10_000));
}

/** Does ssh-keygen find the host in the file? */
function isFound(file: string, host: string): boolean {
  return spawnSync('ssh-keygen', ['-F', host, '-f', file], { timeout: 10_000 }).status === 0;
}

for (const hashKnownHosts of [false, true]) {
  void test(`a remembered key is found by name and by address (HashKnownHosts ${hashKnownHosts ? 'yes' : 'no'})`, async () => {
    const file = knownHostsFile();
    const prompts = script({ hostKey: () => 'remember' });
    await verify(file, { strictHostKeyChecking: 'ask', hashKnownHosts }, { prompts });
    assert.ok(isFound(file, 'box.example') && isFound(file, ADDRESS));
    assert.equal(fs.readFileSync(file, 'utf8').startsWith('|1|'), hashKnownHosts);
    await verify(file);
  });
}

void test('the address of a known host is added, with any port other than 22', async () => {
  const file = knownHostsFile(line('box.example'), line('[box.example]:2222'));
  await verify(file);
  assert.ok(isFound(file, ADDRESS) && !isFound(file, `[${ADDRESS}]:2222`));
  await verify(file, { port: 2222 });
  assert.ok(isFound(file, `[${ADDRESS}]:2222`));
});

void test('another known key of the address counts as a changed key', async () => {
  const file = knownHostsFile(line('box.example'), line(ADDRESS, 2));
  for (const strictHostKeyChecking of ['yes', 'ask', 'accept-new'] as const) {
    const problem = await problemOf(verify(file, { strictHostKeyChecking }));
    assert.equal(problem.code, 'hostKeyChanged');
    assert.deepEqual('lookup' in problem && 'line' in problem && [problem.lookup, problem.line], [ADDRESS, 2]);
  }
  const log = memoryLog();
  await verify(file, { strictHostKeyChecking: 'no' }, { log });
  assert.ok(log.lines.some((text) => text.includes(`${ADDRESS} is known with another key: ${file}:2`)));
});

void test("a key that is revoked for the address is refused, whatever the name's entries say", async () => {
  const file = knownHostsFile(line('box.example'), `@revoked ${line(ADDRESS)}`);
  assert.equal((await problemOf(verify(file, { strictHostKeyChecking: 'no' }))).code, 'hostKeyRevoked');
});

const UNCHECKED: Readonly<Record<string, Partial<HostConfig> & { readonly address?: string }>> = {
  'without CheckHostIP': { checkHostIp: false },
  'for an address of this machine': { address: '127.0.0.1' },
  'for the other address of this machine': { address: '::1' },
  'where a proxy resolves the name': { address: 'box.example' },
};
for (const [when, { address = ADDRESS, ...changes }] of Object.entries(UNCHECKED)) {
  void test(`${when}, no address is looked up or written`, async () => {
    const file = knownHostsFile(line('box.example'), line(address === 'box.example' ? 'other' : address, 2));
    const text = fs.readFileSync(file, 'utf8');
    await verify(file, changes, { address });
    assert.equal(fs.readFileSync(file, 'utf8'), text);
  });
}

void test("a key from the global file is not written to the user's file", async () => {
  const file = knownHostsFile();
  await verify(file, { globalKnownHostsFiles: [knownHostsFile(line('box.example'))] });
  assert.equal(fs.readFileSync(file, 'utf8'), '');
});
