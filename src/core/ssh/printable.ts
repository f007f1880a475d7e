const LIMIT_CHARACTERS = 1000;

/**
 * One printable line of what a program or a server wrote.
 * SECURITY: control and formatting characters become spaces, so that the text cannot disguise anything around it.
 */
export function printable(text: string): string {
  return text
    .replaceAll(/[\p{Cc}\p{Cf}\s]+/gu, ' ')
    .trim()
    .slice(0, LIMIT_CHARACTERS);
}
