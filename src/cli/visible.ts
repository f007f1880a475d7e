/** SECURITY: text from a server must not control the terminal. Like ssh(1), this shows control characters in octal. */
export function visible(text: string): string {
  return text
    .replaceAll('\r\n', '\n')
    .replaceAll(/[^\P{Cc}\n\t]/gu, (control) => `\\${control.charCodeAt(0).toString(8).padStart(3, '0')}`);
}
