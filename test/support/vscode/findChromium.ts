import fs from 'node:fs';
import path from 'node:path';

/** `CHROMIUM` of the environment, a Chromium or Chrome on PATH, or where macOS and Windows keep them. */
export function findChromium(): string | undefined {
  const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'];
  const onPath = (process.env['PATH'] ?? '').split(path.delimiter);
  const candidates = [
    process.env['CHROMIUM'],
    ...onPath.flatMap((folder) => names.map((name) => path.join(folder, name))),
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
    `${process.env['PROGRAMFILES']}\\Google\\Chrome\\Application\\chrome.exe`,
  ];
  return candidates.find((file) => file && fs.existsSync(file));
}
