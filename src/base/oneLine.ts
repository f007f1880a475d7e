/** Text from the remote as one bounded line: runs of blanks, line ends, control characters and direction marks become one blank. */
export function oneLine(text: string, maxLength: number): string {
  return text
    .slice(0, maxLength * 4)
    .replaceAll(/[\s\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]+/gu, ' ')
    .trim()
    .slice(0, maxLength)
    .replace(/[\uD800-\uDBFF]$/, ''); // the first half of a pair that the cut tore apart
}
