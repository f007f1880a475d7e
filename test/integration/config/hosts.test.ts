import assert from 'node:assert/strict';
import { test } from 'node:test';
import { listHosts } from '../../../src/core/config/hosts.ts';
import { resolveHost } from '../../../src/core/config/resolve.ts';
import { readDestination } from '../../../src/core/spec/destination.ts';
import { byKeyword, privateHome, sshG } from '../../support/systemSsh.ts';

const { signal } = new AbortController();

/** Every listed host with its port. The port shows which block applied. */
async function listed(t: { after(job: () => void): void }, config: string): Promise<readonly string[]> {
  const place = privateHome();
  t.after(() => place.remove());
  const userFile = place.write('.ssh/config', config);
  const { hosts } = await listHosts({ userFile, home: place.home }, signal);
  const found: string[] = [];
  for (const { name } of hosts) {
    const { host, ...asked } = readDestination(name);
    const ours = await resolveHost(host, { userFile, ...asked, allowCommand: () => true }, signal);
    const theirs = byKeyword((await sshG(['-F', userFile, name], process.env)) ?? assert.fail(`ssh refuses ${name}`));
    assert.deepEqual([String(ours.port)], theirs.get('port'), name);
    found.push(`${name}:${ours.port}`);
  }
  return found;
}

test('hosts that only Match host or Match originalhost names are listed, and resolve as with ssh', async (t) => {
  const config = [
    'Match Host home exec "false"',
    '  Port 7001',
    'Match Host home !exec "false"',
    '  Port 7002',
    'Match originalhost db,!old,*.lab user *',
    '  Port 7003',
    'Match !host other',
    '  Compression yes',
  ];
  assert.deepEqual(await listed(t, config.join('\n')), ['home:7002', 'db:7003']);
});

test('a name of Match host that is the HostName of an alias is not listed', async (t) => {
  const config = [
    'Host dev',
    '  HostName 10.0.0.1',
    'Host a b',
    '  HostName %h.corp.example',
    'Match host 10.0.0.1,a.corp.example,own.example',
    '  Port 7001',
  ];
  assert.deepEqual(await listed(t, config.join('\n')), ['dev:7001', 'a:7001', 'b:22', 'own.example:7001']);
});

test('an alias with slashes is listed, and resolves as with ssh', async (t) => {
  assert.deepEqual(await listed(t, 'Host aws/team/1\n  Port 7001\n'), ['aws/team/1:7001']);
});
