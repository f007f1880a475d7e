import type { AppState } from '../core/session/state.ts';
import { commandLink, plain } from './markdown.ts';
import type { Row } from './row.ts';
import { treeRows } from './rows.ts';

/** More rows do not fit beside the pointer. */
const shownForwards = 12;

/** The commands that links of the hover may run. SECURITY: VS Code runs no other one. */
export const hoverCommands = [
  'connect',
  'copyAddress',
  'disconnect',
  'forwardPort',
  'openInBrowser',
  'reconnect',
  'resumeForward',
  'showForwards',
  'stopForward',
  'toggleForwarding',
] as const;

type HoverCommand = (typeof hoverCommands)[number];

/**
 * The panel over the status bar item, in Markdown: each host in use with its state, its forwards with open, copy and
 * stop, and the switch.
 *
 * @param lines what is to be said besides
 */
export function statusHover(state: AppState, lines: readonly string[]): string {
  const hosts = treeRows(state).filter(
    ({ target, context }) => target?.kind === 'host' && !context.startsWith('host idle'),
  );
  let left = shownForwards;
  const panels = hosts.map((host) => {
    const forwards = host.children.filter(({ target }) => target?.kind === 'forward');
    const shown = forwards.slice(0, left);
    left -= shown.length;
    return [hostLine(host), ...(shown.length > 0 ? [table(shown)] : [])].join('\n\n');
  });
  const count = hosts.flatMap(({ children }) => children).filter(({ target }) => target?.kind === 'forward').length;
  const more = count - (shownForwards - left);
  return [
    ...panels,
    ...lines.map(plain),
    ...(more > 0 ? [link(`${more} more…`, 'showForwards', 'Show Forwards')] : []),
    footer(state),
  ].join('\n\n');
}

function hostLine(host: Row): string {
  const actions = host.context.startsWith('host online')
    ? [
        link('$(plus)', 'forwardPort', 'Forward Port', host),
        link('$(debug-disconnect)', 'disconnect', 'Disconnect', host),
      ]
    : host.context.startsWith('host failed')
      ? [link('$(plug)', 'connect', 'Connect Again', host), link('$(close)', 'disconnect', 'Dismiss', host)]
      : [link('$(debug-disconnect)', 'disconnect', 'Disconnect', host)];
  return `$(${host.icon.id}) **${plain(host.label)}** ${plain(host.description)} &nbsp; ${actions.join(' ')}`;
}

function table(rows: readonly Row[]): string {
  return ['| | | |', '|:--|:--|--:|', ...rows.map(forwardLine)].join('\n');
}

function forwardLine(row: Row): string {
  const can = (word: string): boolean => row.context.split(' ').includes(word);
  const actions = [
    ...(can('openable') ? [link('$(globe)', 'openInBrowser', 'Open in Browser', row)] : []),
    ...(can('copyable') ? [link('$(copy)', 'copyAddress', 'Copy Local Address', row)] : []),
    ...(can('resumable') ? [link('$(debug-start)', 'resumeForward', 'Resume Forwarding', row)] : []),
    link('$(close)', 'stopForward', 'Stop Forwarding', row),
  ];
  return `| $(${row.icon.id}) ${plain(row.label)} | ${plain(row.description)} | ${actions.join(' ')} |`;
}

function footer({ isForwarding }: AppState): string {
  const theSwitch = isForwarding
    ? link('$(debug-pause) Switch Off', 'toggleForwarding', 'Stop all forwards for a while')
    : link('$(debug-start) Switch On', 'toggleForwarding', 'Bring all forwards back');
  return `${theSwitch} &nbsp; ${link('$(plus) Forward Port', 'forwardPort', 'Forward Port')}`;
}

function link(text: string, command: HoverCommand, title: string, row?: Row): string {
  return commandLink(text, command, title, row && { target: row.target });
}
