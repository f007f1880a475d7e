import type { PortPlace } from '../detect/place.ts';
import type { Program } from '../detect/identify/program.ts';
import type { PortAttributes } from './portRules.ts';

/** An auto-forwarded port that the user may want to hear of. */
export interface Announced {
  readonly port: PortPlace;
  /** The local address: 'http://localhost:8080/'. The same after a restart of the program. */
  readonly url: string;
  readonly program?: Program;
  readonly attributes: PortAttributes;
}

/** Plain data, one per session of a host. It begins with `noNotices`. */
export interface NoticeState {
  /** Forwarded, and neither shown nor opened yet. */
  readonly waiting: readonly (Announced & { readonly sinceMs: number })[];
  readonly lastShownMs: number;
  /** Open ports that were shown or opened already: once per start of a program. */
  readonly told: readonly PortPlace[];
  /** Addresses that `openBrowserOnce` has opened. */
  readonly openedOnce: readonly string[];
  readonly isFocused: boolean;
}

export type NoticeEvent =
  /** A port was forwarded, or more is known about it. */
  | { readonly kind: 'forwarded'; readonly announced: Announced }
  | { readonly kind: 'gone'; readonly port: PortPlace }
  | { readonly kind: 'focus'; readonly isFocused: boolean }
  /** The time `nextMs` has come. */
  | { readonly kind: 'tick' };

export type NoticeAction =
  /** `others`: forwarded in the same burst. */
  | { readonly kind: 'show'; readonly announced: Announced; readonly others: readonly Announced[] }
  | { readonly kind: 'open'; readonly where: 'browser' | 'preview'; readonly announced: Announced };

export const noNotices: NoticeState = {
  waiting: [],
  lastShownMs: -Infinity,
  told: [],
  openedOnce: [],
  isFocused: true,
};

/** How long a notice waits for the best port of a burst: short once a dev server has answered, else longer. */
const answeredWaitMs = 1000;
const guessedWaitMs = 3000;
const coolDownMs = 5000;

/** What follows from an event. `nextMs`: when the next tick is due. */
export function notices(
  before: NoticeState,
  event: NoticeEvent,
  nowMs: number,
): { readonly state: NoticeState; readonly actions: readonly NoticeAction[]; readonly nextMs?: number } {
  const opened = openReady(take(before, event, nowMs));
  const shown = showReady(opened.state, nowMs);
  const nextMs = shown.state.isFocused ? dueMs(shown.state) : undefined;
  return {
    state: shown.state,
    actions: [...opened.actions, ...shown.actions],
    ...(nextMs !== undefined && { nextMs }),
  };
}

interface Step {
  readonly state: NoticeState;
  readonly actions: readonly NoticeAction[];
}

function take(state: NoticeState, event: NoticeEvent, nowMs: number): NoticeState {
  switch (event.kind) {
    case 'forwarded': {
      const { announced } = event;
      const { onAutoForward } = announced.attributes;
      const isQuiet = onAutoForward === 'silent' || onAutoForward === 'ignore';
      if (isQuiet || state.told.includes(announced.port)) return state;
      const known = state.waiting.find(({ port }) => port === announced.port);
      const waiting = state.waiting.filter((other) => other !== known);
      waiting.push({ ...announced, sinceMs: known?.sinceMs ?? nowMs });
      return { ...state, waiting };
    }
    case 'gone': {
      const waiting = state.waiting.filter(({ port }) => port !== event.port);
      const told = state.told.filter((port) => port !== event.port);
      return { ...state, waiting, told };
    }
    case 'focus':
      return { ...state, isFocused: event.isFocused };
    case 'tick':
      return state;
  }
}

/** Opens the pages that rules want opened, once their programs have answered. Until then a notice with a button is shown. */
function openReady(state: NoticeState): Step {
  const actions: NoticeAction[] = [];
  const openedOnce = [...state.openedOnce];
  const waiting = state.waiting.filter((announced) => {
    const { onAutoForward } = announced.attributes;
    if (!state.isFocused || !isOpener(announced)) return true;
    if (onAutoForward === 'openBrowserOnce') {
      if (openedOnce.includes(announced.url)) return false;
      openedOnce.push(announced.url);
    }
    actions.push({ kind: 'open', where: onAutoForward === 'openPreview' ? 'preview' : 'browser', announced });
    return false;
  });
  const opened = state.waiting.filter((announced) => !waiting.includes(announced)).map(({ port }) => port);
  return { state: { ...state, waiting, openedOnce, told: [...state.told, ...opened] }, actions };
}

/** Shows one notice for all waiting ports, named for the best of them. */
function showReady(state: NoticeState, nowMs: number): Step {
  const due = dueMs(state);
  if (!state.isFocused || due === undefined || nowMs < due) return { state, actions: [] };
  const [best, ...others] = toShow(state).sort(
    (a, b) => rank(a) - rank(b) || titleRank(a) - titleRank(b) || a.sinceMs - b.sinceMs || compare(a.port, b.port),
  );
  if (!best) return { state, actions: [] };
  return {
    state: {
      ...state,
      waiting: state.waiting.filter(isOpener),
      lastShownMs: nowMs,
      told: [...state.told, best.port, ...others.map(({ port }) => port)],
    },
    actions: [{ kind: 'show', announced: best, others }],
  };
}

/** Ports of the host come first. */
function compare(a: PortPlace, b: PortPlace): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return Number(typeof a === 'string') - Number(typeof b === 'string') || (a < b ? -1 : 1);
}

function dueMs(state: NoticeState): number | undefined {
  const waiting = toShow(state);
  if (waiting.length === 0) return undefined;
  const since = Math.min(...waiting.map(({ sinceMs }) => sinceMs));
  const settled = since + (waiting.some((announced) => rank(announced) === 0) ? answeredWaitMs : guessedWaitMs);
  return Math.max(settled, state.lastShownMs + coolDownMs);
}

function toShow(state: NoticeState): NoticeState['waiting'][number][] {
  return state.waiting.filter((announced) => !isOpener(announced));
}

function isOpener(announced: Announced): boolean {
  return wantsOpening(announced.attributes) && hasAnswered(announced);
}

/** A rule opens the port at each start of its program. A notice is shown once, for address and row stay the same. */
export function wantsOpening({ onAutoForward }: PortAttributes): boolean {
  return onAutoForward === 'openBrowser' || onAutoForward === 'openBrowserOnce' || onAutoForward === 'openPreview';
}

function hasAnswered({ program }: Announced): boolean {
  return program?.evidence === 'answer' && program.scheme !== undefined;
}

/** Best first: a dev server that answered, a page that answered, a dev server by its command line, the rest. */
function rank(announced: Announced): number {
  const isDevServer = announced.program?.role === 'devServer';
  if (hasAnswered(announced)) return isDevServer ? 0 : 1;
  return isDevServer ? 2 : 3;
}

/** A page with a title comes before an interface for programs. */
function titleRank({ program }: Announced): number {
  return program?.title === undefined ? 1 : 0;
}

/** The rule that 'Don't ask again' writes: by framework if it is known, else by port. */
export function decliningRule(announced: Announced): Readonly<Record<string, PortAttributes>> {
  return { [namedFramework(announced)?.framework ?? String(announced.port)]: { onAutoForward: 'ignore' } };
}

/** The program, if its framework is one that a rule can name. */
export function namedFramework({ program }: Announced): Program | undefined {
  return program?.framework === 'unknown' || program?.framework === 'http' ? undefined : program;
}
