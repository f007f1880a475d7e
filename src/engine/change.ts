/**
 * The difference between two values of plain data. A part that is the same object in both is left out, so a small change
 * is a small message. The receiver keeps its object for that part.
 */
export type Change =
  | { readonly kind: 'same' }
  | { readonly kind: 'value'; readonly value: unknown }
  | {
      readonly kind: 'fields';
      readonly changed: readonly (readonly [name: string, change: Change])[];
      readonly gone: readonly string[];
    }
  /** The new list in parts: items `from` to `end` of the old list, or one item that is new or changed. */
  | { readonly kind: 'list'; readonly parts: readonly ListPart[] };

type ListPart =
  | { readonly kind: 'kept'; readonly from: number; readonly end: number }
  | { readonly kind: 'new'; readonly value: unknown }
  | { readonly kind: 'changed'; readonly at: number; readonly change: Change };

type Fields = Readonly<Record<string, unknown>>;

/** The change from `before` to `after`. Both are plain data without cycles. */
export function changeOf(before: unknown, after: unknown): Change {
  if (Object.is(before, after)) return { kind: 'same' };
  if (Array.isArray(before) && Array.isArray(after)) return { kind: 'list', parts: partsOf(before, after) };
  if (!isFields(before) || !isFields(after)) return { kind: 'value', value: after };
  const changed = Object.entries(after)
    .filter(([name, value]) => !Object.hasOwn(before, name) || !Object.is(before[name], value))
    .map(([name, value]) => [name, changeOf(own(before, name), value)] as const);
  return { kind: 'fields', changed, gone: Object.keys(before).filter((name) => !Object.hasOwn(after, name)) };
}

/** CAUTION: every object inherits names such as `valueOf`. */
function own(fields: Fields, name: string): unknown {
  return Object.hasOwn(fields, name) ? fields[name] : undefined;
}

/** The value after `change`. */
export function applyChange(before: unknown, change: Change): unknown {
  switch (change.kind) {
    case 'same':
      return before;
    case 'value':
      return change.value;
    case 'fields': {
      const fields = new Map(Object.entries(before as Fields));
      for (const name of change.gone) fields.delete(name);
      for (const [name, how] of change.changed) fields.set(name, applyChange(fields.get(name), how));
      return Object.fromEntries(fields);
    }
    case 'list':
      return change.parts.flatMap((part) => itemsOf(before as readonly unknown[], part));
  }
}

function partsOf(before: readonly unknown[], after: readonly unknown[]): readonly ListPart[] {
  const places = new Map(before.map((item, index) => [item, index]));
  const parts: ListPart[] = [];
  for (const [index, item] of after.entries()) {
    const from = places.get(item);
    const last = parts.at(-1);
    if (from === undefined) {
      const isInPlace = before.length === after.length && isFields(item);
      parts.push(
        isInPlace
          ? { kind: 'changed', at: index, change: changeOf(before[index], item) }
          : { kind: 'new', value: item },
      );
    } else if (last?.kind === 'kept' && last.end === from) parts.splice(-1, 1, { ...last, end: from + 1 });
    else parts.push({ kind: 'kept', from, end: from + 1 });
  }
  return parts;
}

function itemsOf(before: readonly unknown[], part: ListPart): readonly unknown[] {
  switch (part.kind) {
    case 'kept':
      return before.slice(part.from, part.end);
    case 'new':
      return [part.value];
    case 'changed':
      return [applyChange(before[part.at], part.change)];
  }
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}
