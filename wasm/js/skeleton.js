// What the wasm asks for while it converts an object, and the plain JSON of objects.

import { isBytes, toBase64, view } from './bytes.js';
import { ConverseMessagesError } from './error.js';
import { flatten, flattenReferred, isWellFormed } from './flatten.js';
import { MARK_CODE, guarded, referred, withReferences } from './references.js';
import { revive } from './revive.js';

const decoder = new TextDecoder();

/** The plain JSON of an object: bytes as base64, and nothing referred to. */
export function plain(value) {
  return withReferences(undefined, () => {
    const skeleton = flatten(value);
    const json = decoder.decode(skeleton);
    return skeleton.includes(MARK_CODE) ? printed(json) : json;
  });
}

/** A string that can be encoded. */
export function wellFormed(text) {
  if (isWellFormed(text)) return text;
  throw new ConverseMessagesError({ kind: 'invalid_json', message: 'half of a surrogate pair without the other', path: '' });
}

function printed(skeleton) {
  return JSON.stringify(revive(skeleton, false), (_, value) => (isBytes(value) ? toBase64(view(value)) : value));
}

// Called by the wasm.

export function string(number) {
  const leaf = referred(number);
  if (typeof leaf !== 'string') return toBase64(leaf);
  return guarded(() => wellFormed(leaf));
}

export function object(number) {
  return guarded(() => decoder.decode(flattenReferred(referred(number))));
}

export function whole(skeleton) {
  return guarded(() => printed(skeleton));
}

export function skeleton(json) {
  return guarded(() => decoder.decode(flatten(JSON.parse(json))));
}
