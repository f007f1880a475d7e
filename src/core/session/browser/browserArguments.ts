/** How a browser is told its proxy. */
export type BrowserKind = 'chromium' | 'firefox';

export function browserKind(file: string): BrowserKind {
  return /(?:firefox|librewolf|waterfox|zen)[^/\\]*$/iu.test(file) ? 'firefox' : 'chromium';
}

/** What a browser gets: a fresh profile whose proxy is the host, and the page to begin with. */
export interface BrowserStart {
  readonly profile: string;
  readonly proxyPort: number;
  readonly page: string;
}

/**
 * The arguments of a browser. Names are resolved by the proxy, so `localhost` is the host. `<-loopback>` takes back that
 * Chromium reaches loopback addresses without a proxy (Chromium, net/docs/proxy.md).
 */
export function browserArguments(kind: BrowserKind, { profile, proxyPort, page }: BrowserStart): readonly string[] {
  switch (kind) {
    case 'chromium':
      return [
        `--user-data-dir=${profile}`,
        `--proxy-server=socks5://127.0.0.1:${proxyPort}`,
        '--proxy-bypass-list=<-loopback>',
        '--no-first-run',
        '--no-default-browser-check',
        '--disable-quic', // QUIC is UDP, which the proxy does not carry
        page,
      ];
    case 'firefox':
      return ['--no-remote', '--profile', profile, page];
  }
}

/** The `user.js` of a Firefox profile. `allow_hijacking_localhost` sends loopback addresses through the proxy too. */
export function firefoxPreferences(proxyPort: number): string {
  const preferences = {
    'network.proxy.type': 1,
    'network.proxy.socks': '127.0.0.1',
    'network.proxy.socks_port': proxyPort,
    'network.proxy.socks_version': 5,
    'network.proxy.socks_remote_dns': true,
    'network.proxy.no_proxies_on': '',
    'network.proxy.allow_hijacking_localhost': true,
    'browser.shell.checkDefaultBrowser': false,
    'browser.aboutwelcome.enabled': false,
    'datareporting.policy.dataSubmissionEnabled': false,
    'browser.tabs.warnOnClose': false,
  };
  return Object.entries(preferences)
    .map(([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});\n`)
    .join('');
}
