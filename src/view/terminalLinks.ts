/** The address of a page at this machine in a line of a terminal. */
export interface PageLink {
  readonly start: number;
  readonly length: number;
  readonly url: string;
  readonly port: number;
}

/** A server that listens on all interfaces prints 0.0.0.0 or [::]. */
const page =
  /\bhttps?:\/\/(?:localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1?\])(?::(\d{1,5}))?(?=[/?#\s"'`<>()[\]{}]|[.,;:]+(?:\s|$)|$)(?:[/?#][^\s"'`<>()]*)?/giu;

/** The addresses that mean the machine on which the program runs that printed them. */
export function pageLinks(line: string): readonly PageLink[] {
  return [...line.matchAll(page)].flatMap(({ index, 0: text, 1: digits }) => {
    const url = text.replace(/[.,;:]+$/u, '');
    const port = digits === undefined ? (/^https/iu.test(url) ? 443 : 80) : Number(digits);
    return port >= 1 && port <= 65_535 ? [{ start: index, length: url.length, url, port }] : [];
  });
}

export function linkTooltip({ port }: PageLink, hostName: string): string {
  return `Forward port ${port} of ${hostName} and open it`;
}
