import assert from 'node:assert/strict';
import test from 'node:test';
import { parseForward } from '../../../../src/core/spec/grammar.ts';
import type { SavedForward } from '../../../../src/core/session/memory/memory.ts';
import { wantedForwards } from '../../../../src/core/session/forwards/wantedForwards.ts';

const local = parseForward('local', '5000:localhost:5000');
const proxy = parseForward('dynamic', '1080');
const config = { forwards: [local, proxy], gatewayPorts: false };
const saved = (change: Partial<SavedForward> = {}): SavedForward => ({ spec: local, isPaused: false, ...change });

void test('a forward of the configuration has an exact local port', () => {
  const [first] = wantedForwards(config, [], true);
  assert.deepEqual(first, { spec: local, origin: 'config', localPort: 'exact', isPaused: false, remotePort: 5000 });
});

void test('with startConfigForwards off, the forwards of the configuration are paused', () => {
  assert.deepEqual(
    wantedForwards(config, [], false).map(({ isPaused }) => isPaused),
    [true, true],
  );
});

void test('GatewayPorts opens those forwards of the configuration to others that name no address', () => {
  const binds = wantedForwards({ ...config, gatewayPorts: true }, [], true).map(({ spec }) => spec.bind);
  assert.deepEqual(
    binds.map((bind) => bind.kind === 'tcp' && bind.host),
    ['*', '*'],
  );
});

void test('a forward that was saved to the configuration is listed once, also if it was saved at another port', () => {
  assert.equal(wantedForwards(config, [saved()], true).length, 2);
  const moved = saved({ spec: parseForward('local', '4999:localhost:5000'), lastPort: 5000 });
  assert.equal(wantedForwards(config, [moved], true).length, 2);
  const other = saved({ spec: parseForward('local', '8000:localhost:8000') });
  assert.deepEqual(wantedForwards(config, [other], true).at(-1)?.spec, other.spec);
});

void test('SECURITY: a protected proxy stays protected when the configuration names it too', () => {
  const requests = wantedForwards(config, [saved({ spec: proxy, isProtected: true })], true);
  assert.deepEqual(
    requests.filter(({ spec }) => spec.kind === 'dynamic').map(({ isProtected }) => isProtected),
    [true],
  );
});
