import assert from 'node:assert/strict';
import { once } from 'node:events';
import net from 'node:net';
import test from 'node:test';
import { listenError } from '../../../src/core/forward/listenProblem.ts';
import { problemText } from '../../../src/view/problem.ts';

test('a local port that another forward of ours has is not blamed on a program', async (t) => {
  const server = net.createServer().listen(0, '127.0.0.1');
  t.after(() => server.close());
  await once(server, 'listening');
  const { port } = server.address() as net.AddressInfo;
  const taken = Object.assign(new Error('in use'), { code: 'EADDRINUSE' });
  const { problem } = await listenError({ kind: 'tcp', host: undefined, port }, port, taken);
  assert.equal(problemText(problem).what, `Local port ${port} is taken by another forward of SSH Ports.`);
});
