/** SECURITY: text from a remote as plain text of a Markdown string: no markup, no icon, no link, no second cell. */
export function plain(text: string): string {
  return (
    text
      .replaceAll(/\s+/gu, ' ')
      // VS Code looks for icons in the text that Markdown has made, so escaping does not stop it.
      .replaceAll('$(', '$\u200B(')
      .replaceAll(/[!-/:-@[-`{-~]/gu, String.raw`\$&`)
  );
}

/** A link that runs a command of ours with one argument. */
export function commandLink(text: string, command: string, title: string, argument?: unknown): string {
  const query = argument === undefined ? '' : `?${encodeURIComponent(JSON.stringify([argument]))}`;
  // encodeURIComponent leaves these signs alone, and the first one that is not paired ends the link.
  const address = `command:sshPorts.${command}${query}`.replaceAll(/[()'!*]/gu, percent);
  return `[${text}](${address} "${title}")`;
}

function percent(sign: string): string {
  return `%${sign.charCodeAt(0).toString(16).toUpperCase()}`;
}
