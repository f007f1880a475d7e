import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, type TestContext, test } from 'node:test';
import { promisify } from 'node:util';
import type { RelayProblem } from '../../../src/core/forward/connections.ts';
import type { ForwardSpec } from '../../../src/core/spec/spec.ts';
import { freePort } from '../../support/freePort.ts';
import { until } from '../../support/until.ts';
import { anyPort, connect, ending, portOf, readAll, serve } from '../../unit/forward/loopback.ts';
import { open } from './forwards.ts';
import { startLink, type Transport, transports } from './link.ts';

/** A server on one port in both address families. */
let web: readonly http.Server[];
let port: number;
before(async () => {
  const listen = async (host: string, wanted: number): Promise<http.Server> => {
    const server = http.createServer((_, response) => response.end(`hello from ${host}`)).listen(wanted, host);
    await once(server, 'listening');
    return server;
  };
  const first = await listen('::1', 0);
  ({ port } = first.address() as AddressInfo);
  web = [first, await listen('127.0.0.1', port)];
});
after(() => web.forEach((server) => server.close()));

const proxies = {
  '-D': { kind: 'dynamic', bind: anyPort },
  '-R without a destination': { kind: 'remoteDynamic', bind: anyPort },
} as const satisfies Readonly<Record<string, ForwardSpec>>;

const requests = [
  ['socks4', '127.0.0.1', /127\.0\.0\.1/],
  ['socks4a', 'localhost', /hello/],
  ['socks5', '127.0.0.1', /127\.0\.0\.1/],
  ['socks5', '[::1]', /::1/],
  ['socks5h', 'localhost', /hello/],
] as const;

for (const transport of transports) {
  for (const [name, spec] of Object.entries(proxies)) {
    void describe(`${name} over the ${transport} transport`, { timeout: 60_000 }, () => {
      test('connects SOCKS 4, 4a and 5 to IPv4, IPv6 and names, for clients of both families', async (t) => {
        const { proxy } = await proxyOf(t, transport, spec);
        for (const [scheme, host, answer] of requests) {
          for (const address of ['127.0.0.1', '[::1]']) {
            const from = `${scheme}://${address}:${proxy}`;
            assert.match(await curl('-x', from, `http://${host}:${port}/`), answer, `${from} to ${host}`);
          }
        }
      });

      test('sends a SOCKS 5 client the outcome of its request, and goes on', async (t) => {
        const { proxy, problems } = await proxyOf(t, transport, spec);
        const refused = await curl('-x', `socks5h://127.0.0.1:${proxy}`, `http://127.0.0.1:${await freePort()}/`).catch(
          (error: Error) => error.message,
        );
        assert.match(refused, /\(5\)/u); // RFC 1928 §6: connection refused
        await until('the problem', () => problems.length > 0);
        assert.match(await curl('-x', `socks5h://127.0.0.1:${proxy}`, `http://127.0.0.1:${port}/`), /hello/);
      });

      test('passes on a FIN that arrives together with the request', async (t) => {
        const server = await serve(t, async (socket) => {
          socket.end(`heard ${(await readAll(socket)).length}`);
        });
        const { proxy } = await proxyOf(t, transport, spec);
        const client = connect(t, proxy);
        client.end(Buffer.from([4, 1, server.port >> 8, server.port & 0xff, 127, 0, 0, 1, 0]));
        assert.equal((await readAll(client)).subarray(8).toString(), 'heard 0');
      });

      test('closes without a reply on a first byte that is not SOCKS', async (t) => {
        const { proxy } = await proxyOf(t, transport, spec);
        const client = connect(t, proxy);
        client.write('GET / HTTP/1.0\r\n\r\n');
        assert.ok(['end', 'ECONNRESET'].includes(await ending(client)));
        assert.equal(client.bytesRead, 0);
        const none = connect(t, proxy);
        none.write(Buffer.from([5, 1, 2])); // The client offers a password login only, which this proxy does not support.
        none.end();
        assert.deepEqual([...(await readAll(none))], [5, 0xff]);
      });
    });
  }
}

async function proxyOf(
  t: TestContext,
  transport: Transport,
  spec: ForwardSpec,
): Promise<{ readonly proxy: number; readonly problems: readonly RelayProblem[] }> {
  const { connection } = await startLink(t, transport);
  const problems: RelayProblem[] = [];
  return { proxy: portOf(await open(t, connection, spec, problems)), problems };
}

async function curl(...args: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)('curl', ['-sS', '--noproxy', '', '--max-time', '20', ...args]);
  return stdout;
}
