import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { start, stop } from '../../../support/child.ts';
import { hostConfig } from '../../../support/hostConfig.ts';
import { connectTo, problemOf } from '../../../support/ssh.ts';

/** Its queue stays full for 1.5 s after it has read a line. Two seconds after it has accepted, it says its version. */
const slowServer = `
import socket, sys, time
server = socket.create_server(('127.0.0.1', 0), backlog=0)
port = server.getsockname()[1]
filler = socket.create_connection(('127.0.0.1', port))
print(port, flush=True)
sys.stdin.readline()
time.sleep(1.5)
server.accept()
client, _ = server.accept()
time.sleep(2)
client.sendall(b'SSH-2.0-late\\r\\n')
sys.stdin.read()
`;

// Linux asks a full queue again after 1 s and after 3 s. So the connection takes 3 s of the 4, and the version 2 s more.
void test('a connection that was slow leaves less of ConnectTimeout for the wait for the version, as with ssh', async (t) => {
  if (process.platform !== 'linux') return t.skip('other systems fill their queues in other ways');
  const child = start('python3', ['-c', slowServer], { stdio: ['pipe', 'pipe', 'inherit'] });
  t.after(() => stop(child));
  assert.ok(child.stdin && child.stdout);
  const [port] = (await once(createInterface(child.stdout), 'line')) as [string];
  const config = hostConfig({ hostName: '127.0.0.1', port: Number(port), connectTimeoutMs: 4000 });
  child.stdin.write('\n');
  assert.equal((await problemOf(connectTo(config))).code, 'timeout');
});
