import type { Exec } from '../detect/exec.ts';

/** What is read of a session at the most, and for how long nothing may come. */
const maxCharacters = 16_384;

/**
 * The first address of the public network in what somebody prints, without trailing punctuation. Terminal escapes end
 * an address.
 */
export function findPublicUrl(text: string): string | undefined {
  const urls = text.match(/https?:\/\/[\w.-]+\.[a-z]{2,}(?::\d{1,5})?(?:\/[\w./~%?=&-]{0,200})?/giu) ?? [];
  return urls.map((url) => url.replace(/[./]+$/u, '')).find((url) => url.length <= 200);
}

/**
 * Services that give a -R forward a public address print it into the session, whose shell is no shell. Listens to that
 * session until an address comes or the signal aborts; undefined when it ends without one.
 */
export async function listenForPublicUrl(exec: Exec, signal: AbortSignal): Promise<string | undefined> {
  const session = await exec('', signal);
  signal.addEventListener('abort', () => session.close(), { once: true });
  let text = '';
  try {
    for await (const chunk of session.stdout.iterator({ destroyOnReturn: false })) {
      text = (text + String(chunk)).slice(-maxCharacters);
      // Whole lines only: an address may come in pieces.
      const url = findPublicUrl(text.slice(0, text.lastIndexOf('\n') + 1));
      if (url) return url;
    }
    return findPublicUrl(text);
  } finally {
    // The service ends the forward with the session, so the session stays; what it goes on saying is not kept.
    session.stdout.resume();
  }
}
