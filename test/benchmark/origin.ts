/**
 * The destination server of the throughput benchmark, in its own process. Prints its port. The first byte of a client
 * chooses the work: `d`, a number of MiB and a line feed downloads that much; `u` uploads until the client's FIN and returns
 * the size; `o` returns 1 KB and ends; `r` returns 1 KB for each request of 100 bytes.
 */
import net, { type AddressInfo } from 'node:net';

const mebibyte = Buffer.alloc(1024 * 1024, 'sent by the benchmark ');
const requestBytes = 100;
const answer = Buffer.alloc(1024, 'a');

const server = net.createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
  socket.on('error', () => socket.destroy());
  socket.once('data', (first: Buffer) => {
    const wish = first.subarray(0, 1).toString();
    if (wish === 'd') send(socket, Number(first.subarray(1)));
    else if (wish === 'u') take(socket, first.length);
    else if (wish === 'o') socket.end(answer);
    else if (wish === 'r') answerAll(socket, first.length);
    else socket.destroy(); // somebody else on this machine
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

server.listen(0, '0.0.0.0', () => process.stdout.write(`${(server.address() as AddressInfo).port}\n`));
