import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isProblem, UserError } from '../../../src/base/userError.ts';

void test('isProblem tells a UserError by its code, and no other error', () => {
  const error = new UserError({ code: 'linkLost' });
  assert.ok(isProblem(error, 'linkLost'));
  assert.ok(isProblem(error, 'timeout', 'linkLost'));
  assert.ok(!isProblem(error, 'timeout'));
  assert.ok(!isProblem(Object.assign(new Error('no'), { code: 'linkLost' }), 'linkLost'));
  assert.ok(!isProblem(undefined, 'linkLost'));
});
