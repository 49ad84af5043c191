// What a call tells beside its value.

let told;

/** Called by the wasm. */
export function report(json) {
  told = { ...told, ...JSON.parse(json) };
}

/**
 * Called by the wasm: what a text stands for of its source. For each piece that is missing where it belongs, and where it begins and ends in
 * the source; and whether the source, as it was encoded, has U+FFFD, which half of a surrogate pair becomes too.
 */
export function verbatim(pieces, hasReplacements) {
  told = { ...told, pieces: pieces.slice(), hasReplacements };
}

/** What the last call has told. */
export function take() {
  const taken = told;
  told = undefined;
  return taken;
}
