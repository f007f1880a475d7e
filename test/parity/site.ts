import { once } from 'node:events';
import http from 'node:http';
import net, { type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** What the remote serves in every row: a page, and a download that takes its time. */
export interface Site {
  readonly port: number;
  close(): void;
}

const page = 'hello';
const chunk = 'x'.repeat(1000);
const chunks = 65;
const chunkEveryMs = 200;

export async function startSite(): Promise<Site> {
  const server = http.createServer((request, response) => {
    response.writeHead(200, { connection: 'close' });
    if (request.url === '/slow') void sendSlowly(response);
    else response.end(page);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function sendSlowly(response: http.ServerResponse): Promise<void> {
  for (let sent = 0; sent < chunks && !response.destroyed; sent++) {
    response.write(chunk);
    await sleep(chunkEveryMs);
  }
  response.end();
}

/** Whether the page is there, at a port of this machine. */
export async function hasPage(port: number): Promise<boolean> {
  return (await get(port, '/', 5000)) === page;
}

/** Whether a download arrives as it was sent. */
export async function hasDownload(port: number): Promise<boolean> {
  return (await get(port, '/slow', 60_000)) === chunk.repeat(chunks);
}

async function get(port: number, path: string, timeoutMs: number): Promise<string | undefined> {
  try {
    const signal = AbortSignal.timeout(timeoutMs);
    return await (await fetch(`http://127.0.0.1:${port}${path}`, { headers: { connection: 'close' }, signal })).text();
  } catch {
    return undefined;
  }
}

/** Whether a SOCKS5 proxy (RFC 1928) leads to the page. */
export async function hasPageThrough(proxy: number, port: number): Promise<boolean> {
  const heard = await askProxy(proxy, '127.0.0.1', port, `GET / HTTP/1.0\r\n\r\n`);
  return heard.endsWith(page);
}

/** Asks a SOCKS5 proxy for a host by name, says something to it, and gives what came back until the end. */
export async function askProxy(proxy: number, host: string, port: number, text = ''): Promise<string> {
  const socket = net.connect(proxy, '127.0.0.1');
  socket.setTimeout(30_000, () => socket.destroy());
  let heard = '';
  socket.setEncoding('latin1').on('data', (data: string) => (heard += data));
  const name = Buffer.from(host);
  const address = Buffer.from([port >> 8, port % 256]);
  socket.write(Buffer.concat([Buffer.of(5, 1, 0, 5, 1, 0, 3, name.length), name, address, Buffer.from(text)]));
  await new Promise<void>((resolve) => {
    socket.on('error', () => undefined).once('end', () => socket.end());
    socket.once('close', () => resolve());
  });
  return heard;
}
