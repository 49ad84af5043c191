// What the wasm asks for while it converts an object, and the plain JSON of objects.

import { toBase64 } from './bytes.js';
import { flatten, flattenReferred, print, wellFormed } from './flatten.js';
import { guarded, referred, withReferences } from './references.js';
import { revive } from './revive.js';

const decoder = new TextDecoder();

/** The plain JSON of an object: bytes as base64, and nothing referred to. */
export function plain(value, { maxDepth } = {}, side) {
  return withReferences(value, maxDepth, () => decoder.decode(print(value, side)));
}

// Called by the wasm.

export function string(number) {
  const leaf = referred(number);
  return guarded(leaf, () => (typeof leaf === 'string' ? wellFormed(leaf) : toBase64(leaf)));
}

export function object(number) {
  const leaf = referred(number);
  return guarded(leaf, () => decoder.decode(flattenReferred(leaf)));
}

export function whole(skeleton) {
  const value = revive(skeleton, false);
  return guarded(value, () => decoder.decode(print(value)));
}

export function skeleton(json) {
  return guarded(undefined, () => decoder.decode(flatten(JSON.parse(json))));
}
