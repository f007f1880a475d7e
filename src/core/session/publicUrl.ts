import type { Exec } from '../detect/exec.ts';

/** What is read of a session: a service says at its beginning where it put the page. */
const maxCharacters = 16_384;

/**
 * The address that a service gave, among all that it prints: its own pages, what it sells, and how to reach its makers
 * are addresses too. It is the one of a line that speaks of forwarding, else one without a path; the last of these,
 * for it comes after the welcome. Undefined where there is no address of the public network. Terminal escapes end an
 * address.
 */
export function findPublicUrl(text: string): string | undefined {
  const found = text.split('\n').flatMap((line) =>
    (line.match(/https?:\/\/[\w.-]+\.[a-z]{2,}(?::\d{1,5})?(?:\/[\w./~%?=&-]{0,200})?/giu) ?? [])
      .map((url) => url.replace(/[./]+$/u, ''))
      .filter((url) => url.length <= 200)
      .map((url) => ({ url, rank: rank(url, line) })),
  );
  const best = Math.max(...found.map((each) => each.rank));
  return found.findLast((each) => each.rank === best)?.url;
}

function rank(url: string, line: string): number {
  const isBare = !/^https?:\/\/[^/]*\//iu.test(url);
  const isMeant = /\b(?:forward(?:ed|ing|s)|tunnell?ed|traffic from|your (?:page|site|url|address))\b/iu.test(line);
  return isBare ? (isMeant ? 2 : 1) : 0;
}

/**
 * Services that give a -R forward a public address print it into the session, whose shell is no shell. Tells of the
 * address, and of a better one that follows; settles at the end of the session or when enough was read.
 */
export async function listenForPublicUrl(exec: Exec, onUrl: (url: string) => void, signal: AbortSignal): Promise<void> {
  const session = await exec('', signal);
  signal.addEventListener('abort', () => session.close(), { once: true });
  let text = '';
  let told: string | undefined;
  const tell = (said: string): void => {
    const url = findPublicUrl(said);
    if (url === undefined || url === told || signal.aborted) return;
    told = url;
    onUrl(url);
  };
  try {
    for await (const chunk of session.stdout.iterator({ destroyOnReturn: false })) {
      text += String(chunk);
      // Whole lines only: an address may come in pieces.
      tell(text.slice(0, text.lastIndexOf('\n', maxCharacters - 1) + 1));
      if (text.length >= maxCharacters) return;
    }
    tell(text);
  } finally {
    // The service ends the forward with the session, so the session stays; what it goes on saying is not kept.
    session.stdout.resume();
  }
}
