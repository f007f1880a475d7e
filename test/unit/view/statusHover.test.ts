import assert from 'node:assert/strict';
import test from 'node:test';
import type { ForwardState } from '../../../src/core/session/state.ts';
import { plain } from '../../../src/view/markdown.ts';
import { status } from '../../../src/view/status.ts';
import { hoverCommands, statusHover } from '../../../src/view/statusHover.ts';
import { appState, flaskPort, forwardState, hostState, onlineHost, openAt } from '../../support/state.ts';

const forward = (port: number, change: Partial<ForwardState> = {}): ForwardState =>
  forwardState(port, { id: `f${port}`, status: openAt(port), ...change });

/** The links of a Markdown text: command and target. */
function links(markdown: string): readonly (readonly [string, unknown])[] {
  return [...markdown.matchAll(/\]\(command:sshPorts\.(\w+)(?:\?(\S+))?/gu)].map(([, command = '', query]) => {
    const [argument] =
      query === undefined ? [] : (JSON.parse(decodeURIComponent(query)) as readonly { target: unknown }[]);
    return [command, argument?.target] as const;
  });
}

test('a forwarded page can be opened, copied and stopped from the hover, and its host disconnected', () => {
  const host = onlineHost({ remotePorts: [flaskPort()], forwards: [forward(5000)] });
  const target = { kind: 'forward', host: 'devbox', id: 'f5000' };
  assert.deepEqual(links(statusHover(appState(host), [])), [
    ['forwardPort', { kind: 'host', host: 'devbox' }],
    ['disconnect', { kind: 'host', host: 'devbox' }],
    ['openInBrowser', target],
    ['copyAddress', target],
    ['stopForward', target],
    ['toggleForwarding', undefined],
    ['forwardPort', undefined],
  ]);
});

test('forwards in the hover are sorted by port, and the rest is one link', () => {
  const forwards = Array.from({ length: 15 }, (_, index) => forward(9015 - index));
  const text = statusHover(appState(onlineHost({ forwards })), []);
  const ports = [...text.matchAll(/\) (\d+) →/gu)].map(([, port]) => Number(port));
  assert.deepEqual(
    ports,
    Array.from({ length: 12 }, (_, index) => 9001 + index),
  );
  assert.match(text, /3 more…\]\(command:sshPorts\.showForwards/u);
});

test('the hover says what a click does', () => {
  const options = { click: 'toggle', seen: [], previousHosts: [] } as const;
  assert.match(status(appState(onlineHost()), options)?.hover ?? '', /Click to switch forwarding off/u);
  assert.match(status(appState(onlineHost()))?.hover ?? '', /Click for all addresses/u);
});

test('a failed host is connected again or dismissed from the hover', () => {
  const why = { code: 'connectionRefused', host: 'down', address: '127.0.0.1', port: 1 } as const;
  const text = statusHover(appState(hostState({ name: 'down', link: { kind: 'failed', why } })), []);
  assert.deepEqual(
    links(text)
      .slice(0, 2)
      .map(([command]) => command),
    ['connect', 'disconnect'],
  );
});

test('a name from a remote makes no link, no icon and no cell in the hover', () => {
  const label = '[x](command:workbench.action.quit) $(trash) | <img src=x> https://evil.example & **b**';
  const host = onlineHost({ remotePorts: [flaskPort()], forwards: [forward(5000, { label })] });
  const text = statusHover(appState(host), [label]);
  assert.deepEqual(
    links(text).filter(([command]) => !(hoverCommands as readonly string[]).includes(command)),
    [],
  );
  assert.doesNotMatch(text, /[^\\]\]\(command:workbench|\$\(trash|[^\\]<img|https:/u);
  const row = text.split('\n').find((line) => line.includes('5000 →')) ?? '';
  assert.equal([...row.matchAll(/(?<!\\)\|/gu)].length, 4);
});

test('plain text keeps its letters and loses its line breaks', () => {
  assert.equal(plain('a\nb_c'), 'a b\\_c');
});
