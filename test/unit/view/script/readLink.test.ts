import assert from 'node:assert/strict';
import { test } from 'node:test';
import { emptyState } from '../../../../src/core/session/state.ts';
import { linkQuestion } from '../../../../src/view/linkQuestion.ts';
import { readLink } from '../../../../src/view/script/readLink.ts';
import { hostState, online } from '../../../support/state.ts';

void test('a link names a host as after ssh, and a port of it', () => {
  assert.deepEqual(readLink('/forward', 'host=devbox&port=5000'), { host: 'devbox', port: 5000 });
  assert.deepEqual(readLink('/forward', 'port=80&host=me%40box.example.com%3A2222'), {
    host: 'me@box.example.com:2222',
    port: 80,
  });
});

const refused = [
  ['/', 'host=devbox&port=5000'],
  ['/forward/', 'host=devbox&port=5000'],
  ['/connect', 'host=devbox&port=5000'],
  ['/forward', ''],
  ['/forward', 'host=devbox'],
  ['/forward', 'host=devbox&port=5000&spec=-R%201:2:3'],
  ['/forward', 'host=devbox&host=evil&port=5000'],
  ['/forward', 'host=devbox&port=5000&fragment'],
  ['/forward', 'host=devbox&port=0'],
  ['/forward', 'host=devbox&port=65536'],
  ['/forward', 'host=devbox&port=5000%20'],
  ['/forward', 'host=devbox&port=-R1:localhost:22'],
  ['/forward', 'host=-oProxyCommand%3Did&port=80'],
  ['/forward', 'host=%60id%60&port=80'],
  ['/forward', 'host=a%20b&port=80'],
  ['/forward', 'host=ssh%3A%2F%2Fbox&port=80'],
  ['/forward', 'host=%5D(command%3Ax)&port=80'],
  ['/forward', `host=${'a'.repeat(300)}&port=80`],
] as const;

for (const [path, query] of refused) {
  void test(`a link ${path}?${query.slice(0, 60)} is refused`, () => {
    assert.throws(() => readLink(path, query), { name: 'ScriptError' });
  });
}

void test('the question says whether the host is connected, listed or unknown, and what will lead where', () => {
  const link = { host: 'devbox', port: 5000 };
  const detail = (hosts: Parameters<typeof hostState>[0][]): string =>
    linkQuestion({ ...emptyState, hosts: hosts.map(hostState) }, link).detail;
  assert.match(
    detail([{ link: online }]),
    /^devbox is connected\. Then localhost:5000 of this machine, or a port near it, /u,
  );
  assert.match(detail([{}]), /^SSH Ports connects to your host devbox first\./u);
  assert.match(detail([]), /not in your list: anybody may have put it into the link/u);
});
