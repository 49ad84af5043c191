// Places in a source, as JSON pointers (RFC 6901).

import { ConverseMessagesError } from './error.js';

/** The step that leads to a member or an element. */
export function step(name) {
  return `/${String(name).replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

/** Where a value stands in another, if it does. */
export function placeOf(value, within) {
  if (value === within) return '';
  if (typeof within !== 'object' || within === null) return undefined;
  for (const [name, member] of Object.entries(within)) {
    const place = placeOf(value, member);
    if (place !== undefined) return step(name) + place;
  }
  return undefined;
}

/** What was thrown, seen from what holds the value at a place that it is about. */
export function beneath(place, thrown) {
  if (!(thrown instanceof ConverseMessagesError) || place === '') return thrown;
  const { kind, path, losses, message, cause } = thrown;
  const text = path === '' ? message : message.slice(path.length + 2);
  return new ConverseMessagesError({ kind, message: text, path: place + path, losses }, { cause });
}
