/** SECURITY: VS Code turns `[text](command:…)` in a message into a link, also in text from a remote. This text has no link. */
export function withoutLinks(text: string): string {
  return text.replaceAll('](', '] (');
}
