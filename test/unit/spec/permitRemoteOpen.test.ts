import assert from 'node:assert/strict';
import { test } from 'node:test';
import { permitsRemoteOpen } from '../../../src/core/spec/permitRemoteOpen.ts';

for (const [rules, host, port, isPermitted] of [
  [[], 'db', 80, true],
  [['any'], 'db', 80, true],
  [['none'], 'db', 80, false],
  [['db:80'], 'db', 80, true],
  [['db:80'], 'DB', 80, true],
  [['db:80'], 'db', 81, false],
  [['db:80'], 'other', 80, false],
  [['db:*'], 'db', 81, true],
  [['*:80'], 'other', 80, true],
  [['a:1', '[::1]:80'], '::1', 80, true],
] as const) {
  void test(`${JSON.stringify(rules)} ${isPermitted ? 'permits' : 'does not permit'} ${host} port ${port}`, () => {
    assert.equal(permitsRemoteOpen(rules, host, port), isPermitted);
  });
}
