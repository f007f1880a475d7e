import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs/promises';
import { mock, test } from 'node:test';
import { findPortOwner } from '../../../src/core/forward/portOwner.ts';

const listen = `
  const net = require('node:net');
  const servers = Array.from({ length: 11 }, () => net.createServer().listen(0, '127.0.0.1'));
  setTimeout(() => console.log(JSON.stringify(servers.map((server) => server.address().port))), 50);`;

async function startServers() {
  const child = spawn(process.execPath, ['-e', listen], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [ports] = (await once(child.stdout, 'data')) as [Buffer];
  return { child, ports: JSON.parse(ports.toString()) as readonly number[] };
}

void test(
  'the owner of eleven taken ports is found in one search of all processes, and a later program in the next',
  { skip: process.platform !== 'linux' && 'reads /proc, which Linux alone has' },
  async (t) => {
    const readdir = mock.method(fs, 'readdir');
    const searches = (): number => readdir.mock.calls.filter((call) => call.arguments[0] === '/proc').length;
    for (const count of [1, 2]) {
      const { child, ports } = await startServers();
      t.after(() => child.kill());
      for (const port of ports) assert.equal((await findPortOwner(port))?.pid, child.pid);
      assert.equal(searches(), count);
      child.kill();
      await once(child, 'close');
      assert.equal(await findPortOwner(ports[0] ?? 0), undefined);
    }
  },
);
