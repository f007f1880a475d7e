import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Announced } from '../../../src/core/policy/notices.ts';
import type { ForwardState, ForwardStatus, HostState } from '../../../src/core/session/state.ts';
import { announcement } from '../../../src/view/announcement.ts';
import { noticePage, noticePorts } from '../../../src/view/noticePage.ts';
import { flask, flaskPort, forwardState, hostState, openAt, seenPort } from '../../support/state.ts';

const announced: Announced = { port: 5000, url: 'http://localhost:5000/', program: flask, attributes: {} };
const forward = (status: ForwardStatus): ForwardState => forwardState(5000, { status });
const host = (...forwards: readonly ForwardState[]): HostState =>
  hostState({ link: { kind: 'connecting', since: 0 }, forwards });

const why = (status: ForwardStatus): string => {
  const page = noticePage(host(forward(status)), announced);
  return page.kind === 'gone' ? page.why : page.url;
};

test('an old notice opens the present address of the page', () => {
  assert.equal(why(openAt(5000)), 'http://localhost:5000/');
  assert.equal(why(openAt(5017)), 'http://localhost:5017/');
});

test('an old notice says that its server has stopped', () => {
  assert.equal(why({ kind: 'dormant', localPort: 5000 }), 'Flask on devbox:5000 has stopped.');
});

test('an old notice says why its forward is off, paused or failed', () => {
  assert.match(why({ kind: 'off' }), /^Forwarding is switched off\./u);
  assert.match(why({ kind: 'paused' }), /^Flask on devbox:5000 is paused\./u);
  const bind = { kind: 'tcp', host: 'localhost', port: 5000 } as const;
  assert.match(why({ kind: 'failed', why: { code: 'portInUse', bind } }), /^Local port 5000 is taken\.$/u);
});

test('an old notice says that its forward has ended, and whether the host is disconnected', () => {
  const gone = 'Flask on devbox:5000 is not forwarded any more';
  assert.deepEqual(noticePage(host(), announced), { kind: 'gone', why: `${gone}.` });
  const idle = { ...host(), link: { kind: 'idle' } } as const;
  assert.deepEqual(noticePage(idle, announced), { kind: 'gone', why: `${gone}: devbox is not connected.` });
});

test('only ports that are still forwarded may be announced', () => {
  const forwards = [openAt(5000), { kind: 'opening' }, { kind: 'elsewhere', localPort: 1 }] as const;
  for (const status of forwards) assert.deepEqual([...noticePorts(host(forward(status)))], [5000], status.kind);
  const others = [{ kind: 'dormant' }, { kind: 'paused' }, { kind: 'off' }, { kind: 'expired' }] as const;
  for (const status of others) assert.deepEqual([...noticePorts(host(forward(status)))], [], status.kind);
});

test('an announcement names the other ports of the same burst', () => {
  const open = forward(openAt(5000));
  const vite = flaskPort(5173, { program: { ...flask, name: 'Vite' } });
  const all = { ...host(open), remotePorts: [flaskPort(5000), vite, seenPort(9000)] };
  assert.equal(
    announcement(all, open, [5173, 9000]),
    'Flask on devbox:5000 → http://localhost:5000. Also forwarded: 5173 (Vite), 9000.',
  );
  assert.equal(announcement(all, open), 'Flask on devbox:5000 → http://localhost:5000');
  assert.equal(announcement({ ...all, remotePorts: [] }, open), 'devbox:5000 → localhost:5000');
});
