import type { Exec } from '../../detect/exec.ts';

/** The part of a session's output that is read. A service prints the address at the beginning. */
const maxCharacters = 16_384;

/**
 * The public address that a service gave to a forward; undefined if it printed none. Services print other addresses too,
 * such as their home page. An address on a line about forwarding ranks first, then an address without a path; of equals
 * the last one wins, because a welcome text comes first. Terminal escapes end an address.
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
 * Reads a session for the public address that a service gives to a -R forward. Calls back for the address, and for a
 * better one that follows. Settles when the session ends or enough was read.
 */
export async function listenForPublicUrl(exec: Exec, onUrl: (url: string) => void, signal: AbortSignal): Promise<void> {
  const session = await exec('', signal);
  signal.addEventListener('abort', () => session.close(), { once: true });
  let text = '';
  let told: string | undefined;
  const tell = (output: string): void => {
    const url = findPublicUrl(output);
    if (url === undefined || url === told || signal.aborted) return;
    told = url;
    onUrl(url);
  };
  try {
    for await (const chunk of session.stdout.iterator({ destroyOnReturn: false })) {
      text += String(chunk);
      // Whole lines only: a chunk may end in the middle of an address.
      tell(text.slice(0, text.lastIndexOf('\n', maxCharacters - 1) + 1));
      if (text.length >= maxCharacters) return;
    }
    tell(text);
  } finally {
    // CAUTION: the service ends the forward with the session, so the session stays open and its output is discarded.
    session.stdout.resume();
  }
}
