const maxCharacters = 1000;
const known = new WeakMap<object, unknown>();

/**
 * Facts whose texts change nothing around them: no line end, control character or mark that turns the direction of text,
 * and no text without end. SECURITY: a remote chose some of them. Facts that are harmless already stay the same object.
 */
export function harmless<T>(facts: T): T {
  if (typeof facts === 'string') return harmlessText(facts) as T;
  if (typeof facts !== 'object' || facts === null) return facts;
  const before = known.get(facts);
  if (before !== undefined) return before as T;
  const made = Array.isArray(facts) ? (harmlessList(facts) as T) : harmlessObject(facts);
  known.set(facts, made);
  return made;
}

function harmlessText(text: string): string {
  const short = text.length > maxCharacters ? `${text.slice(0, maxCharacters)}…` : text;
  return short.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ');
}

function harmlessList(list: readonly unknown[]): readonly unknown[] {
  const made = list.map(harmless);
  return made.every((each, index) => each === list[index]) ? list : made;
}

function harmlessObject<T extends object>(facts: T): T {
  const entries = Object.entries(facts);
  const made = entries.map(([key, value]) => [key, harmless<unknown>(value)] as const);
  return made.every(([, value], index) => value === entries[index]?.[1]) ? facts : (Object.fromEntries(made) as T);
}
