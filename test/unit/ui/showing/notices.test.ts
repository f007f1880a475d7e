import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import { silentLog } from '../../../../src/base/log.ts';
import { Store } from '../../../../src/base/store.ts';
import type { PortAttributes } from '../../../../src/core/policy/portRules.ts';
import type { AppState, ForwardState } from '../../../../src/core/session/state.ts';
import { Notices } from '../../../../src/ui/showing/notices.ts';
import { appState, flask, flaskPort, forwardState, hostState } from '../../../support/state.ts';

function stateWith(forwards: readonly ForwardState[]): AppState {
  const remotePorts = forwards.map(({ remotePort }) => flaskPort(Number(remotePort)));
  return appState(hostState({ remotePorts, forwards }));
}

/** Notices whose time stands still, in front of a user who presses `answers` one after the other. */
function notices(t: TestContext, state: AppState, answers: (string | Promise<string>)[] = []) {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'] });
  const seen: string[] = [];
  const rules: Readonly<Record<string, PortAttributes>>[] = [];
  const store = new Store(state);
  const notice = new Notices({
    state: store,
    stopForward: async (host, id) => void seen.push(`stop ${host} ${id}`),
    info: async (text) => {
      seen.push(text);
      return answers.shift();
    },
    openInBrowser: async (url) => void seen.push(`browser ${url}`),
    openPreview: async (url) => void seen.push(`preview ${url}`),
    addPortRules: async (rule) => void rules.push(rule),
    isFocused: () => true,
    guard: async (action) => action().catch((error: unknown) => silentLog.error(String(error))),
  });
  t.after(() => notice.dispose());
  /** Moves the clock, and lets the promises that this settles run. */
  const pass = async (ms: number): Promise<void> => {
    t.mock.timers.tick(ms);
    for (let turn = 0; turn < 20; turn++) await Promise.resolve();
  };
  const announce = (port: number, attributes: PortAttributes = {}): void =>
    notice.forwarded('devbox', forwardState(port), attributes);
  return { notice, store, seen, rules, pass, announce };
}

void test('a server that answered is announced after a second, and not before', async (t) => {
  const { announce, pass, seen } = notices(t, stateWith([forwardState(5000)]));
  announce(5000);
  await pass(900);
  assert.deepEqual(seen, []);
  await pass(200);
  assert.deepEqual(seen, ['Flask on devbox:5000 → http://localhost:5000']);
});

void test('a button opens the page where it is when the button is pressed', async (t) => {
  for (const [button, action] of [
    ['Open in Browser', 'browser'],
    ['Preview in Editor', 'preview'],
  ] as const) {
    await t.test(button, async (inner) => {
      const { announce, pass, seen } = notices(inner, stateWith([forwardState(5000)]), [button]);
      announce(5000);
      await pass(1100);
      assert.equal(seen[1], `${action} http://localhost:5000/`);
    });
  }
});

void test('a button of a notice whose server stopped says so, and opens nothing', async (t) => {
  let press: (button: string) => void = () => undefined;
  const pressed = new Promise<string>((resolve) => (press = resolve));
  const { announce, pass, seen, store } = notices(t, stateWith([forwardState(5000)]), [pressed]);
  announce(5000);
  await pass(1100);
  store.set(stateWith([{ ...forwardState(5000), status: { kind: 'dormant', localPort: 5000, server: flask } }]));
  press('Open in Browser');
  await pass(0);
  assert.match(seen[1] ?? '', /on devbox:5000 has stopped\.$/u);
  assert.equal(seen.length, 2);
});

void test('a port that stopped before its notice was due is not announced', async (t) => {
  const { announce, pass, seen, store } = notices(t, stateWith([forwardState(5000)]));
  announce(5000);
  await pass(500);
  store.set(stateWith([]));
  await pass(10_000);
  assert.deepEqual(seen, []);
});

void test('a window in the background says nothing until it has the focus', async (t) => {
  const { announce, notice, pass, seen } = notices(t, stateWith([forwardState(5000)]));
  announce(5000);
  notice.focus(false);
  await pass(60_000);
  assert.deepEqual(seen, []);
  notice.focus(true);
  await pass(0);
  assert.equal(seen.length, 1);
});

void test('a rule that wants the browser opens the page without a notice', async (t) => {
  const { announce, pass, seen } = notices(t, stateWith([forwardState(5000)]));
  announce(5000, { onAutoForward: 'openBrowser' });
  await pass(0);
  assert.deepEqual(seen, ['browser http://localhost:5000/']);
});

void test('“Don’t Forward” stops the forward, and the next button writes a rule for the framework', async (t) => {
  const answers = ['Don’t Forward', 'Don’t Ask Again for Flask'];
  const { announce, pass, rules, seen } = notices(t, stateWith([forwardState(5000)]), answers);
  announce(5000);
  await pass(1100);
  assert.deepEqual(seen.slice(1), ['stop devbox 5000', 'Port 5000 of devbox is not forwarded any more.']);
  assert.deepEqual(rules, [{ flask: { onAutoForward: 'ignore' } }]);
});

void test('“Don’t Forward” of a forward that the user has made himself since then keeps it', async (t) => {
  const own = { ...forwardState(5000), origin: 'user' } as const;
  const { announce, pass, seen } = notices(t, stateWith([own]), ['Don’t Forward']);
  announce(5000);
  await pass(1100);
  assert.match(seen[1] ?? '', /stays forwarded: you forwarded it yourself/u);
  assert.equal(seen.length, 2);
});

void test('after dispose nothing is shown any more', async (t) => {
  const { announce, notice, pass, seen } = notices(t, stateWith([forwardState(5000)]));
  announce(5000);
  notice.dispose();
  await pass(60_000);
  assert.deepEqual(seen, []);
});
