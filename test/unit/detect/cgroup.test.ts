import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseContainer } from '../../../src/core/detect/cgroup.ts';

void test('a container has the start of its id, or its name', () => {
  const id = '0123456789ab'.padEnd(64, 'c');
  assert.equal(parseContainer(`0::/system.slice/docker-${id}.scope`), '0123456789ab');
  assert.equal(parseContainer(`12:cpu:/docker/${id}\n0::/`), '0123456789ab');
  assert.equal(parseContainer(`0::/user.slice/user-1000.slice/libpod-${id}.scope/container`), '0123456789ab');
  assert.equal(parseContainer('0::/lxc.payload.web/system.slice'), 'web');
  assert.equal(parseContainer('0::/user.slice/user-1000.slice/session-3.scope'), undefined);
});
