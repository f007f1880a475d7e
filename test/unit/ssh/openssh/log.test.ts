import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { OpensshLog } from '../../../../src/core/ssh/openssh/log.ts';

const refusals = [
  ['administratively prohibited: open failed', 'forwardingProhibited', 'open failed'],
  ['connect failed: Connection refused', 'connectFailed', 'Connection refused'],
  ['resource shortage: too many: files', 'channelRefused', 'too many: files'],
  ['unknown reason', 'channelRefused', ''],
] as const;

for (const [text, code, detail] of refusals) {
  test(`"open failed: ${text}" is ${code}`, async () => {
    const log = new OpensshLog();
    const accepted = log.accepted();
    log.read('debug1: channel 3: new direct-tcpip [direct-tcpip] (inactive timeout: 0)\r\n');
    const { answer } = await accepted;
    log.read(`channel 3: open failed: ${text}\r\n`);
    assert.deepEqual(await answer, { kind: 'refused', code, detail });
  });
}

test('the answer to each channel is found, however the log is split into pieces', async () => {
  const log = new OpensshLog();
  const accepted = log.accepted();
  const text = [
    'debug1: channel 1: new mux-control [mux-control] (inactive timeout: 0)',
    'debug2: channel 2: open confirm rwindow 0 rmax 32768',
    'debug1: channel 12: new [direct-streamlocal@openssh.com]', // before OpenSSH 9.2
    'channel 2: open failed: connect failed: open failed',
    'debug2: channel 12: open confirm rwindow 2097152 rmax 32768',
    '',
  ].join('\r\n');
  for (const character of text) log.read(character);
  assert.deepEqual(await (await accepted).answer, { kind: 'opened' });
});

test('an unknown log format costs one wait, until a line about a channel appears', async () => {
  mock.timers.enable({ apis: ['setTimeout'] });
  try {
    const log = new OpensshLog();
    const first = log.accepted();
    log.read('debug1: Kanal 1: neu [direct-tcpip]\r\n');
    mock.timers.tick(3000);
    assert.deepEqual(await (await first).answer, { kind: 'opened' });
    assert.deepEqual(await (await log.accepted()).answer, { kind: 'opened' });
    log.read('debug1: channel 2: new [direct-tcpip]\r\n');
    const later = log.accepted();
    log.read('debug1: channel 3: new [direct-tcpip]\r\nchannel 3: open failed: connect failed: refused\r\n');
    assert.deepEqual(await (await later).answer, { kind: 'refused', code: 'connectFailed', detail: 'refused' });
  } finally {
    mock.timers.reset();
  }
});
