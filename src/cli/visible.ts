/** A server's words, of which none commands the terminal: ssh(1) shows control characters in octal, too. */
export function visible(text: string): string {
  return text
    .replaceAll('\r\n', '\n')
    .replaceAll(/[^\P{Cc}\n\t]/gu, (control) => `\\${control.charCodeAt(0).toString(8).padStart(3, '0')}`);
}
