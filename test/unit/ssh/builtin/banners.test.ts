import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bannerFilter } from '../../../../src/core/ssh/builtin/banners.ts';

function filtered(texts: readonly string[], isTrusted = true) {
  const shown: string[] = [];
  const floods: string[] = [];
  const take = bannerFilter({
    isTrusted: () => isTrusted,
    show: (text) => shown.push(text),
    onFlood: (why) => floods.push(why),
  });
  texts.forEach(take);
  return { shown, floods };
}

void test('a banner from before the host key is trusted is not shown', () => {
  assert.deepEqual(filtered(['Pay here'], false), { shown: [], floods: [] });
});

void test('the first 20 banners are shown, up to 16,384 characters in all', () => {
  const many = filtered(Array.from({ length: 100 }, () => 'Pay here'));
  assert.equal(many.shown.length, 20);
  assert.deepEqual(many.floods, []);
  assert.equal(filtered(['x'.repeat(10_000), 'y'.repeat(10_000), 'z']).shown.join('').length, 16_384);
});

void test('more than 1,024 banners are reported once, trusted or not', () => {
  for (const isTrusted of [true, false]) {
    const { floods } = filtered(
      Array.from({ length: 3000 }, () => 'Pay here'),
      isTrusted,
    );
    assert.deepEqual(floods, ['the server sent more than 1024 banners']);
  }
});
