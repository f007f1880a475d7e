import { once } from 'node:events';
import fs from 'node:fs';
import net, { type AddressInfo } from 'node:net';
import type { AuthContext, Connection } from 'ssh2';
import { string, uint32 } from '../../src/core/ssh/keys/wire.ts';
import { sendPacket, startServer } from '../support/scriptedServer.ts';
import type { Login, Server } from './case.ts';

export interface Reachable {
  readonly port: number;
  /** Type and base64 of its host key, if it has one. */
  readonly hostKey: string;
  close(): void | Promise<void>;
}

/** A server that accepts as its script says, and dials what it is asked for. */
export async function startScripted(script: Extract<Server, { readonly kind: 'scripted' }>): Promise<Reachable> {
  const { login, identification, ignoresKeepalive } = script;
  const timers = new Set<NodeJS.Timeout>();
  const server = await startServer(
    (context) => answer(context, login, timers),
    identification === undefined ? {} : { ident: identification },
    (client) => {
      if (login.kind === 'disconnect') client.on('authentication', () => disconnect(client, login.text));
      if (ignoresKeepalive) client.on('request', () => undefined);
      client.on('tcpip', (accept, _reject, { destIP, destPort }) => {
        const channel = accept();
        const socket = net.connect(destPort, destIP);
        socket.on('error', () => channel.close());
        channel.on('error', () => socket.destroy());
        socket.pipe(channel).pipe(socket);
      });
    },
  );
  return {
    port: server.port,
    hostKey: fs.readFileSync(server.knownHostsFile, 'utf8').trim().split(' ').slice(1).join(' '),
    close: () => {
      for (const timer of timers) clearTimeout(timer);
      server.close();
    },
  };
}

function answer(context: AuthContext, login: Login, timers: Set<NodeJS.Timeout>): void {
  switch (login.kind) {
    case 'accept':
      if (context.method !== 'publickey') context.reject(['publickey']);
      else if (!context.signature) context.accept();
      else timers.add(setTimeout(() => context.accept(), (login.afterSeconds ?? 0) * 1000));
      return;
    case 'password':
      if (context.method === 'password' && context.password === login.password) context.accept();
      else context.reject(['password']);
      return;
    case 'disconnect':
  }
}

/** RFC 4253 §11.1. ssh2 sends the number of a reason without a text. */
function disconnect(client: Connection, text: string): void {
  sendPacket(client, Buffer.of(1), uint32(2), string(text), string(''));
  client.end();
}

/** A server that accepts connections and never says a word. */
export async function startMute(): Promise<Reachable> {
  return await startListener(() => undefined);
}

/** A server that never comes to its version. */
export async function startChatty(): Promise<Reachable> {
  return await startListener((socket) => {
    const timer = setInterval(() => socket.write('please wait\r\n'), 500);
    socket.once('close', () => clearInterval(timer));
  });
}

async function startListener(onSocket: (socket: net.Socket) => void): Promise<Reachable> {
  const sockets = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    sockets.add(socket.on('error', () => undefined).resume());
    onSocket(socket);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    hostKey: '',
    close: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
