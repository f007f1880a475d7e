import assert from 'node:assert/strict';
import test from 'node:test';
import {
  browserArguments,
  browserKind,
  firefoxPreferences,
} from '../../../src/core/session/browser/browserArguments.ts';
import { startPage } from '../../../src/view/startPage.ts';
import { flaskPort, hostState, sshdPort } from '../../support/state.ts';

const start = { profile: '/tmp/p', proxyPort: 1080, page: 'http://localhost:5000/' };

test('Chromium gets loopback addresses through the proxy too', () => {
  const args = browserArguments('chromium', start);
  for (const flag of [
    '--proxy-server=socks5://127.0.0.1:1080',
    '--proxy-bypass-list=<-loopback>',
    '--user-data-dir=/tmp/p',
  ])
    assert.ok(args.includes(flag), flag);
  assert.equal(args.at(-1), start.page);
});

test('Firefox gets a profile whose preferences send loopback addresses and names to the proxy', () => {
  assert.deepEqual(browserArguments('firefox', start), ['--no-remote', '--profile', '/tmp/p', start.page]);
  const text = firefoxPreferences(1080);
  for (const line of [
    'user_pref("network.proxy.socks_port", 1080);',
    'user_pref("network.proxy.socks_remote_dns", true);',
    'user_pref("network.proxy.allow_hijacking_localhost", true);',
  ])
    assert.ok(text.includes(line), line);
});

test('the kind of a browser follows from its executable', () => {
  assert.equal(browserKind('/usr/bin/firefox-esr'), 'firefox');
  assert.equal(browserKind('/Applications/Firefox.app/Contents/MacOS/firefox'), 'firefox');
  assert.equal(browserKind('C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe'), 'chromium');
  assert.equal(browserKind('/home/firefox/bin/chromium'), 'chromium');
});

test('the browser begins with the port of its row, else with the first page of the host', () => {
  const host = hostState({ remotePorts: [sshdPort, flaskPort(5000)] });
  assert.equal(startPage(host, undefined), 'http://localhost:5000/');
  assert.equal(startPage(host, 8080), 'http://localhost:8080/');
  assert.equal(startPage(hostState(), undefined), 'about:blank');
});
