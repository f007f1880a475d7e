import assert from 'node:assert/strict';
import test from 'node:test';
import { pageLinks } from '../../../src/view/terminalLinks.ts';

const found = (line: string): readonly unknown[] => pageLinks(line).map(({ url, port }) => [url, port]);

test('addresses of this machine are links, with path and query and without the sentence around them', () => {
  assert.deepEqual(found(' * Running on http://127.0.0.1:5000'), [['http://127.0.0.1:5000', 5000]]);
  assert.deepEqual(found('Serving HTTP on 0.0.0.0 port 8000 (http://0.0.0.0:8000/) ...'), [
    ['http://0.0.0.0:8000/', 8000],
  ]);
  assert.deepEqual(found('  ➜  Local:   http://localhost:5173/'), [['http://localhost:5173/', 5173]]);
  assert.deepEqual(found('http://localhost:8888/tree?token=abc, or https://[::1]:8443.'), [
    ['http://localhost:8888/tree?token=abc', 8888],
    ['https://[::1]:8443', 8443],
  ]);
  assert.deepEqual(found('http://localhost and https://localhost/x'), [
    ['http://localhost', 80],
    ['https://localhost/x', 443],
  ]);
});

test('an address of another machine is no link, and neither is a port that does not exist', () => {
  assert.deepEqual(found('http://example.com:5000 http://localhost.evil.example/ http://127.0.0.10:1/'), []);
  assert.deepEqual(found('http://localhost:99999/'), []);
  assert.deepEqual(found('http://localhost:5000x'), []);
});

test('a link knows where it stands in its line', () => {
  const line = 'see http://localhost:5000/a.';
  const [link] = pageLinks(line);
  assert.equal(link && line.slice(link.start, link.start + link.length), 'http://localhost:5000/a');
});
