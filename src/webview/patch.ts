import type { Wanted } from './wanted.ts';

const namespaces: Readonly<Record<string, string>> = {
  svg: 'http://www.w3.org/2000/svg',
  path: 'http://www.w3.org/2000/svg',
};

/** Makes the children of an element what they should be. An unchanged element stays, with its focus and selection. */
export function patch(parent: Element, wanted: readonly Wanted[]): void {
  wanted.forEach(({ tag, attributes = {}, content }, index) => {
    const element = childAt(parent, index, tag);
    for (const name of element.getAttributeNames()) if (!(name in attributes)) element.removeAttribute(name);
    for (const [name, value] of Object.entries(attributes)) {
      if (element.getAttribute(name) !== value) element.setAttribute(name, value);
    }
    if (typeof content !== 'string') patch(element, content);
    else if (element.textContent !== content) element.textContent = content;
  });
  while (parent.children.length > wanted.length) parent.lastElementChild?.remove();
  const texts = [...parent.childNodes].filter(({ nodeType }) => nodeType === Node.TEXT_NODE);
  for (const text of texts) text.remove();
}

function childAt(parent: Element, index: number, tag: string): Element {
  const present = parent.children[index];
  if (present?.localName === tag) return present;
  const made = document.createElementNS(namespaces[tag] ?? 'http://www.w3.org/1999/xhtml', tag);
  if (present) present.replaceWith(made);
  else parent.append(made);
  return made;
}
