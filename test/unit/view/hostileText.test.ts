import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Problem } from '../../../src/core/problem.ts';
import type { HostState, SeenPort } from '../../../src/core/session/state.ts';
import { parseForward } from '../../../src/core/spec/grammar.ts';
import { announcement } from '../../../src/view/announcement.ts';
import { announcementOfMany } from '../../../src/view/announcementOfMany.ts';
import { forwardPath } from '../../../src/view/path/path.ts';
import { problemText } from '../../../src/view/problem.ts';
import type { Row } from '../../../src/view/row.ts';
import { treeRows } from '../../../src/view/rows.ts';
import { spoken } from '../../../src/view/spoken.ts';
import { status } from '../../../src/view/status.ts';
import { hoverCommands } from '../../../src/view/statusHover.ts';
import { withoutLinks } from '../../../src/view/withoutLinks.ts';
import { appState, facts, flask, forwardState, onlineHost, openAt, seenPort } from '../../support/state.ts';

/** What a server, a program, a container or a colleague may be called. */
const hostileTexts = {
  'terminal escapes': '\u001B]0;owned\u0007\u001B[31mred\u009B2J',
  'a link that runs a command': '[x](command:workbench.action.quit)',
  HTML: '<img src=x onerror=alert(1)><script>alert(1)</script>',
  'marks that turn the direction of text': '\u202Egnp.exe\u2066\u200F',
  'line ends': 'a\nClick to connect\r\n\u2028b\u0085c',
  '10,000 characters': 'x'.repeat(10_000),
} as const;

/** Every fact of a port that a remote chooses. */
function hostilePort(port: number, text: string, change: Partial<SeenPort> = {}): SeenPort {
  return seenPort(port, {
    process: {
      pid: 7,
      name: text,
      user: text,
      commandLine: [text, text],
      workingDirectory: text,
      container: text,
    },
    program: { ...flask, title: text },
    ...change,
  });
}

function problems(text: string): readonly Problem[] {
  const [host, detail] = ['devbox', text];
  const to = { kind: 'tcp', host: 'localhost', port: 1 } as const;
  return [
    { code: 'handshakeEnded', host, detail },
    { code: 'unreachable', host, address: '127.0.0.1', port: 1, detail },
    { code: 'noCommonAlgorithm', host, what: 'cipher', server: [text, text] },
    { code: 'hostKeyUnknown', host, fingerprint: 'SHA256:x', keyType: text },
    { code: 'authFailed', host, user: 'me', tried: [], accepted: [text], said: text },
    { code: 'proxyFailed', host, command: 'nc', detail },
    { code: 'jumpFailed', host, via: 'gate', why: { code: 'connectFailed', to, detail } },
    { code: 'connectFailed', to, detail },
    { code: 'forwardingProhibited', to, detail },
    { code: 'channelRefused', to, detail },
    { code: 'acceptFailed', detail },
    { code: 'unexpected', detail },
  ];
}

const ofRows = (rows: readonly Row[]): readonly Row[] => rows.flatMap((row) => [row, ...ofRows(row.children)]);

/** No line end, control code or direction mark, and no end without limit. */
function assertNeutral(text: string, where: string): void {
  assert.doesNotMatch(text, /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u, where);
  assert.ok(text.length <= 5000, `${where}: ${text.length} characters`);
}

/** Hosts in every state that remote text reaches. */
function hostsWith(text: string): readonly HostState[] {
  const container = { name: text, runtime: 'docker', id: 'c0ffee', image: text, addresses: [] } as const;
  const spec = parseForward('local', '5001:localhost:5001');
  return [
    onlineHost({
      link: { kind: 'online', since: 0, facts: { ...facts, serverVersion: text, cipher: text, via: [text] } },
      remotePorts: [
        hostilePort(5000, text),
        hostilePort(5001, text),
        hostilePort(5002, text),
        hostilePort(5003, text, { container }),
      ],
      forwards: [
        forwardState(5000),
        forwardState(5001, { id: 'named', spec, label: text }),
        forwardState(5002, { status: openAt(5002, { trouble: { code: 'unexpected', detail: text } }) }),
      ],
      publicUrl: text,
    }),
    onlineHost({ name: 'blind', detection: { kind: 'unavailable', reason: 'failed', detail: text } }),
    ...problems(text).flatMap((why, index) => [
      onlineHost({ name: `failed${index}`, link: { kind: 'failed', why } }),
      onlineHost({ name: `waiting${index}`, link: { kind: 'waiting', retryAt: 0, why } }),
    ]),
  ];
}

for (const [name, text] of Object.entries(hostileTexts)) {
  void describe(`${name} from a remote`, () => {
    const hosts = hostsWith(text);
    const state = appState(...hosts);

    test('change nothing around them in the rows of the tree', () => {
      const usual = ofRows(treeRows(appState(...hostsWith('usual'))));
      for (const [index, row] of ofRows(treeRows(state)).entries()) {
        assertNeutral(row.label, `label of ${row.id}`);
        assertNeutral(row.description, `description of ${row.id}`);
        assertNeutral(spoken(row), `what is said of ${row.id}`);
        const lines = row.tooltip.split('\n');
        for (const line of lines) assertNeutral(line, `tooltip of ${row.id}`);
        assert.equal(lines.length, usual[index]?.tooltip.split('\n').length, `lines in the tooltip of ${row.id}`);
      }
    });

    test('change nothing around them in notices', () => {
      const [host] = hosts;
      assert.ok(host);
      const said = [
        ...host.forwards.map((forward) => announcement(host, forward, [5001])),
        announcementOfMany(host, host.forwards, [{ name: text, why: text }]),
        ...problems(text).flatMap((why) => Object.values(problemText(why)).filter((each) => typeof each === 'string')),
      ].map(withoutLinks);
      for (const each of said) {
        assertNeutral(each, 'notice');
        assert.doesNotMatch(each, /\]\(/u);
      }
    });

    test('are plain text in the hover of the status bar', () => {
      const { hover = '', text: item = '', spoken: sentence = '' } = status(state) ?? {};
      assertNeutral(item, 'status bar');
      for (const line of sentence.split('\n')) assert.doesNotMatch(line, /[\p{Cc}\p{Cf}]/u);
      for (const [, command = ''] of hover.matchAll(/(?<!\\)\]\(command:(?:sshPorts\.)?([\w.]+)/gu)) {
        assert.ok((hoverCommands as readonly string[]).includes(command), command);
      }
      assert.doesNotMatch(hover, /(?<!\\)<(?:img|script)|[^\P{Cc}\n]|[\u202A-\u202E\u2066-\u2069\u200F]/u);
    });

    test('are plain lines in the messages of the Path view', () => {
      const [host] = hosts;
      for (const { id } of host?.forwards ?? []) {
        const path = forwardPath(state, 'devbox', id);
        assert.ok(path);
        const { title, tab, verdict, hops } = path;
        for (const each of [title, tab, verdict]) assertNeutral(each, 'path');
        for (const hop of hops) {
          const { what = '', next = '' } = hop.fault ?? {};
          for (const each of [hop.title, hop.place, ...hop.facts, what, next]) assertNeutral(each, `hop ${hop.kind}`);
        }
      }
    });
  });
}
