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
  if (text.length <= maxCharacters && /^[ -~]*$/u.test(text)) return text; // nearly all, and much faster
  const short = text.length > maxCharacters ? `${text.slice(0, maxCharacters)}…` : text;
  return short.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ');
}

function harmlessList(list: readonly unknown[]): readonly unknown[] {
  const made = list.map(harmless);
  return made.every((each, index) => each === list[index]) ? list : made;
}

function harmlessObject<T extends object>(facts: T): T {
  const changed: Partial<T> = {};
  for (const key of Object.keys(facts) as (keyof T)[]) {
    const made = harmless(facts[key]);
    if (!Object.is(made, facts[key])) changed[key] = made;
  }
  return Object.keys(changed).length === 0 ? facts : { ...facts, ...changed };
}
