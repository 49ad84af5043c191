// Skeletons to objects. Most of a skeleton are names that were seen before and references: this reads them faster than `JSON.parse`
// and a walk over what it gives. A skeleton is compact JSON that the wasm has written, so its syntax is not checked again.

import { fromBase64, toBase64 } from './bytes.js';
import { MARK_CODE, referred } from './references.js';

const [QUOTE, COMMA, ZERO, NINE, BACKSLASH] = [0x22, 0x2c, 0x30, 0x39, 0x5c];
const [OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];
const [TRUE, FALSE, NULL] = [0x74, 0x66, 0x6e];
/** Behind a mark. */
const [BASE64, BYTES, ENCODED] = [0x3d, 0x23, 0x21];

/** The skeleton, where in it the next token begins, and whether anything in it is escaped. */
let text;
let at;
let hasEscapes;
let asBytes;

/** The object that a skeleton stands for. Bytes become a `Uint8Array` where they belong, if that is asked for. */
export function revive(skeleton, toBytes) {
  text = skeleton;
  at = 0;
  hasEscapes = skeleton.includes('\\');
  asBytes = toBytes;
  try {
    return value();
  } finally {
    text = '';
  }
}

function value() {
  switch (text.charCodeAt(at)) {
    case QUOTE:
      return string();
    case OPEN_OBJECT:
      return object();
    case OPEN_LIST:
      return array();
    case TRUE:
      at += 4;
      return true;
    case FALSE:
      at += 5;
      return false;
    case NULL:
      at += 4;
      return null;
    default:
      return number();
  }
}

function object() {
  at += 1;
  if (text.charCodeAt(at) === CLOSE_OBJECT) {
    at += 1;
    return {};
  }
  if (text.charCodeAt(at + 1) === MARK_CODE && text.charCodeAt(at + 2) === QUOTE) {
    at += 4;
    const leaf = referred(digits());
    at = text.indexOf('}', at) + 1;
    return leaf;
  }
  const revived = {};
  do {
    at += 1;
    const key = name();
    at += 1;
    const member = value();
    if (key === '__proto__') Object.defineProperty(revived, key, { value: member, enumerable: true, configurable: true, writable: true });
    else revived[key] = member;
  } while (goesOn());
  return revived;
}

function array() {
  const revived = [];
  at += 1;
  if (text.charCodeAt(at) === CLOSE_LIST) at += 1;
  else do revived.push(value()); while (goesOn());
  return revived;
}

/** Whether there is a comma, behind an element or a member. */
function goesOn() {
  at += 1;
  return text.charCodeAt(at - 1) === COMMA;
}

function number() {
  const start = at;
  while (at < text.length && !',]}'.includes(text[at])) at += 1;
  return Number(text.slice(start, at));
}

/** The number of a reference. */
function digits() {
  let found = 0;
  for (let code = text.charCodeAt(at); code >= ZERO && code <= NINE; code = text.charCodeAt(at)) {
    found = found * 10 + code - ZERO;
    at += 1;
  }
  return found;
}

function string() {
  at += 1;
  return text.charCodeAt(at) === MARK_CODE ? leaf() : rest();
}

/** A string without its first quote. */
function rest() {
  const start = at;
  const end = text.indexOf('"', start);
  if (end === -1) throw new SyntaxError('the skeleton ends too early');
  const found = text.slice(start, end);
  if (hasEscapes && found.includes('\\')) return escaped(start);
  at = end + 1;
  // A longer slice would be a view of the whole skeleton, and keep it.
  return found.length < 13 ? found : (' ' + found).slice(1);
}

function escaped(start) {
  while (at < text.length && text.charCodeAt(at) !== QUOTE) at += text.charCodeAt(at) === BACKSLASH ? 2 : 1;
  at += 1;
  return JSON.parse(`"${text.slice(start, at)}`);
}

/** What a string with a mark at its beginning stands for. */
function leaf() {
  at += 1;
  switch (text.charCodeAt(at)) {
    case MARK_CODE:
      return rest();
    case BASE64: {
      at += 1;
      const base64 = rest();
      return asBytes ? fromBase64(base64) : base64;
    }
    case BYTES: {
      at += 1;
      const kept = numbered();
      if (asBytes) return typeof kept === 'string' ? fromBase64(kept) : kept;
      return typeof kept === 'string' ? kept : toBase64(kept);
    }
    case ENCODED:
      at += 1;
      return toBase64(numbered());
    default:
      return numbered();
  }
}

function numbered() {
  const kept = referred(digits());
  at += 1;
  return kept;
}

// The names: an automaton that learns those of letters and underscores. Its states are the beginnings of names; a row of the table has
// the state that follows for each of the characters from `@` to DEL, 0 where there is none.

const FIRST = 0x40;
const COLUMNS = 64;
const STATES = 1000;
const following = new Uint16Array(STATES * COLUMNS);
const names = [];
let states = 1;

/** A member's name, without its first quote. */
function name() {
  const start = at;
  let state = 0;
  for (let code = text.charCodeAt(at); code !== QUOTE; code = text.charCodeAt(at)) {
    if (code < FIRST || code >= MARK_CODE) return unknown(start);
    state = following[state * COLUMNS + code - FIRST];
    if (!state) return unknown(start);
    at += 1;
  }
  const known = names[state];
  if (known === undefined) return unknown(start);
  at += 1;
  return known;
}

function unknown(start) {
  at = start;
  if (text.charCodeAt(at) === MARK_CODE) at += 1;
  const found = rest();
  if (/^[A-Z_a-z]+$/.test(found)) learn(found);
  return found;
}

function learn(found) {
  let state = 0;
  for (let index = 0; index < found.length; index += 1) {
    const cell = state * COLUMNS + found.charCodeAt(index) - FIRST;
    if (following[cell] === 0) {
      if (states === STATES) return;
      following[cell] = states;
      states += 1;
    }
    state = following[cell];
  }
  // The copy that the engine keeps of a name: it is found without being compared.
  [names[state]] = Object.keys({ [found]: 0 });
}
