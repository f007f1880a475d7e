import assert from 'node:assert/strict';
import test from 'node:test';
import { badRulesText } from '../../../src/view/badRules.ts';

const rules = (...badKeys: readonly string[]) => ({ rules: [], others: {}, badKeys });

void test('rules that are understood are not spoken of', () => {
  assert.equal(badRulesText({ portRules: rules(), hosts: { devbox: {} } }), undefined);
});

void test('each key that means nothing is named once, also one of a host alone', () => {
  const text = badRulesText({ portRules: rules('('), hosts: { devbox: { portRules: rules('[', '(') } } });
  assert.match(text ?? '', /^These port rules have no effect: “\(”, “\[”\./u);
});

void test('one key is spoken of in the singular', () => {
  assert.match(badRulesText({ portRules: rules('('), hosts: {} }) ?? '', /^This port rule has no effect: “\(”\./u);
});
