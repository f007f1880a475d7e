import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Hop } from '../../../src/view/path/hop.ts';
import { picture } from '../../../src/webview/picture.ts';
import type { Wanted } from '../../../src/webview/wanted.ts';

function hop(kind: Hop['kind'], place: string, state: Hop['state'], more: Partial<Hop> = {}): Hop {
  return { kind, title: kind, place, facts: [], state, actions: [], ...more };
}

function draw(state: Hop['state'], ...hops: readonly Hop[]): readonly Wanted[] {
  return picture({
    kind: 'show',
    hint: '',
    path: { title: 'web', tab: 'Path', verdict: 'Broken at: target', state, hops },
  });
}

/** All elements with the tag, in the order of the page. */
function all(wanted: readonly Wanted[], tag: string): readonly Wanted[] {
  return wanted.flatMap((each) => [
    ...(each.tag === tag ? [each] : []),
    ...(typeof each.content === 'string' ? [] : all(each.content, tag)),
  ]);
}

function text({ content }: Wanted): string {
  return typeof content === 'string' ? content : content.map(text).join('');
}

function classes(elements: readonly Wanted[], name: string): readonly string[] {
  return elements.map(({ attributes }) => attributes?.['class'] ?? '').filter((each) => each.startsWith(name));
}

void test('neighbouring hops on one machine share a box, also when the path returns to that machine', () => {
  const hops = [hop('user', 'This machine', 'ok'), hop('listener', 'This machine', 'ok'), hop('server', 'box', 'ok')];
  const drawn = draw('ok', ...hops, hop('target', 'This machine', 'ok'));
  assert.deepEqual(all(drawn, 'h2').map(text), ['This machine', 'box', 'This machine']);
  assert.deepEqual(all(drawn, 'h3').map(text), ['user: works', 'listener: works', 'server: works', 'target: works']);
});

void test('the line between two hops is closed where nothing can pass', () => {
  const hops = [hop('client', 'a', 'ok'), hop('server', 'b', 'unknown'), hop('target', 'c', 'broken')];
  const drawn = all(draw('broken', ...hops), 'li');
  assert.deepEqual(classes(drawn, 'machine'), ['machine', 'machine open', 'machine closed']);
  assert.deepEqual(classes(drawn, 'hop'), ['hop ok open', 'hop unknown closed', 'hop broken end']);
});

void test('a screen reader hears the verdict with the fault that caused it', () => {
  const fault = { code: 'nothingListens', what: 'Nothing listens.', next: 'Start it.' };
  const [verdict] = draw('broken', hop('server', 'b', 'ok'), hop('target', 'b', 'broken', { fault }));
  assert.equal(verdict?.attributes?.['role'], 'status');
  assert.equal(text(verdict), 'Broken at: target. Nothing listens.');
});

void test('the live region stays the first element when the path disappears', () => {
  const [live, title] = picture({ kind: 'show', hint: 'Select a forward.' });
  assert.deepEqual([live?.tag, live?.attributes?.['role'], title?.tag], ['p', 'status', 'h1']);
  assert.equal(live && text(live), 'Select a forward.');
});

void test('a button carries its action as data', () => {
  const actions = [{ id: 'forwardOther:8081', label: 'Forward 8081 Instead' }] as const;
  const [button] = all(draw('broken', hop('target', 'b', 'broken', { actions })), 'button');
  assert.equal(button?.attributes?.['data-action'], 'forwardOther:8081');
  assert.equal(text(button), 'Forward 8081 Instead');
});
