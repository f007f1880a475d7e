/**
 * Matches a pattern of ssh_config(5): `*` stands for any characters, `?` for exactly one. A mismatch goes back to the last
 * star only, so the time is at most the product of the two lengths, never exponential.
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
 * Matches a comma-separated pattern list (ssh_config(5) PATTERNS). A negated pattern that matches refuses at once. A list
 * of negated patterns only matches nothing.
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

/** Matches a host name against a pattern list, ignoring case. */
export function matchHostList(host: string, list: string): boolean {
  return matchList(host.toLowerCase(), list.toLowerCase()) === 'yes';
}
