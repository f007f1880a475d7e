import fs from 'node:fs';
import path from 'node:path';

/** A browser of this machine. */
export interface Browser {
  readonly name: string;
  readonly file: string;
}

/** By preference. On Linux a command of the PATH, elsewhere where its installer puts it. */
const known = [
  {
    name: 'Chrome',
    commands: ['google-chrome', 'google-chrome-stable', 'chrome'],
    mac: 'Google Chrome.app/Contents/MacOS/Google Chrome',
    windows: 'Google\\Chrome\\Application\\chrome.exe',
  },
  {
    name: 'Edge',
    commands: ['microsoft-edge', 'microsoft-edge-stable'],
    mac: 'Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
    windows: 'Microsoft\\Edge\\Application\\msedge.exe',
  },
  {
    name: 'Chromium',
    commands: ['chromium', 'chromium-browser'],
    mac: 'Chromium.app/Contents/MacOS/Chromium',
    windows: 'Chromium\\Application\\chrome.exe',
  },
  {
    name: 'Firefox',
    commands: ['firefox', 'firefox-esr'],
    mac: 'Firefox.app/Contents/MacOS/firefox',
    windows: 'Mozilla Firefox\\firefox.exe',
  },
] as const;

/** The browsers that can start with a profile of their own. */
export function findBrowsers(environment: NodeJS.ProcessEnv, platform: NodeJS.Platform): readonly Browser[] {
  return known.flatMap(({ name, ...places }) => {
    const file = candidates(places, environment, platform).find((each) => fs.existsSync(each));
    return file === undefined ? [] : [{ name, file }];
  });
}

function candidates(
  { commands, mac, windows }: Omit<(typeof known)[number], 'name'>,
  environment: NodeJS.ProcessEnv,
  platform: NodeJS.Platform,
): readonly string[] {
  const folders = (...names: readonly string[]): readonly string[] => names.flatMap((name) => environment[name] ?? []);
  if (platform === 'win32')
    return folders('PROGRAMFILES', 'PROGRAMFILES(X86)', 'LOCALAPPDATA').map((folder) =>
      path.win32.join(folder, windows),
    );
  if (platform === 'darwin')
    return ['/Applications', ...folders('HOME').map((home) => path.join(home, 'Applications'))].map((folder) =>
      path.join(folder, mac),
    );
  return (environment['PATH'] ?? '')
    .split(path.delimiter)
    .flatMap((folder) => commands.map((command) => path.join(folder, command)));
}
