import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';

/** A web server on 127.0.0.1 at a free port. */
export interface WebServer {
  readonly port: number;
  close(): Promise<void>;
}

/** Answers everything with one text. */
export async function startWebServer(text: string, headers: http.OutgoingHttpHeaders = {}): Promise<WebServer> {
  const server = http.createServer((_, response) => response.writeHead(200, headers).end(text));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    port,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
