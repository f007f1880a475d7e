import type { PortPlace } from '../core/detect/place.ts';

/** What a command acts on. It is plain data, because VS Code passes it through a menu. */
export type Target =
  | { readonly kind: 'host'; readonly host: string }
  | { readonly kind: 'remotePort'; readonly host: string; readonly port: PortPlace }
  | { readonly kind: 'forward'; readonly host: string; readonly id: string }
  /** A line of an SSH configuration file, 1-based. */
  | { readonly kind: 'place'; readonly file: string; readonly line: number };

/** Where a command was started: a row, or what a script named. */
export interface Place extends Pick<Row, 'target'> {
  readonly from?: 'script';
}

export function hostOf(row: Place | undefined): string | undefined {
  return row?.target && 'host' in row.target ? row.target.host : undefined;
}

/** A row of the Ports tree. SECURITY: all text is plain, so VS Code renders nothing from a remote as markup. */
export interface Row {
  /** The id survives a redraw, so the selection, the focus and the folding stay. */
  readonly id: string;
  readonly label: string;
  /** The label as a screen reader says it, where that differs. */
  readonly spokenLabel?: string;
  readonly description: string;
  readonly tooltip: string;
  readonly icon: { readonly id: string; readonly color?: string };
  /** The context value for `when` clauses: words separated by blanks. */
  readonly context: string;
  readonly fold: 'none' | 'expanded' | 'collapsed';
  readonly children: readonly Row[];
  readonly target?: Target;
  readonly click?:
    | 'connect'
    | 'forward'
    | 'open'
    | 'copyAddress'
    | 'resume'
    | 'openConfig'
    | 'forwardPort'
    | 'showAllPorts';
}

/** Ids of theme colours. */
export const colors = {
  green: 'charts.green',
  grey: 'disabledForeground',
  red: 'list.errorForeground',
  yellow: 'list.warningForeground',
} as const;
