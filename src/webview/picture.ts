import type { Hop, HopState } from '../view/path/hop.ts';
import type { ShowPath } from '../view/path/messages.ts';
import type { Wanted } from './wanted.ts';

/** The elements that show a path: one box per machine, one item per hop. */
export function picture({ path, hint }: ShowPath): readonly Wanted[] {
  const fault = path?.hops.find(({ state, fault: why }) => why && state === path.state)?.fault;
  // The verdict comes first in every picture: screen readers announce only changes inside a live region that stays.
  const verdict: Wanted = {
    tag: 'p',
    attributes: { role: 'status', class: path ? `verdict ${path.state}` : 'hint' },
    content: path
      ? [span(path.verdict), { tag: 'span', attributes: { class: 'spoken' }, content: fault ? `. ${fault.what}` : '' }]
      : [span(hint)],
  };
  if (!path) return [verdict, { tag: 'h1', attributes: { class: 'spoken' }, content: 'Path' }];
  return [
    verdict,
    { tag: 'h1', content: path.title },
    {
      tag: 'ol',
      attributes: { class: 'machines' },
      content: machines(path.hops).map((hops, index, all) =>
        machine(all[index - 1]?.at(-1), hops, all[index + 1]?.[0]),
      ),
    },
  ];
}

/** Groups neighbours on the same machine: they share one box. */
function machines(hops: readonly Hop[]): readonly (readonly [Hop, ...Hop[]])[] {
  const groups: [Hop, ...Hop[]][] = [];
  for (const hop of hops) {
    const last = groups.at(-1);
    if (last?.[0].place === hop.place) last.push(hop);
    else groups.push([hop]);
  }
  return groups;
}

function machine(before: Hop | undefined, hops: readonly [Hop, ...Hop[]], next: Hop | undefined): Wanted {
  return {
    tag: 'li',
    attributes: { class: before ? `machine ${line(before, hops[0])}` : 'machine' },
    content: [
      { tag: 'h2', content: hops[0].place },
      {
        tag: 'ol',
        attributes: { class: 'hops' },
        content: hops.map((hop, index) => station(hop, hops[index + 1] ?? next)),
      },
    ],
  };
}

function station({ kind, title, state, facts, fault, actions }: Hop, next: Hop | undefined): Wanted {
  return {
    tag: 'li',
    attributes: { class: ['hop', state, next ? line({ state }, next) : 'end'].join(' '), 'data-kind': kind },
    content: [
      {
        tag: 'svg',
        attributes: { viewBox: '0 0 16 16', 'aria-hidden': 'true' },
        content: [{ tag: 'path', attributes: { d: icons[state] }, content: [] }],
      },
      {
        tag: 'div',
        content: [
          {
            tag: 'h3',
            content: [span(title), { tag: 'span', attributes: { class: 'spoken' }, content: `: ${spoken[state]}` }],
          },
          { tag: 'ul', content: facts.map((fact) => ({ tag: 'li', content: fact })) },
          ...(fault
            ? [{ tag: 'div', attributes: { class: 'fault' }, content: [paragraph(fault.what), paragraph(fault.next)] }]
            : []),
          ...(actions.length > 0
            ? [{ tag: 'div', attributes: { class: 'actions' }, content: actions.map(button) }]
            : []),
        ],
      },
    ],
  };
}

function button({ id, label }: Hop['actions'][number]): Wanted {
  return { tag: 'button', attributes: { type: 'button', 'data-action': id }, content: label };
}

/** The line from one hop to the next: `open` where data can pass. */
function line(from: Pick<Hop, 'state'>, to: Pick<Hop, 'state'>): 'open' | 'closed' {
  const passes = (state: HopState): boolean => state === 'ok' || state === 'unknown';
  return passes(from.state) && passes(to.state) && (from.state === 'ok' || to.state === 'ok') ? 'open' : 'closed';
}

function paragraph(text: string): Wanted {
  return { tag: 'p', content: text };
}

function span(text: string): Wanted {
  return { tag: 'span', content: text };
}

/** One shape per state, because colour alone does not reach everybody. */
const icons: Readonly<Record<HopState, string>> = {
  ok: 'M3.5 8.5l3 3 6-7',
  busy: 'M8 4.5v3.5l2.5 1.5',
  stopped: 'M6 5v6M10 5v6',
  broken: 'M5 5l6 6M11 5l-6 6',
  unknown: 'M5 8h6',
};

const spoken: Readonly<Record<HopState, string>> = {
  ok: 'works',
  busy: 'waiting',
  stopped: 'stopped',
  broken: 'broken',
  unknown: 'not known',
};
