import assert from 'node:assert/strict';
import { test } from 'node:test';
import { oauthRedirectPort } from '../../../src/core/policy/oauthRedirect.ts';

void test('the port of a loopback redirect is found, plain and percent-encoded', () => {
  const base = 'Open https://login.example.com/authorize?client_id=x';
  assert.equal(oauthRedirectPort(`${base}&redirect_uri=http://localhost:8400/cb&state=1`), 8400);
  assert.equal(oauthRedirectPort(`${base}&redirect_uri=http%3A%2F%2F127.0.0.1%3A54321%2Fcb`), 54_321);
  assert.equal(oauthRedirectPort(`${base}&redirect_uri=http%3A%2F%2F%5B%3A%3A1%5D%3A9999\r\n`), 9999);
  assert.equal(oauthRedirectPort(`${base}&redirect_uri=http%3a%2f%2flocalhost%3a1455%2fauth "`), 1455);
});

void test('a number at the end of the text is not read yet', () => {
  const start = '?redirect_uri=http://localhost:5432';
  assert.equal(oauthRedirectPort(start), undefined);
  assert.equal(oauthRedirectPort(`${start}1&state=1`), 54_321);
  assert.equal(oauthRedirectPort(`${start}\u001B[0m`), 5432);
});

void test('no other address in a terminal causes a forward', () => {
  for (const text of [
    'Listening on http://localhost:8400/',
    '+const url = "http://localhost:3000";',
    '?redirect_uri=http://example.com:8400/',
    '?redirect_uri=http://localhost.example.com:8400/',
    '?redirect_uri=http://localhost:80/',
    '?redirect_uri=http://localhost:99999/',
    '?redirect_uri=http://localhost:8400evil ',
  ]) {
    assert.equal(oauthRedirectPort(text), undefined, text);
  }
});
