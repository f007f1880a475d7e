import assert from 'node:assert/strict';
import test from 'node:test';
import { findForward } from '../../../../src/core/config/editing/findForward.ts';
import { addForward } from '../../../../src/core/config/editing/write.ts';
import { parseForward } from '../../../../src/core/spec/grammar.ts';

const local = parseForward('local', '8000:localhost:8000');

void test('findForward finds a forward in the block of its host, in any spelling', () => {
  assert.equal(findForward('Host box\n  Port 22\n  localforward=8000 localhost:8000\n', 'box', local), 3);
});

void test('findForward finds a forward that a pattern gives to the host', () => {
  assert.equal(findForward('Host *\nLocalForward 8000 localhost:8000\n', 'box', local), 2);
  assert.equal(findForward('LocalForward 8000 localhost:8000\nHost other\n', 'box', local), 1);
});

void test('findForward ignores another forward, and the forwards of another host', () => {
  const text = 'Host other\n  LocalForward 8000 localhost:8000\nHost box\n  LocalForward 8001 localhost:8000\n';
  assert.equal(findForward(text, 'box', local), undefined);
  assert.equal(findForward('Match host box\n  LocalForward 8000 localhost:8000\n', 'box', local), undefined);
});

void test('findForward tells forwards of different kinds with the same address apart', () => {
  const text = 'Host box\n  RemoteForward 8000 localhost:8000\n  DynamicForward 8000\n';
  assert.equal(findForward(text, 'box', local), undefined);
  assert.equal(findForward(text, 'box', parseForward('remote', '8000:localhost:8000')), 2);
  assert.equal(findForward(text, 'box', parseForward('dynamic', '8000')), 3);
});

void test('findForward skips a line that OpenSSH refuses', () => {
  assert.equal(findForward('Host box\n  LocalForward x\n  LocalForward 8000 localhost:8000\n', 'box', local), 3);
});

void test('findForward finds every forward that addForward adds', () => {
  for (const spec of [
    local,
    parseForward('local', '*:8000:db.internal:5432'),
    parseForward('local', '/tmp/a.sock:/tmp/b.sock'),
    parseForward('remote', '0:localhost:3000'),
    parseForward('remote', '1080'),
    parseForward('dynamic', '[::1]:1080'),
  ]) {
    assert.equal(findForward(addForward('Host box\n  Port 22\n', 'box', spec), 'box', spec), 3);
  }
});
