import assert from 'node:assert/strict';
import test from 'node:test';
import { configDiagnostics } from '../../../src/view/configDiagnostics.ts';

void test('a bad line is marked at its line, with the reason of OpenSSH', () => {
  assert.deepEqual(configDiagnostics([{ code: 'configSyntax', file: '/c', line: 3, detail: 'bad port x' }]), [
    { file: '/c', line: 3, message: 'OpenSSH refuses this line: bad port x.' },
  ]);
});

void test('an unreadable file is marked at its first line', () => {
  const [found] = configDiagnostics([{ code: 'fileUnreadable', file: '/c', detail: 'bad owner or permissions' }]);
  assert.equal(found?.line, 1);
  assert.match(found.message, /bad owner or permissions/);
});

void test('a problem outside any file has no mark', () => {
  assert.deepEqual(configDiagnostics([{ code: 'configBadName', what: 'host', value: '-x' }]), []);
});
