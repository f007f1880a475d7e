import assert from 'node:assert/strict';
import { Duplex } from 'node:stream';
import { test } from 'node:test';
import { never } from '../../../src/base/delay.ts';
import { silentLog } from '../../../src/base/log.ts';
import { UserError } from '../../../src/base/userError.ts';
import type { RemotePort } from '../../../src/core/detect/remotePort.ts';
import type { Dial, DialProblem } from '../../../src/core/forward/dial.ts';
import { parseForward } from '../../../src/core/spec/grammar.ts';
import { dialer } from '../../../src/core/session/dialer.ts';
import { type ForwardRequest, typedRequest } from '../../../src/core/session/forwardRequests.ts';
import { RemotePorts } from '../../../src/core/session/remotePorts.ts';
import { defaultSettings } from '../../../src/core/session/settings.ts';
import { type ForwardState, type HostState, newHost } from '../../../src/core/session/state.ts';
import { connection } from '../../support/connection.ts';
import { until } from '../../support/until.ts';

const traffic = { openConnections: 0, totalConnections: 0, bytesToRemote: 0, bytesFromRemote: 0 };

function listener(port: number, socketId = '1'): RemotePort {
  const process = { pid: 7, name: 'node', commandLine: ['node', 'server.js'] };
  return { port, addresses: ['0.0.0.0'], owner: 'self', socketId, process };
}

function answer(text: string): string {
  return `HTTP/1.1 200 OK\r\nContent-Length: ${text.length}\r\n\r\n${text}`;
}

/** A host whose servers answer when the test says so, in the order in which they were asked. */
function remote(forwards: readonly ForwardState[] = [], prohibited?: number) {
  let host: HostState = { ...newHost('devbox', { kind: 'typed' }), forwards };
  const asked: { readonly port: number; readonly say: (text: string) => void }[] = [];
  const forwarded: number[] = [];
  const dial: Dial = async (to) => {
    if (to.kind === 'tcp' && to.port === prohibited) {
      throw new UserError<DialProblem>({ code: 'forwardingProhibited', to, detail: '' });
    }
    const stream = new Duplex({ read: () => undefined, write: (_chunk, _encoding, done) => done() });
    asked.push({ port: to.kind === 'tcp' ? to.port : 0, say: (text) => stream.push(text) });
    return stream;
  };
  const listening = new RemotePorts({
    settings: { get: () => ({ ...defaultSettings, autoForward: 'all' }) },
    log: silentLog,
    read: () => host,
    write: (change) => (host = change(host)),
    dialer: dialer({
      link: {
        connection: async () => ({ ...connection(), dial }),
        answered: async (said) => said,
        carried: () => undefined,
      },
      findPort: () => undefined,
    }),
    sshPort: () => 22,
    isOwnPort: () => false,
    open: async ({ spec, origin, remotePort }: ForwardRequest) => {
      forwarded.push(remotePort ?? 0);
      return { id: '9', spec, origin, status: { kind: 'opening' } };
    },
    sleep: async () => undefined,
    wake: async () => undefined,
    onAutoForward: () => undefined,
  });
  listening.begin([]);
  listening.update([], never);
  return { listening, asked, forwarded, find: (port: number) => listening.find(port) };
}

test('where a -R forward of ours answers, nothing is asked and nothing leads back', async () => {
  const { spec, origin } = typedRequest(parseForward('remote', '0:localhost:3000'));
  const bound = [{ kind: 'tcp', address: '0.0.0.0', port: 8800 }] as const;
  const { listening, asked, forwarded } = remote([{ id: '1', spec, origin, status: { kind: 'open', bound, traffic } }]);
  listening.update([listener(8800), listener(8801)], never);
  await until('the question to the other', () => asked.length > 0);
  asked[0]?.say(answer('hello'));
  await until('the forward of the other', () => forwarded.length > 0);
  assert.deepEqual([asked.map(({ port }) => port), forwarded], [[8801], [8801]]);
});

test('what a server is that has gone is not said of the one that has its port by now', async () => {
  const { listening, asked, forwarded, find } = remote();
  listening.update([listener(3000, 'first')], never);
  await until('the first question', () => asked.length === 1);
  listening.update([listener(3000, 'second')], never);
  await until('the second question', () => asked.length === 2);
  asked[1]?.say(answer('<title>second</title>'));
  await until('the second answer', () => find(3000)?.program);
  asked[0]?.say(answer('<title>first</title>'));
  listening.update([listener(3000, 'second'), listener(3001)], never);
  await until('a later question', () => asked.length === 3);
  asked[2]?.say(answer('third'));
  await until('a later answer', () => find(3001)?.program);
  assert.equal(find(3000)?.program?.title, 'second');
  assert.deepEqual(forwarded, [3000, 3001]);
});

test('what opens a port of the ephemeral range for a moment is never asked', async () => {
  const { listening, asked } = remote();
  listening.update([listener(40_000), listener(3000)], never);
  await until('the question to the other', () => asked.length === 1);
  listening.update([listener(40_001), listener(3000)], never);
  await until('the question to one that stays', () => asked.length === 2);
  assert.deepEqual(
    asked.map(({ port }) => port),
    [3000, 40_001],
  );
});

test('what the server does not let us reach is named, and not forwarded by itself', async () => {
  const { listening, asked, forwarded, find } = remote([], 5000);
  listening.update([listener(5000)], never);
  await until('its name', () => find(5000)?.program);
  listening.update([listener(5000), listener(3000)], never);
  await until('the question to the other', () => asked.length === 1);
  asked[0]?.say(answer('hello'));
  await until('the forward of the other', () => forwarded.length > 0);
  assert.deepEqual(forwarded, [3000]);
});
