// What a call tells beside its value.

let told;

/** Called by the wasm. */
export function report(json) {
  told = JSON.parse(json);
}

/** What the last call has told. */
export function take() {
  const taken = told;
  told = undefined;
  return taken;
}
