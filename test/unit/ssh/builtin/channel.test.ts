import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { test } from 'node:test';
import type { ClientChannel } from 'ssh2';
import { ChannelStream } from '../../../../src/core/ssh/builtin/channel.ts';
import { FIRST_WINDOW_BYTES } from '../../../../src/core/ssh/builtin/receiveWindow.ts';
import { until } from '../../../support/until.ts';

/** ssh2's channel as a stream sees it, driven by the test: a real server chooses its message sizes itself. */
function channel(type: 'direct-tcpip' | 'session') {
  return Object.assign(new EventEmitter(), {
    type,
    stderr: new EventEmitter(),
    incoming: { window: FIRST_WINDOW_BYTES },
    outgoing: { id: 1, state: 'open' },
    pause: () => undefined,
    resume: () => undefined,
    close: () => undefined,
  });
}

function streamOver(ssh2: ReturnType<typeof channel>) {
  const grants: number[] = [];
  const stream = new ChannelStream(ssh2 as unknown as ClientChannel, {
    grant: (_, bytes) => void grants.push(bytes),
    batch: () => undefined,
    sending: () => undefined,
    rttMs: () => 50,
    isShared: () => false,
    takeWindow: () => 0,
  });
  return { stream, grants };
}

test('a window that the last message before a pause used up is granted again when the reader continues', async () => {
  const ssh2 = channel('direct-tcpip');
  const { stream, grants } = streamOver(ssh2);
  ssh2.emit('data', Buffer.alloc(FIRST_WINDOW_BYTES));
  assert.deepEqual(grants, []); // nobody has read yet
  stream.on('data', () => undefined);
  await until('the grant', () => grants.length > 0);
  assert.deepEqual(grants, [FIRST_WINDOW_BYTES]);
});

test('the window of a session, which counts stderr too, is left to ssh2', async () => {
  const ssh2 = channel('session');
  const { stream, grants } = streamOver(ssh2);
  stream.on('data', () => undefined);
  ssh2.emit('data', Buffer.alloc(FIRST_WINDOW_BYTES));
  await until('the data', () => stream.readableLength === 0);
  assert.deepEqual(grants, []);
  assert.equal(ssh2.incoming.window, FIRST_WINDOW_BYTES);
});
