// Objects to skeletons. A skeleton is written as bytes, as the wasm takes it: strings of JavaScript would have to be joined and encoded.

import { isBytes, view } from './bytes.js';
import { ConverseMessagesError } from './error.js';
import { DEEPEST, MARK, MARK_CODE, deepest, refer } from './references.js';

/** Longer strings are referred to. */
const LONG = 96;

/** Members that are free-form JSON wherever they stand below the root: what they hold is handed over as it is. */
const FREE = new Set(['input', 'json', 'input_schema']);

/** Schemas that were referred to: of these only the root is ever looked at. */
const schemas = new WeakSet();

const OBJECT = `{"${MARK}":`;
const [QUOTE, COMMA, ZERO, BACKSLASH, EXCLAMATION] = [0x22, 0x2c, 0x30, 0x5c, 0x21];
const [OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];

const encoder = new TextEncoder();

/** What is written, one skeleton behind another: a getter that is read may convert something itself. */
const FIRST_ROOM = 1 << 16;
const LARGEST_ROOM = 3 << 20;
let room = new Uint8Array(FIRST_ROOM);
let at = 0;

/** More than a name, a short string and the ends of all lists and objects take. */
const SLACK = 2048 + DEEPEST;

/** The names on the way to the value that is being written: as many as it is deep. What `toJSON` gives has none. */
let path = [];

/** The skeleton of an object, until the next one is written. */
export function flatten(value) {
  return written(() => write(value, 0));
}

/** The skeleton of an object that was referred to. */
export function flattenReferred(value) {
  return written(() => members(value, 0, schemas.has(value)));
}

function written(writing) {
  const [start, outer] = [at, path];
  path = [];
  try {
    reserve(SLACK);
    writing();
    return room.subarray(start, at);
  } finally {
    path = outer;
    at = start;
    if (room.length > LARGEST_ROOM && at === 0) room = new Uint8Array(FIRST_ROOM);
  }
}

function reserve(needed) {
  if (room.length - at >= needed) return;
  const larger = new Uint8Array(2 * (at + needed));
  larger.set(room.subarray(0, at));
  room = larger;
}

function put(byte) {
  room[at] = byte;
  at += 1;
}

function ascii(word) {
  const into = room;
  let end = at;
  for (let index = 0; index < word.length; index += 1) into[end++] = word.charCodeAt(index);
  at = end;
}

/** Any JSON; there is room for it. */
function encoded(json) {
  at += encoder.encodeInto(json, room.subarray(at)).written;
}

function digits(number) {
  if (number > 9) digits(Math.floor(number / 10));
  put(ZERO + (number % 10));
}

function write(value, depth) {
  switch (typeof value) {
    case 'string':
      return text(value);
    case 'object':
      return value === null ? ascii('null') : composite(value, depth);
    case 'number':
      if (Number.isFinite(value)) return ascii(String(value));
      throw invalid(`${value} is no JSON number`, depth);
    case 'boolean':
      return ascii(value ? 'true' : 'false');
    case 'undefined':
      return ascii('null');
    case 'bigint':
      if (BigInt(Number(value)) === value) return ascii(String(value));
      throw invalid('a bigint that no number holds exactly', depth);
    default:
      throw invalid(`a ${typeof value} is no JSON value`, depth);
  }
}

function text(value) {
  if (value.length > LONG || value.charCodeAt(0) === MARK_CODE) return reference(value);
  const into = room;
  let end = at;
  into[end++] = QUOTE;
  for (let index = 0; index < value.length; index += 1) {
    const code = value.charCodeAt(index);
    if (code < 0x20 || code >= MARK_CODE || code === QUOTE || code === BACKSLASH) return special(value);
    into[end++] = code;
  }
  into[end++] = QUOTE;
  at = end;
}

/** A short string that is not printable ASCII. Half of a surrogate pair is no JSON, but it can be handed over. */
function special(value) {
  if (isWellFormed(value)) encoded(JSON.stringify(value));
  else reference(value);
}

export const isWellFormed = String.prototype.isWellFormed
  ? (value) => value.isWellFormed()
  : (value) => !/\p{Surrogate}/u.test(value);

function reference(value) {
  put(QUOTE);
  put(MARK_CODE);
  digits(refer(value));
  put(QUOTE);
}

function bytes(value) {
  put(QUOTE);
  if (value.length > 0) {
    put(MARK_CODE);
    put(EXCLAMATION);
    digits(refer(value));
  }
  put(QUOTE);
}

function composite(value, depth) {
  if (depth >= deepest()) throw invalid(`nested deeper than ${deepest()} levels, or around in a circle`, depth, 'too_deep');
  if (Array.isArray(value)) return items(value, depth);
  if (isPlainObject(value)) return members(value, depth);
  if (isBytes(value)) return bytes(view(value));
  if (value instanceof Map || value instanceof Set) throw invalid(`a ${value.constructor.name} is no JSON object`, depth);
  if (typeof value.toJSON !== 'function') return members(value, depth);
  path[depth] = undefined;
  return write(value.toJSON(), depth + 1);
}

function items(value, depth) {
  put(OPEN_LIST);
  for (let index = 0; index < value.length; index += 1) {
    if (index > 0) put(COMMA);
    reserve(SLACK);
    path[depth] = index;
    write(value[index], depth + 1);
  }
  put(CLOSE_LIST);
}

/** Engines are faster with this than with `Object.keys`. */
const hasOwn = Object.prototype.hasOwnProperty;

/** An object; of a schema the objects in it are referred to. */
function members(value, depth, isSchema = false) {
  let before = OPEN_OBJECT;
  for (const key in value) {
    if (!hasOwn.call(value, key)) continue;
    const member = value[key];
    if (member === undefined || key === '$metadata') continue;
    put(before);
    before = COMMA;
    reserve(SLACK);
    path[depth] = key;
    // A member of a union that the AWS SDK does not know: `[name, value]`.
    if (key === '$unknown' && Array.isArray(member)) {
      name(member[0]);
      write(member[1], depth + 1);
      continue;
    }
    const isFree = name(key);
    if (typeof member === 'string') text(member);
    else if ((isSchema || (isFree && depth > 0)) && isPlainObject(member)) free(key, member);
    else write(member, depth + 1);
  }
  if (before === OPEN_OBJECT) put(OPEN_OBJECT);
  put(CLOSE_OBJECT);
}

function free(key, member) {
  ascii(OBJECT);
  digits(refer(member));
  if (key === 'input_schema') schema(member);
  put(CLOSE_OBJECT);
}

/** The rules ask for the type of a schema, which nearly always is this one. */
function schema(member) {
  if (member.type === 'object') ascii(',"type":"object"');
  else schemas.add(member);
}

function isPlainObject(value) {
  if (typeof value !== 'object' || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** Names as they are written, which are the same ones again and again. */
const names = new Map();

/** Whether it is the name of a free-form member. */
function name(key) {
  const { token, isFree } = names.get(key) ?? unknown(key);
  const into = room;
  let end = at;
  for (let index = 0; index < token.length; index += 1) into[end++] = token[index];
  at = end;
  return isFree;
}

function unknown(key) {
  const token = encoder.encode(`${JSON.stringify(key.charCodeAt(0) === MARK_CODE ? MARK + key : key)}:`);
  reserve(token.length + SLACK);
  const known = { token, isFree: FREE.has(key) };
  if (names.size < 1000 && key.length <= LONG) names.set(key, known);
  return known;
}

function invalid(message, depth, kind = 'invalid_source') {
  const steps = path.slice(0, depth).filter((step) => step !== undefined);
  const pointer = steps.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
  return new ConverseMessagesError({ kind, message, path: pointer });
}
