/** The same text, of which nothing makes a link: VS Code reads `[text](command:…)` in messages, whoever wrote it. */
export function withoutLinks(text: string): string {
  return text.replaceAll('](', '] (');
}
