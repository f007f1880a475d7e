import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { matchHostList, matchList, matchPattern } from '../../../src/base/pattern.ts';

void test('a star matches any characters, a question mark exactly one, other characters themselves', () => {
  assert.ok(matchPattern('web.example.com', 'web*.com'));
  assert.ok(matchPattern('h1', 'h?'));
  assert.ok(!matchPattern('h', 'h?'));
  assert.ok(matchPattern('', '*'));
  assert.ok(!matchPattern('hx1', 'h.1'));
  assert.ok(matchPattern('a[b]', 'a[b]'));
  assert.ok(!matchPattern('H1', 'h1'));
});

void test('a pattern matches the same texts as the equivalent regular expression', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', '.'), maxLength: 12 });
  const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '.', '*', '?'), maxLength: 8 });
  fc.assert(
    fc.property(text, pattern, (candidate, wildcard) => {
      const source = wildcard
        .replaceAll('.', String.raw`\.`)
        .replaceAll('*', '.*')
        .replaceAll('?', '.');
      assert.equal(matchPattern(candidate, wildcard), new RegExp(`^${source}$`).test(candidate));
    }),
    { seed: 1, numRuns: 2000 },
  );
});

void test('a hostile pattern needs a bounded number of comparisons', () => {
  const text = `${'a'.repeat(60)}b`;
  for (const stars of [10, 100, 500]) {
    let compared = 0;
    const counted = new Proxy(new String(text), {
      get: (target, key) => {
        if (key === 'charAt') {
          compared++;
          return (index: number) => text.charAt(index);
        }
        return Reflect.get(target, key) as unknown;
      },
    }) as unknown as string;
    assert.ok(!matchPattern(counted, `${'a*'.repeat(stars)}c`));
    assert.ok(compared > 0 && compared <= text.length * (2 * stars + 1), `${compared} comparisons for ${stars} stars`);
  }
});

void test('a negated match in a list refuses at once, and a list of negations matches nothing', () => {
  assert.equal(matchList('h1', 'x,h*'), 'yes');
  assert.equal(matchList('h1', '*,!h1'), 'refused');
  assert.equal(matchList('h1', '!x'), 'no');
  assert.ok(matchHostList('WEB', 'web'));
});
