import assert from 'node:assert/strict';
import test from 'node:test';
import { configDiagnostics } from '../../../src/view/configDiagnostics.ts';

void test('a bad line is shown at its line, with what OpenSSH has against it', () => {
  assert.deepEqual(configDiagnostics([{ code: 'configSyntax', file: '/c', line: 3, detail: 'bad port x' }]), [
    { file: '/c', line: 3, message: 'OpenSSH refuses this line: bad port x.' },
  ]);
});

void test('a file that cannot be read is marked at its start', () => {
  const [found] = configDiagnostics([{ code: 'configUnreadable', file: '/c', detail: 'bad owner or permissions' }]);
  assert.equal(found?.line, 1);
  assert.match(found.message, /bad owner or permissions/);
});

void test('a problem that stands in no file is marked nowhere', () => {
  assert.deepEqual(configDiagnostics([{ code: 'configBadName', what: 'host', value: '-x' }]), []);
});
