// The values that a call refers to, instead of handing them over to the wasm. The table of the forms of references is in the library's
// `src/wire/references.rs`.

import { beneath, placeOf } from './places.js';

export const MARK = '\x7f';
export const MARK_CODE = 0x7f;

/** How deep an object may nest whatever the options say: it is walked on the stack. */
export const DEEPEST = 1000;

/** The call that is under way. */
let current = begun();

function begun(source, maxDepth) {
  return { source, leaves: [], failure: undefined, maxDepth };
}

/** Runs a call that may refer to values of a source. While it runs, a getter may begin another one. */
export function withReferences(source, depth, call) {
  const outer = current;
  // The wasm refuses what is no depth.
  current = begun(source, Number.isInteger(depth) && depth >= 0 ? Math.min(depth, DEEPEST) : 128);
  try {
    return call();
  } finally {
    current = outer;
  }
}

/** How deep an object may nest. */
export function deepest() {
  return current.maxDepth;
}

/** The number by which a value is referred to. */
export function refer(value) {
  return current.leaves.push(value) - 1;
}

/** The value of a number. */
export function referred(number) {
  return current.leaves[number];
}

/** Throws what went wrong where the wasm asked for something, if something did. */
export function mustNotHaveFailed() {
  if (current.failure) throw current.failure.thrown;
}

/** What is thrown must not pass through the wasm; what is wrong with a value that is referred to is wrong at the value's place. */
export function guarded(value, make) {
  try {
    return make();
  } catch (thrown) {
    current.failure ??= { thrown: beneath(value === undefined ? '' : placeOf(value, current.source) ?? '', thrown) };
    return 'null';
  }
}
