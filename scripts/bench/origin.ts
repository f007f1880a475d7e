/**
 * The destination server of the benchmark, in its own process: `origin.ts PORT`, 0 for any. Prints its port. The first byte
 * of a client chooses the work: `d`, a number of MiB and a line feed downloads that much; `u` uploads until the client's FIN
 * and returns the size; `o` returns 1 KB and ends; `r` returns 1 KB for each request of 100 bytes. A request of HTTP gets
 * the page of a Vite project, which serves many clients at once as this server does.
 */
import http from 'node:http';
import net, { type AddressInfo } from 'node:net';

const mebibyte = Buffer.alloc(1024 * 1024, 'sent by the benchmark ');
const requestBytes = 100;
const answer = Buffer.alloc(1024, 'a');
const page = '<!doctype html><script type="module" src="/@vite/client"></script><title>benchmark</title>';
const web = http.createServer((_, response) => response.setHeader('content-type', 'text/html').end(page));

const server = net.createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
  socket.on('error', () => socket.destroy());
  socket.once('data', (first: Buffer) => {
    const wish = first.subarray(0, 1).toString();
    if (wish === 'd') send(socket, Number(first.subarray(1)));
    else if (wish === 'u') take(socket, first.length);
    else if (wish === 'o') socket.end(answer);
    else if (wish === 'r') answerAll(socket, first.length);
    else serve(socket, first);
  });
});

function send(socket: net.Socket, count: number): void {
  let left = count;
  const more = (): void => {
    while (left > 0) {
      left -= 1;
      if (!socket.write(mebibyte)) return;
    }
    socket.end();
  };
  socket.on('drain', more);
  socket.resume();
  more();
}

function take(socket: net.Socket, already: number): void {
  let bytes = already;
  socket.on('data', (chunk: Buffer) => (bytes += chunk.length));
  socket.on('end', () => socket.end(String(bytes)));
}

function answerAll(socket: net.Socket, already: number): void {
  let pending = 0;
  const on = (bytes: number): void => {
    for (pending += bytes; pending >= requestBytes; pending -= requestBytes) socket.write(answer);
  };
  socket.on('data', (chunk: Buffer) => on(chunk.length));
  socket.on('end', () => socket.end());
  on(already);
}

function serve(socket: net.Socket, first: Buffer): void {
  socket.unshift(first);
  web.emit('connection', socket);
}

server.listen(Number(process.argv[2] ?? 0), '0.0.0.0', () =>
  process.stdout.write(`${(server.address() as AddressInfo).port}\n`),
);
