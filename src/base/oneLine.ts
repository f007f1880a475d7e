/** SECURITY: text from the remote as one bounded line. A run of blanks, line ends, control characters and direction marks becomes one blank. */
export function oneLine(text: string, maxLength: number): string {
  return text
    .slice(0, maxLength * 4)
    .replaceAll(/[\s\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]+/gu, ' ')
    .trim()
    .slice(0, maxLength)
    .replace(/[\uD800-\uDBFF]$/, ''); // The cut may leave the first half of a surrogate pair.
}
