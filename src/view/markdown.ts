/** SECURITY: text from a remote as plain text of a Markdown string: no markup, no icon, no link, no second cell. */
export function plain(text: string): string {
  return (
    text
      .replaceAll(/\s+/gu, ' ')
      // VS Code replaces icons after it has rendered Markdown, so escaping does not prevent them.
      .replaceAll('$(', '$\u200B(')
      .replaceAll(/[!-/:-@[-`{-~]/gu, String.raw`\$&`)
  );
}

/** A link that runs a command of ours with one argument. */
export function commandLink(text: string, command: string, title: string, argument?: unknown): string {
  const query = argument === undefined ? '' : `?${encodeURIComponent(JSON.stringify([argument]))}`;
  // encodeURIComponent keeps these characters, and an unpaired one would end the link.
  const address = `command:sshPorts.${command}${query}`.replaceAll(/[()'!*]/gu, percent);
  return `[${text}](${address} "${title}")`;
}

function percent(sign: string): string {
  return `%${sign.charCodeAt(0).toString(16).toUpperCase()}`;
}
