import assert from 'node:assert/strict';
import test from 'node:test';
import { restoreQuestion } from '../../../src/view/restoreText.ts';

void test('one question names the first host and counts the others', () => {
  assert.equal(restoreQuestion(['devbox']), 'Reconnect to devbox, as before the reload?');
  assert.equal(restoreQuestion(['devbox', 'db']), 'Reconnect to devbox and 1 other, as before the reload?');
  assert.equal(restoreQuestion(['devbox', 'db', 'ci']), 'Reconnect to devbox and 2 others, as before the reload?');
});
