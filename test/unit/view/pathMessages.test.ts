import assert from 'node:assert/strict';
import test from 'node:test';
import { readRequest, readShow, type ShowPath } from '../../../src/view/path/messages.ts';

const show: ShowPath = {
  kind: 'show',
  hint: 'gone',
  path: {
    title: 't',
    tab: 'Path',
    verdict: 'v',
    state: 'broken',
    hops: [
      {
        kind: 'server',
        title: 'SSH server',
        place: 'devbox',
        facts: ['f'],
        state: 'broken',
        fault: { code: 'c', what: 'w', next: 'n' },
        actions: [{ id: 'retry', label: 'Try Now' }],
      },
    ],
  },
};

/** The same value with one leaf or branch replaced by something that does not belong there. */
function* spoilt(value: unknown): Generator {
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) for (const bad of spoilt(item)) yield value.with(index, bad);
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, item] of Object.entries(value)) for (const bad of spoilt(item)) yield { ...value, [key]: bad };
  }
  yield 7;
  yield null;
}

void test('the webview accepts a valid path, and a hint without a path', () => {
  assert.deepEqual(readShow(show), show);
  assert.deepEqual(readShow({ kind: 'show', hint: 'gone' }), { kind: 'show', hint: 'gone' });
});

void test('the webview rejects a path with any wrong value', () => {
  const cases = [...spoilt(show)];
  assert.ok(cases.length > 20);
  for (const bad of cases) assert.equal(readShow(bad), undefined, JSON.stringify(bad));
});

void test('the editor accepts only messages of a known form from the webview', () => {
  assert.deepEqual(readRequest({ kind: 'act', id: 'retry', more: 1 }), { kind: 'act', id: 'retry' });
  assert.deepEqual(readRequest({ kind: 'ready' }), { kind: 'ready' });
  for (const bad of [undefined, null, 'ready', { kind: 'act' }, { kind: 'act', id: 7 }, { kind: 'other' }]) {
    assert.equal(readRequest(bad), undefined);
  }
});
