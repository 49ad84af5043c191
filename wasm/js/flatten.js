// Objects to skeletons. A skeleton is written as bytes, as the wasm takes it: strings of JavaScript would have to be joined and encoded.

import { isBytes, toBase64, view } from './bytes.js';
import { ConverseMessagesError } from './error.js';
import { step } from './places.js';
import { DEEPEST, MARK, MARK_CODE, deepest, refer } from './references.js';

/** Longer strings are referred to. */
const LONG = 96;

/** Members that are free-form JSON wherever they stand below the root: what they hold is handed over as it is. */
const FREE = new Set(['input', 'json', 'input_schema']);

/** Members in which there is no more of the AWS SDK's own. */
const FOREIGN = new Set([...FREE, 'additionalModelRequestFields', 'additionalModelResponseFields']);

/** Schemas that were referred to: of these only the root is ever looked at. */
const schemas = new WeakSet();

const OBJECT = `{"${MARK}":`;
const [QUOTE, COMMA, ZERO, BACKSLASH, EXCLAMATION, DOLLAR] = [0x22, 0x2c, 0x30, 0x5c, 0x21, 0x24];
const [OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];

const encoder = new TextEncoder();

/** What is written, one skeleton behind another: a getter that is read may convert something itself. */
const FIRST_ROOM = 1 << 16;
const LARGEST_ROOM = 3 << 20;
let room;
/** The same, to write four bytes at once. */
let wide;
let at = 0;
provide(FIRST_ROOM);

function provide(size) {
  room = new Uint8Array(size);
  wide = new DataView(room.buffer);
}

/** More than a name, a short string and the ends of all lists and objects take. */
const SLACK = 2048 + DEEPEST;

/** The names on the way to the value that is being written: as many as it is deep. What `toJSON` gives has none. */
let path = [];

/** Whether everything is written out, and nothing referred to. */
let isPlain = false;

/** Whether it is an object of the AWS SDK, with members of its own. */
let isAws = false;

/** The skeleton of an object, until the next one is written. */
export function flatten(value, side) {
  return written(false, side, () => write(value, 0));
}

/** The skeleton of an object that was referred to. */
export function flattenReferred(value) {
  return written(false, undefined, () => members(value, 0, schemas.has(value)));
}

/** The JSON of an object, until the next one is written. */
export function print(value, side) {
  return written(true, side, () => write(value, 0));
}

function written(plain, side, writing) {
  const [start, ...outer] = [at, path, isPlain, isAws];
  [path, isPlain, isAws] = [[], plain, side === 'converse'];
  try {
    reserve(SLACK);
    writing();
    return room.subarray(start, at);
  } finally {
    [path, isPlain, isAws] = outer;
    at = start;
    if (room.length > LARGEST_ROOM && at === 0) provide(FIRST_ROOM);
  }
}

function reserve(needed) {
  if (room.length - at >= needed) return;
  const smaller = room.subarray(0, at);
  provide(2 * (at + needed));
  room.set(smaller);
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
      return text(value, depth);
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

function text(value, depth) {
  if (value.length > LONG || value.charCodeAt(0) === MARK_CODE) return isPlain ? long(value, depth) : reference(value);
  const into = room;
  let end = at;
  into[end++] = QUOTE;
  for (let index = 0; index < value.length; index += 1) {
    const code = value.charCodeAt(index);
    if (code < 0x20 || code >= MARK_CODE || code === QUOTE || code === BACKSLASH) return special(value, depth);
    into[end++] = code;
  }
  into[end++] = QUOTE;
  at = end;
}

/** A short string that is not printable ASCII. Half of a surrogate pair is no JSON, but it can be handed over. */
function special(value, depth) {
  if (isPlain) long(value, depth);
  else if (isWellFormed(value)) encoded(JSON.stringify(value));
  else reference(value);
}

/** A string that is not referred to. */
function long(value, depth) {
  if (!isWellFormed(value)) throw invalid(HALF, depth, 'invalid_json');
  const json = JSON.stringify(value);
  // A UTF-16 unit takes at most three bytes.
  reserve(3 * json.length + SLACK);
  encoded(json);
}

const HALF = 'half of a surrogate pair without the other';

export const isWellFormed = String.prototype.isWellFormed
  ? (value) => value.isWellFormed()
  : (value) => !/\p{Surrogate}/u.test(value);

/** A string that can be encoded. */
export function wellFormed(value) {
  if (isWellFormed(value)) return value;
  throw new ConverseMessagesError({ kind: 'invalid_json', message: HALF, path: '' });
}

function reference(value) {
  put(QUOTE);
  put(MARK_CODE);
  digits(refer(value));
  put(QUOTE);
}

function bytes(value) {
  if (isPlain) return long(toBase64(value), 0);
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
  if (typeof value.toJSON === 'function') return standIn(value.toJSON(), depth);
  const kind = Object.prototype.toString.call(value).slice(8, -1);
  if (BOXED.has(kind)) return standIn(value.valueOf(), depth);
  if (kind === 'Error') return members({ ...value, name: undefined, message: value.message }, depth);
  if (OBJECTS.has(kind)) return members(value, depth);
  throw invalid(`a ${kind} is no JSON object`, depth);
}

const BOXED = new Set(['Number', 'String', 'Boolean', 'BigInt']);
const OBJECTS = new Set(['Object', 'Module', 'Arguments']);

/** What stands for an object. */
function standIn(value, depth) {
  path[depth] = undefined;
  write(value, depth + 1);
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
    if (member === undefined || (isAws && key.charCodeAt(0) === DOLLAR && isSdks(value, key, depth))) continue;
    put(before);
    before = COMMA;
    reserve(SLACK);
    path[depth] = key;
    if (isAws && key === '$unknown' && isUnknown(member)) {
      name(member[0]);
      write(member[1], depth + 1);
      continue;
    }
    const known = name(key);
    if (typeof member === 'string') text(member, depth + 1);
    else if (!isPlain && (isSchema || (known.isFree && depth > 0)) && isPlainObject(member)) free(key, member);
    else if (isAws && known.isForeign) foreign(member, depth + 1);
    else write(member, depth + 1);
  }
  if (before === OPEN_OBJECT) put(OPEN_OBJECT);
  put(CLOSE_OBJECT);
}

/** Whether a member of an answer or of an error is the SDK's, and not the service's. */
function isSdks(value, key, depth) {
  return (key === '$metadata' && depth === 0) || ((key === '$metadata' || key === '$fault') && '$fault' in value);
}

/** A member of a union that the AWS SDK does not know: its name and its value. */
function isUnknown(member) {
  return Array.isArray(member) && member.length === 2 && typeof member[0] === 'string';
}

function foreign(member, depth) {
  isAws = false;
  write(member, depth);
  isAws = true;
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

/** Writes a member's name, and says what it is the name of. */
function name(key) {
  const known = names.get(key) ?? unknown(key);
  const { words } = known;
  for (let index = 0; index < words.length; index += 1) wide.setUint32(at + 4 * index, words[index]);
  at += known.length;
  return known;
}

function unknown(key) {
  const isMarked = key.charCodeAt(0) === MARK_CODE;
  const token = encoder.encode(`${JSON.stringify(isMarked && !isPlain ? MARK + key : key)}:`);
  reserve(token.length + SLACK);
  const known = { words: wordsOf(token), length: token.length, isFree: FREE.has(key), isForeign: FOREIGN.has(key) };
  if (names.size < 1000 && key.length <= LONG && !isMarked) names.set(key, known);
  return known;
}

/** Bytes in fours; the last ones are overwritten by what follows. */
function wordsOf(bytes) {
  const padded = new DataView(new ArrayBuffer(4 * Math.ceil(bytes.length / 4)));
  bytes.forEach((byte, index) => padded.setUint8(index, byte));
  return Array.from({ length: padded.byteLength / 4 }, (_, index) => padded.getUint32(4 * index));
}

function invalid(message, depth, kind = 'invalid_source') {
  const names = path.slice(0, depth).filter((name) => name !== undefined);
  return new ConverseMessagesError({ kind, message, path: names.map(step).join('') });
}
