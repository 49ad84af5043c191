// The wasm instance, and calls of it.

import * as glue from './glue.js';
import { ConverseMessagesError } from './error.js';
import { isWellFormed } from './flatten.js';
import { step } from './places.js';
import { take } from './report.js';

/** Which instance runs: a trap ends one, and with it the streams that were under way in it. */
let epoch = 0;
let isStarted = false;
let isBroken = false;

/** How many calls are under way: a getter that is read meanwhile may begin another one. */
let running = 0;

/** Instantiates the wasm: bytes or a compiled module. */
export function start(given) {
  const module = given instanceof WebAssembly.Module ? given : new WebAssembly.Module(given);
  if (!WebAssembly.Module.exports(module).some(({ name }) => name === 'convert_bytes')) throw new Error('this is not the wasm of converse-messages');
  glue.initSync({ module });
  isStarted = true;
}

/**
 * Calls the wasm, and nothing else. An instance that has trapped must not be used again: whatever is thrown, the next call gets a new one.
 * What is wrong with the conversion is told, not thrown.
 */
export function call(run) {
  if (!isStarted) throw new Error('the wasm is not there yet: `await init()` comes first');
  if (isBroken) renew();
  running += 1;
  let value;
  try {
    value = run(glue);
  } catch (thrown) {
    isBroken = true;
    epoch += 1;
    throw thrown;
  } finally {
    running -= 1;
  }
  return { value, told: take() };
}

/** Not where it broke: there may be no stack left for it. */
function renew() {
  if (running > 0) throw new Error('a call within this one has broken the wasm instance');
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

/** An option that does not exist, or is of no such value. */
export function optionError(name, message) {
  return new ConverseMessagesError({ kind: 'invalid_options', message, path: name === '' ? '' : step(name) });
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
  for (const name in options) {
    const value = options[name];
    if (value === undefined || own.includes(name)) continue;
    if (!KNOWN[kind].has(name)) throw optionError(name, 'no such option');
    if (!isJson(value)) throw optionError(name, 'no such value');
    asked[name] = value;
  }
  return JSON.stringify(asked);
}

function isJson(value) {
  if (typeof value === 'string') return isWellFormed(value);
  return value === null || typeof value === 'boolean' || Number.isFinite(value);
}

/** What bytes become. */
export function asBytes(options) {
  const bytes = options?.bytes ?? 'uint8array';
  if (bytes !== 'uint8array' && bytes !== 'base64') throw optionError('bytes', 'neither `uint8array` nor `base64`');
  return bytes === 'uint8array';
}
