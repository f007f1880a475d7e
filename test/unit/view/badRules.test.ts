import assert from 'node:assert/strict';
import test from 'node:test';
import { badRulesText } from '../../../src/view/badRules.ts';

const rules = (...badKeys: readonly string[]) => ({ rules: [], others: {}, badKeys });

void test('valid port rules give no text', () => {
  assert.equal(badRulesText({ portRules: rules(), hosts: { devbox: {} } }), undefined);
});

void test('each key without meaning is named once, also a key of one host', () => {
  const text = badRulesText({ portRules: rules('('), hosts: { devbox: { portRules: rules('[', '(') } } });
  assert.match(text ?? '', /^These port rules have no effect: “\(”, “\[”\./u);
});

void test('the text about one key is in the singular', () => {
  assert.match(badRulesText({ portRules: rules('('), hosts: {} }) ?? '', /^This port rule has no effect: “\(”\./u);
});
