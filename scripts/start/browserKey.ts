import { spawn } from 'node:child_process';
import { hasProgram } from '../../test/support/needs/probes.ts';

export function hasScreen(): boolean {
  return process.platform !== 'linux' || Boolean(process.env['DISPLAY'] ?? process.env['WAYLAND_DISPLAY']);
}

/** Opens `url` in the browser when the key `o` is pressed, where there is a browser. Returns what to tell the person. */
export function openOnKey(url: string): string | undefined {
  const opener = findOpener();
  if (opener === undefined || !process.stdin.isTTY) return undefined;
  process.stdin.setRawMode(true).on('data', (keys) => {
    const typed = keys.toString();
    if (typed.includes('\x03')) process.kill(process.pid, 'SIGINT'); // in raw mode Ctrl+C is a key like any other
    if (typed.includes('o')) spawn(opener, [url], { stdio: 'ignore', detached: true }).on('error', tell).unref();
  });
  return 'Press o to open it in the browser.';
}

/** `BROWSER`, as VS Code's own terminal sets it on a remote machine, or the desktop's browser. */
function findOpener(): string | undefined {
  return process.env['BROWSER'] ?? (hasScreen() && hasProgram('xdg-open') ? 'xdg-open' : undefined);
}

function tell(error: Error): void {
  console.error(`The browser did not start (${error.message}): open the address above yourself.`);
}
