// Where the playground looks for what a JSON pointer names.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { locator, placeOf } from '../playground/pointer.js';
import { pretty } from '../playground/format.js';

const found = (text, pointer, options) => {
  const { from, to } = locator(text, options)(pointer);
  return text.slice(from, to);
};
const DOCUMENT = '{"a/b": [10, {"~": true}], "\\u0063": "x", "": {}, "twice": 1, "twice": 2}';

test('a pointer leads to an element, or to a member with its name', () => {
  assert.equal(found(DOCUMENT, '/a~1b/0'), '10');
  assert.equal(found(DOCUMENT, '/a~1b/1/~0'), '"~": true');
  assert.equal(found(DOCUMENT, '/c'), '"\\u0063": "x"');
  assert.equal(found(DOCUMENT, '/'), '"": {}');
  assert.equal(found(DOCUMENT, ''), DOCUMENT);
});

test('of two members of a name the second is found', () => {
  assert.equal(found(DOCUMENT, '/twice'), '"twice": 2');
});

test('a pointer to something absent leads to what would hold it', () => {
  assert.equal(found(DOCUMENT, '/a~1b/1/x/y'), '{"~": true}');
  assert.equal(found(DOCUMENT, '/a~1b/7'), '"a/b": [10, {"~": true}]');
  assert.equal(found('', '/a'), '');
});

test('a document that is being typed has places too', () => {
  assert.equal(found('{"a": [1, {"b": ', '/a/0'), '1');
  assert.equal(found('{"a": 1, "b', '/a'), '"a": 1');
});

test('among lines the first part counts those that are not blank', () => {
  const lines = '{"a": 1}\n \n{"a": 2}\r\n{"a": 3}';
  assert.equal(found(lines, '/1/a', { lines: true }), '"a": 2');
  assert.equal(found(lines, '/2', { lines: true }), '{"a": 3}');
  assert.equal(found(lines, '', { lines: true }), '{"a": 1}');
});

test('lines and columns count characters', () => {
  const text = 'x\n😀é?';
  assert.deepEqual(placeOf(text, 0, 2, 3), { from: 5, to: 6 });
  assert.deepEqual(placeOf(text, 0, 2, 9), { from: 6, to: 6 });
});

test('laying a document out keeps every token', () => {
  assert.equal(pretty('{"a":[],"b":{"c":[1e2,"{\\"}"]}}'), '{\n  "a": [],\n  "b": {\n    "c": [\n      1e2,\n      "{\\"}"\n    ]\n  }\n}');
});
