// Places in a source, as JSON pointers (RFC 6901).

import { isBytes } from './bytes.js';
import { ConverseMessagesError } from './error.js';

/** The step that leads to a member or an element. */
export function step(name) {
  return `/${String(name).replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

/** Where a value stands in another, if it does. That one may hold itself, be as deep as it likes, and have getters that throw. */
export function placeOf(value, within) {
  const seen = new Set();
  const open = [{ held: within, place: '' }];
  while (open.length > 0) {
    const { held, place } = open.pop();
    if (held === value) return place;
    if (typeof held !== 'object' || held === null || isBytes(held) || seen.has(held)) continue;
    seen.add(held);
    for (const [name, member] of membersOf(held).reverse()) open.push({ held: member, place: place + step(name) });
  }
  return undefined;
}

function membersOf(held) {
  try {
    return Object.entries(held);
  } catch {
    return [];
  }
}

/** What was thrown, seen from what holds the value at a place that it is about. */
export function beneath(place, thrown) {
  if (!(thrown instanceof ConverseMessagesError) || place === '') return thrown;
  const { kind, path, losses, message, cause } = thrown;
  const text = path === '' ? message : message.slice(path.length + 2);
  return new ConverseMessagesError({ kind, message: text, path: place + path, losses }, { cause });
}
