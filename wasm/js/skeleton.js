// Objects as skeletons: their JSON, in which references stand for what need not cross to the wasm. The table of the forms of references is
// in the library's `src/wire/references.rs`.

import { isBytes, toBase64, fromBase64, view } from './bytes.js';
import { ConverseMessagesError } from './error.js';

const MARK = '\x7f';
const MARK_CODE = 0x7f;

/** Longer strings are referred to. */
const LONG = 96;

/** How deep an object may nest whatever the options say: it is walked on the stack. */
const DEEPEST = 1000;

/** Members that are free-form JSON wherever they stand below the root: what they hold is handed over as it is. */
const FREE = new Set(['input', 'json', 'input_schema']);

/** The values referred to in the call that is under way. */
let leaves = [];
/** The schemas among them: of these only the root is ever looked at. */
const schemas = new WeakSet();
/** What went wrong where the wasm asked for something. */
let failure;
let maxDepth;
/** The names on the way to the value that is being written. */
const path = [];

/** Runs a call that may refer to values. */
export function withReferences(depth, call) {
  const outer = [leaves, failure, maxDepth];
  leaves = [];
  failure = undefined;
  // The wasm refuses what is no depth.
  maxDepth = Number.isInteger(depth) ? Math.min(depth, DEEPEST) : 128;
  try {
    return call();
  } finally {
    [leaves, failure, maxDepth] = outer;
  }
}

/** What went wrong, if something did. */
export function failed() {
  return failure;
}

/** The skeleton of an object. */
export function flatten(value) {
  path.length = 0;
  return write(value, 0);
}

/** The plain JSON of an object: bytes as base64, and nothing referred to. */
export function plain(value) {
  return withReferences(undefined, () => {
    const skeleton = flatten(value);
    return skeleton.includes(MARK) ? whole(skeleton) : skeleton;
  });
}

/** The object that a skeleton stands for. Bytes become a `Uint8Array` where they belong, if that is asked for. */
export function revive(skeleton, asBytes) {
  return restore(JSON.parse(skeleton), asBytes);
}

// Called by the wasm.

export function string(number) {
  const leaf = leaves[number];
  if (typeof leaf !== 'string') return toBase64(leaf);
  return guarded(() => wellFormed(leaf));
}

/** A string that can be encoded. */
export function wellFormed(text) {
  if (isWellFormed(text)) return text;
  throw new ConverseMessagesError({ kind: 'invalid_json', message: 'half of a surrogate pair without the other', path: '' });
}

export function object(number) {
  return guarded(() => members(leaves[number], 0, schemas.has(leaves[number])));
}

export function whole(skeleton) {
  return guarded(() => JSON.stringify(restore(JSON.parse(skeleton), false), (_, value) => (isBytes(value) ? toBase64(view(value)) : value)));
}

export function skeleton(json) {
  return guarded(() => write(JSON.parse(json), 0));
}

/** What is thrown must not pass through the wasm. */
function guarded(make) {
  try {
    return make();
  } catch (error) {
    failure ??= error;
    return 'null';
  }
}

// Objects to skeletons.

function invalid(message, kind = 'invalid_source') {
  const pointer = path.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
  return new ConverseMessagesError({ kind, message, path: pointer });
}

function write(value, depth) {
  switch (typeof value) {
    case 'string':
      return text(value);
    case 'object':
      return value === null ? 'null' : composite(value, depth);
    case 'number':
      if (Number.isFinite(value)) return String(value);
      throw invalid(`${value} is no JSON number`);
    case 'boolean':
      return value ? 'true' : 'false';
    case 'undefined':
      return 'null';
    case 'bigint':
      if (BigInt(Number(value)) === value) return String(value);
      throw invalid('a bigint that no number holds exactly');
    default:
      throw invalid(`a ${typeof value} is no JSON value`);
  }
}

const PLAIN = /^[\x20\x21\x23-\x5b\x5d-\x7e]*$/;

function text(value) {
  if (value.length > LONG || value.charCodeAt(0) === MARK_CODE) return `"${MARK}${leaves.push(value) - 1}"`;
  if (PLAIN.test(value)) return `"${value}"`;
  // Half of a surrogate pair is no JSON, but it can be handed over.
  return isWellFormed(value) ? JSON.stringify(value) : `"${MARK}${leaves.push(value) - 1}"`;
}

const isWellFormed = String.prototype.isWellFormed
  ? (value) => value.isWellFormed()
  : (value) => !/\p{Surrogate}/u.test(value);

function composite(value, depth) {
  if (depth >= maxDepth) throw invalid(`nested deeper than ${maxDepth} levels, or around in a circle`, 'too_deep');
  if (Array.isArray(value)) return items(value, depth);
  if (isPlainObject(value)) return members(value, depth);
  if (isBytes(value)) {
    const bytes = view(value);
    return bytes.length === 0 ? '""' : `"${MARK}!${leaves.push(bytes) - 1}"`;
  }
  if (value instanceof Map || value instanceof Set) throw invalid(`a ${value.constructor.name} is no JSON object`);
  if (typeof value.toJSON === 'function') return write(value.toJSON(), depth + 1);
  return members(value, depth);
}

function items(value, depth) {
  let json = '[';
  for (let index = 0; index < value.length; index += 1) {
    path.push(index);
    json += index === 0 ? write(value[index], depth + 1) : `,${write(value[index], depth + 1)}`;
    path.pop();
  }
  return `${json}]`;
}

/** An object; of a schema the objects in it are referred to. */
function members(value, depth, isSchema = false) {
  let json = '{';
  for (const key of Object.keys(value)) {
    const member = value[key];
    if (member === undefined || key === '$metadata') continue;
    if (json.length > 1) json += ',';
    path.push(key);
    // A member of a union that the AWS SDK does not know: `[name, value]`.
    if (key === '$unknown' && Array.isArray(member)) json += name(member[0]) + write(member[1], depth + 1);
    else if ((isSchema || (depth > 0 && FREE.has(key))) && isPlainObject(member)) json += reference(key, member);
    else json += name(key) + write(member, depth + 1);
    path.pop();
  }
  return `${json}}`;
}

function reference(key, member) {
  const number = leaves.push(member) - 1;
  if (key === 'input_schema') schemas.add(member);
  return `${name(key)}{"${MARK}":${number}}`;
}

function isPlainObject(value) {
  if (typeof value !== 'object' || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** Names with their quotes and colon, which are the same ones again and again. */
const names = new Map();

function name(key) {
  let written = names.get(key);
  if (written === undefined) {
    const marked = key.charCodeAt(0) === MARK_CODE ? MARK + key : key;
    written = `${JSON.stringify(marked)}:`;
    if (names.size < 1000 && key.length <= LONG) names.set(key, written);
  }
  return written;
}

// Skeletons to objects.

function restore(value, asBytes) {
  if (typeof value === 'string') return value.charCodeAt(0) === MARK_CODE ? leaf(value, asBytes) : value;
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index += 1) value[index] = restore(value[index], asBytes);
    return value;
  }
  for (const key in value) {
    if (key.charCodeAt(0) === MARK_CODE) return key === MARK ? leaves[value[key]] : unmarked(value, asBytes);
    const member = value[key];
    if (typeof member === 'string' ? member.charCodeAt(0) === MARK_CODE : typeof member === 'object' && member !== null) {
      const restored = restore(member, asBytes);
      if (restored !== member) set(value, key, restored);
    }
  }
  return value;
}

function unmarked(value, asBytes) {
  const object = {};
  for (const key of Object.keys(value)) {
    set(object, key.charCodeAt(0) === MARK_CODE ? key.slice(1) : key, restore(value[key], asBytes));
  }
  return object;
}

/** Also where the name is `__proto__`. */
function set(object, key, value) {
  if (key === '__proto__') Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
  else object[key] = value;
}

function leaf(token, asBytes) {
  switch (token[1]) {
    case MARK:
      return token.slice(1);
    case '=':
      return asBytes ? fromBase64(token.slice(2)) : token.slice(2);
    case '#': {
      const value = leaves[token.slice(2)];
      if (asBytes) return typeof value === 'string' ? fromBase64(value) : value;
      return typeof value === 'string' ? value : toBase64(value);
    }
    case '!':
      return toBase64(leaves[token.slice(2)]);
    default:
      return leaves[token.slice(1)];
  }
}
