// The wasm instance, and calls of it.

import * as glue from './glue.js';
import { ConverseMessagesError } from './error.js';
import { take } from './report.js';

/** Which instance runs: a trap ends one, and with it the streams that were under way in it. */
let epoch = 0;
let isBroken = false;

/** Instantiates the wasm: bytes or a compiled module. */
export function start(module) {
  glue.initSync({ module });
}

/**
 * Calls the wasm. An instance that has trapped must not be used again: whatever is thrown, the next call gets a new one. What is wrong with
 * the conversion is told, not thrown.
 */
export function call(run) {
  if (isBroken) renew();
  let value;
  try {
    value = run(glue);
  } catch (thrown) {
    isBroken = true;
    epoch += 1;
    throw thrown;
  }
  return { value, told: take() };
}

/** Not where it broke: there may be no stack left for it. */
function renew() {
  take();
  glue.__wbg_reset_state();
  isBroken = false;
}

/** The error that a call has told. */
export function errorOf(told) {
  if (told?.option !== undefined) return optionError(told.option, 'no such value');
  if (told?.error) return new ConverseMessagesError(told.error);
  return undefined;
}

/** The same; an error is thrown. */
export function must({ value, told }) {
  const error = errorOf(told);
  if (error) throw error;
  return { value, told };
}

/** What lives in the wasm from call to call, and ends with its instance. */
export class Resident {
  #object;
  #epoch;

  constructor(create) {
    this.#object = must(call(create)).value;
    this.#epoch = epoch;
  }

  call(run) {
    if (this.#epoch !== epoch) throw new Error('this stream is lost: another call has broken the wasm instance that it was converted in');
    return call(() => run(this.#object));
  }

  free() {
    if (this.#epoch === epoch) this.#object.free();
  }
}

function optionError(name, message) {
  return new ConverseMessagesError({ kind: 'invalid_options', message, path: `/${name}` });
}

const COMMON = [
  'loss', 'defaultMaxTokens', 'model', 'geo', 'documentText', 'messageId', 'responseModel', 'latencyMs', 'requestId', 'maxDepth', 'inlineRefs',
];
const KNOWN = {
  common: new Set(COMMON),
  error: new Set([...COMMON, 'status']),
  batch: new Set([...COMMON, 'invoke']),
  schema: new Set(['recursion', 'depth', 'maxNodes', 'maxBytes', 'maxDepth']),
};

/** The options as the wasm takes them; those of JavaScript's side are left out. */
export function optionsText(options, kind = 'common', own = []) {
  if (options === undefined || options === null) return '';
  if (typeof options !== 'object') throw optionError('', 'the options are no object');
  const asked = {};
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined || own.includes(name)) continue;
    if (!KNOWN[kind].has(name)) throw optionError(name, 'no such option');
    if (typeof value === 'bigint') throw optionError(name, 'a bigint');
    asked[name] = value;
  }
  return JSON.stringify(asked);
}

/** What bytes become. */
export function asBytes(options) {
  const bytes = options?.bytes ?? 'uint8array';
  if (bytes !== 'uint8array' && bytes !== 'base64') throw optionError('bytes', 'neither `uint8array` nor `base64`');
  return bytes === 'uint8array';
}
