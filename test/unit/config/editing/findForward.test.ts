import assert from 'node:assert/strict';
import test from 'node:test';
import { findForward } from '../../../../src/core/config/editing/findForward.ts';
import { addForward } from '../../../../src/core/config/editing/write.ts';
import { parseForward } from '../../../../src/core/spec/grammar.ts';

const local = parseForward('local', '8000:localhost:8000');

void test('a forward is found in the block of its host, however it is written', () => {
  assert.equal(findForward('Host box\n  Port 22\n  localforward=8000 localhost:8000\n', 'box', local), 3);
});

void test('a forward that patterns give to the host is found too', () => {
  assert.equal(findForward('Host *\nLocalForward 8000 localhost:8000\n', 'box', local), 2);
  assert.equal(findForward('LocalForward 8000 localhost:8000\nHost other\n', 'box', local), 1);
});

void test('another forward, and that of another host, do not count', () => {
  const text = 'Host other\n  LocalForward 8000 localhost:8000\nHost box\n  LocalForward 8001 localhost:8000\n';
  assert.equal(findForward(text, 'box', local), undefined);
  assert.equal(findForward('Match host box\n  LocalForward 8000 localhost:8000\n', 'box', local), undefined);
});

void test('the same address means another thing for each kind', () => {
  const text = 'Host box\n  RemoteForward 8000 localhost:8000\n  DynamicForward 8000\n';
  assert.equal(findForward(text, 'box', local), undefined);
  assert.equal(findForward(text, 'box', parseForward('remote', '8000:localhost:8000')), 2);
  assert.equal(findForward(text, 'box', parseForward('dynamic', '8000')), 3);
});

void test('a line that OpenSSH refuses hides none of the others', () => {
  assert.equal(findForward('Host box\n  LocalForward x\n  LocalForward 8000 localhost:8000\n', 'box', local), 3);
});

void test('what was added is found', () => {
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
