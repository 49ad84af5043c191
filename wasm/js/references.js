// The values that a call refers to, instead of handing them over to the wasm. The table of the forms of references is in the library's
// `src/wire/references.rs`.

export const MARK = '\x7f';
export const MARK_CODE = 0x7f;

/** How deep an object may nest whatever the options say: it is walked on the stack. */
export const DEEPEST = 1000;

/** The call that is under way. */
let current = begun();

function begun(maxDepth) {
  return { leaves: [], failure: undefined, maxDepth };
}

/** Runs a call that may refer to values. While it runs, a getter may begin another one. */
export function withReferences(depth, call) {
  const outer = current;
  // The wasm refuses what is no depth.
  current = begun(Number.isInteger(depth) ? Math.min(depth, DEEPEST) : 128);
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

/** What went wrong where the wasm asked for something, if something did. */
export function failed() {
  return current.failure;
}

/** What is thrown must not pass through the wasm. */
export function guarded(make) {
  try {
    return make();
  } catch (error) {
    current.failure ??= error;
    return 'null';
  }
}
