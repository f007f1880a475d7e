import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Program } from '../../../src/core/detect/identify/program.ts';
import {
  type Announced,
  type NoticeAction,
  type NoticeEvent,
  noNotices,
  notices,
  decliningRule,
} from '../../../src/core/policy/notices.ts';
import type { PortAttributes } from '../../../src/core/policy/portRules.ts';
import { flask } from '../../support/state.ts';

const guessed: Program = { ...flask, framework: 'next', name: 'Next.js', evidence: 'commandLine' };
const page: Program = { ...flask, framework: 'http', name: 'HTTP', role: 'web' };

function server(port: number, program?: Program, attributes: PortAttributes = {}): Announced {
  return { port, url: `http://localhost:${port}/`, attributes, ...(program && { program }) };
}

/** Plays events at their times, in seconds, and returns the actions: 'show 5000 and 8000', 'open 5000 in the browser'. */
function play(...events: (readonly [seconds: number, event: NoticeEvent])[]): string[] {
  let state = noNotices;
  return events.flatMap(([seconds, event]) => {
    const step = notices(state, event, seconds * 1000);
    ({ state } = step);
    return step.actions.map((action) => `${seconds} s: ${text(action)}`);
  });
}

function text(action: NoticeAction): string {
  if (action.kind === 'open') return `open ${action.announced.port} in the ${action.where}`;
  const others = action.others.map(({ port }) => port);
  return `show ${action.announced.port}${others.length > 0 ? ` and ${others.join(', ')}` : ''}`;
}

const forwarded = (announced: Announced): NoticeEvent => ({ kind: 'forwarded', announced });
const tick: NoticeEvent = { kind: 'tick' };
const focus = (isFocused: boolean): NoticeEvent => ({ kind: 'focus', isFocused });

void test('a dev server that answered is shown after one second', () => {
  const event = forwarded(server(5000, flask));
  assert.equal(notices(noNotices, event, 0).nextMs, 1000);
  assert.deepEqual(play([0, event], [0.9, tick], [1, tick], [2, tick]), ['1 s: show 5000']);
});

void test('a port that did not answer is shown after three seconds', () => {
  assert.deepEqual(play([0, forwarded(server(5000, guessed))], [2.9, tick], [3, tick]), ['3 s: show 5000']);
});

void test('a burst is one notice, named for the dev server that answered', () => {
  const events = [
    [0, forwarded(server(3001))],
    [0.1, forwarded(server(3002, page))],
    [0.2, forwarded(server(3003, guessed))],
    [0.3, forwarded(server(3004, flask))],
    [1, tick],
  ] as const;
  assert.deepEqual(play(...events), ['1 s: show 3004 and 3002, 3003, 3001']);
});

void test('of equals the first port is named', () => {
  assert.deepEqual(play([0, forwarded(server(9000, flask))], [0.1, forwarded(server(3000, flask))], [1, tick]), [
    '1 s: show 9000 and 3000',
  ]);
});

void test('a page with a title is named before an interface for programs', () => {
  const site = { ...flask, title: 'My shop' };
  assert.deepEqual(play([0, forwarded(server(3000, flask))], [0.1, forwarded(server(5173, site))], [1, tick]), [
    '1 s: show 5173 and 3000',
  ]);
});

void test('five seconds pass between two notices', () => {
  assert.deepEqual(
    play([0, forwarded(server(5000, flask))], [1, tick], [2, forwarded(server(6000, flask))], [5.9, tick], [6, tick]),
    ['1 s: show 5000', '6 s: show 6000'],
  );
});

void test('a window without focus shows nothing until it gets focus', () => {
  assert.deepEqual(play([0, focus(false)], [1, forwarded(server(5000, flask))], [9, tick], [10, focus(true)]), [
    '10 s: show 5000',
  ]);
  const state = { ...noNotices, isFocused: false };
  assert.equal(notices(state, forwarded(server(5000, flask)), 0).nextMs, undefined);
});

void test('a port that closed before its notice is not shown', () => {
  assert.deepEqual(play([0, forwarded(server(5000, flask))], [0.5, { kind: 'gone', port: 5000 }], [9, tick]), []);
});

void test('a port that closed during the pause between notices, or without focus, is not shown', () => {
  const gone: NoticeEvent = { kind: 'gone', port: 6000 };
  const [first, second] = [forwarded(server(5000, flask)), forwarded(server(6000, flask))];
  assert.deepEqual(play([0, first], [1, tick], [2, second], [4, gone], [9, tick]), ['1 s: show 5000']);
  assert.deepEqual(play([0, focus(false)], [1, second], [4, gone], [9, focus(true)], [20, tick]), []);
});

void test('news about a shown port is no second notice; another start of the program is', () => {
  const event = forwarded(server(5000, flask));
  assert.deepEqual(play([0, event], [1, tick], [2, event], [9, tick]), ['1 s: show 5000']);
  assert.deepEqual(play([0, event], [1, tick], [2, { kind: 'gone', port: 5000 }], [9, event], [10, tick]), [
    '1 s: show 5000',
    '10 s: show 5000',
  ]);
});

void test('a silent or ignored port is not shown', () => {
  const events = [
    [0, forwarded(server(5000, flask, { onAutoForward: 'silent' }))],
    [1, forwarded(server(5001, flask, { onAutoForward: 'ignore' }))],
    [9, tick],
  ] as const;
  assert.deepEqual(play(...events), []);
});

void test('the browser opens as soon as the program has answered', () => {
  const attributes = { onAutoForward: 'openBrowser' } as const;
  const [early, late] = [guessed, flask].map((program) => forwarded(server(5000, program, attributes)));
  assert.ok(early && late);
  assert.deepEqual(play([0, late]), ['0 s: open 5000 in the browser']);
  assert.deepEqual(play([0, early], [2, late], [9, tick]), ['2 s: open 5000 in the browser']);
});

void test('a port for the browser is shown while its program has not answered', () => {
  const event = forwarded(server(5000, guessed, { onAutoForward: 'openBrowser' }));
  assert.deepEqual(play([0, event], [3, tick], [9, tick]), ['3 s: show 5000']);
});

void test('openPreview opens the page inside the editor', () => {
  const event = forwarded(server(5000, flask, { onAutoForward: 'openPreview' }));
  assert.deepEqual(play([0, event]), ['0 s: open 5000 in the preview']);
});

void test('openBrowser opens at every start, openBrowserOnce once per address', () => {
  const starts = (onAutoForward: 'openBrowser' | 'openBrowserOnce'): string[] => {
    const event = forwarded(server(5000, flask, { onAutoForward }));
    return play([0, event], [1, { kind: 'gone', port: 5000 }], [2, event], [3, event]);
  };
  assert.deepEqual(starts('openBrowser'), ['0 s: open 5000 in the browser', '2 s: open 5000 in the browser']);
  assert.deepEqual(starts('openBrowserOnce'), ['0 s: open 5000 in the browser']);
});

void test('the browser opens only from a focused window', () => {
  const event = forwarded(server(5000, flask, { onAutoForward: 'openBrowser' }));
  assert.deepEqual(play([0, focus(false)], [1, event], [2, focus(true)]), ['2 s: open 5000 in the browser']);
});

void test('the rule of Don’t Ask Again names the framework if it is known, else the port', () => {
  assert.deepEqual(decliningRule(server(5000, flask)), { flask: { onAutoForward: 'ignore' } });
  assert.deepEqual(decliningRule(server(5000, page)), { '5000': { onAutoForward: 'ignore' } });
  assert.deepEqual(decliningRule(server(5000)), { '5000': { onAutoForward: 'ignore' } });
});

void test('the state of notices is plain data', () => {
  const { state } = notices(noNotices, forwarded(server(5000, flask)), 0);
  assert.deepEqual(structuredClone(state), state);
});
