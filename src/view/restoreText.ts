/** The one question after a window has reloaded, for all hosts that it was connected to. */
export function restoreQuestion(hosts: readonly string[]): string {
  const [first = '', ...others] = hosts;
  const more = others.length === 0 ? '' : others.length === 1 ? ' and 1 other' : ` and ${others.length} others`;
  return `Reconnect to ${first}${more}, as before the reload?`;
}
