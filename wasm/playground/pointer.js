// Where in a text a JSON pointer leads.
import { jsonLanguage } from '@codemirror/lang-json';

const VALUES = new Set(['Object', 'Array', 'String', 'Number', 'True', 'False', 'Null']);

/**
 * A function from pointers (RFC 6901) to the places of what they name; for something absent, of what would hold it. An object's member is
 * found with its name. `lines`: the text is no document but one a line, and a pointer's first part counts them.
 */
export function locator(text, { lines = false } = {}) {
  const whole = { text, from: 0 };
  const documents = lines ? linesOf(text) : [whole];
  const roots = new Map();
  const rootOnce = (document) => {
    if (!roots.has(document)) roots.set(document, rootOf(document.text));
    return roots.get(document);
  };
  return (pointer) => {
    const keys = pointer.split('/').slice(1).map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
    const document = documents[lines && keys.length > 0 ? Number(keys.shift()) : 0] ?? whole;
    return walk(document, rootOnce(document), keys);
  };
}

/** The values of a text's array, as they stand there. */
export function elements(text) {
  const array = rootOf(text);
  return array ? values(array).map(({ from, to }) => text.slice(from, to)) : [];
}

function walk({ text, from }, root, keys) {
  let place = root ?? { from: 0, to: text.length };
  let value = root;
  for (const key of keys) {
    const next = value && step(value, key, text);
    if (!next) break;
    ({ place, value } = next);
  }
  return { from: from + place.from, to: from + place.to };
}

function rootOf(text) {
  return values(jsonLanguage.parser.parse(text).topNode)[0];
}

function step(value, key, text) {
  if (value.name === 'Array') {
    const element = values(value)[Number(key)];
    return element && { place: element, value: element };
  }
  // The last of two of the same name is the one that is refused.
  const member = value.getChildren('Property').findLast((property) => nameOf(property, text) === key);
  return member && { place: member, value: values(member)[0] };
}

function values(node) {
  const found = [];
  for (let child = node.firstChild; child; child = child.nextSibling) if (VALUES.has(child.name)) found.push(child);
  return found;
}

function nameOf(property, text) {
  const name = property.getChild('PropertyName');
  try {
    return JSON.parse(text.slice(name.from, name.to));
  } catch {
    return undefined; // still being typed
  }
}

function linesOf(text) {
  return [...text.matchAll(/.*\S.*/g)].map(({ 0: line, index }) => ({ text: line, from: index }));
}

/** The place that an error of the parser names, counted from `start`: lines and characters from 1. */
export function placeOf(text, start, line, column) {
  let from = start;
  for (let count = 1; count < line; count += 1) from = text.indexOf('\n', from) + 1;
  const before = [...text.slice(from).split('\n', 1)[0]].slice(0, column - 1).join('');
  from = Math.min(from + before.length, text.length);
  return { from, to: Math.min(from + 1, text.length) };
}
