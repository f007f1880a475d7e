/**
 * SECURITY: text from a server must not control the terminal. Like ssh(1), this shows control characters in octal. A mark
 * that turns the direction of text, which would disguise a name, is shown by its number.
 */
export function visible(text: string): string {
  return text
    .replaceAll('\r\n', '\n')
    .replaceAll(/[^\P{Cc}\n\t]/gu, (control) => `\\${control.charCodeAt(0).toString(8).padStart(3, '0')}`)
    .replaceAll(/[\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/g, (mark) => `<U+${hex(mark)}>`);
}

function hex(character: string): string {
  return character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0');
}
