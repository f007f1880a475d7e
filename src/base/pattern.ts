/**
 * Patterns of ssh_config(5): `*` is any run of characters, `?` exactly one, nothing else is special. A failed try only
 * ever goes back to the last star, so the worst case is the product of the lengths and never exponential.
 */
export function matchPattern(text: string, pattern: string): boolean {
  return matchItems(
    text,
    Array.from({ length: pattern.length }, (_, index) => {
      const item = pattern.charAt(index);
      if (item === '*') return 'star';
      return item === '?' ? () => true : (character) => character === item;
    }),
  );
}

export type PatternItem = 'star' | ((character: string) => boolean);

export function matchItems(text: string, items: readonly PatternItem[]): boolean {
  let at = 0;
  let item = 0;
  let starItem = -1;
  let starAt = 0;
  while (at < text.length) {
    const current = items[item];
    if (current === 'star') {
      starItem = item++;
      starAt = at;
    } else if (current?.(text.charAt(at))) {
      item++;
      at++;
    } else if (starItem >= 0) {
      item = starItem + 1;
      at = ++starAt;
    } else {
      return false;
    }
  }
  while (items[item] === 'star') item++;
  return item === items.length;
}

/**
 * A comma-separated pattern list (ssh_config(5) PATTERNS): one that matches and is negated refuses at once; a list of
 * negations alone matches nothing.
 */
export function matchList(text: string, list: string): 'yes' | 'no' | 'refused' {
  let result: 'yes' | 'no' = 'no';
  for (const item of list.split(',')) {
    const isNegated = item.startsWith('!');
    if (!matchPattern(text, isNegated ? item.slice(1) : item)) continue;
    if (isNegated) return 'refused';
    result = 'yes';
  }
  return result;
}

/** Host names compare without regard to case. */
export function matchHostList(host: string, list: string): boolean {
  return matchList(host.toLowerCase(), list.toLowerCase()) === 'yes';
}
