/** SECURITY: a server may send endless banners, even before the login. OpenSSH limits them to 1,024 lines. */
const maxBanners = 1024;
const maxShown = 20;
const maxShownCharacters = 16_384;

export interface BannerDeps {
  /** SECURITY: until the host key is trusted, the server may be an impostor. */
  readonly isTrusted: () => boolean;
  readonly show: (text: string) => void;
  /** Called when the server has sent too many banners. */
  readonly onFlood: (detail: string) => void;
}

/** Takes the banners of one login (RFC 4252 §5.4): shows the first ones of a trusted server, drops the others. */
export function bannerFilter({ isTrusted, show, onFlood }: BannerDeps): (text: string) => void {
  let taken = 0;
  let shown = 0;
  let left = maxShownCharacters;
  return (text) => {
    if (++taken === maxBanners + 1) onFlood(`the server sent more than ${maxBanners} banners`);
    if (!isTrusted() || shown >= maxShown || left === 0) return;
    const part = text.slice(0, left);
    shown++;
    left -= part.length;
    show(part);
  };
}
