import { type Destination, parseHop } from '../../spec/destination.ts';
import { BadValue } from '../badValue.ts';

/**
 * Reads the hops of a ProxyJump or -J, first to last, separated by commas.
 *
 * @throws BadValue
 */
export function parseJump(text: string): readonly Destination[] {
  return text.split(',').map((written) => {
    const hop = parseHop(written);
    if (!hop) throw new BadValue(`bad destination ${written}`);
    return hop;
  });
}

/** Formats a hop as `ssh -G` prints it. */
export function formatHop({ user, host, port }: Destination): string {
  const isNumeric = host.includes(':') || /^[\d.]*$/.test(host);
  return `${user === undefined ? '' : `${user}@`}${isNumeric ? `[${host}]` : host}${port === undefined ? '' : `:${port}`}`;
}
