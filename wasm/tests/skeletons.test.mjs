// What crosses to the wasm and back: objects convert as their JSON does.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { requestToConverse, requestToMessages, requestToMessagesJson } from 'converse-messages';

const request = (fields) => ({
  modelId: 'm',
  inferenceConfig: { maxTokens: 9 },
  messages: [{ role: 'user', content: [{ text: 'Hi' }, { toolUse: { toolUseId: 't', name: 'f', input: fields } }] }],
  additionalModelRequestFields: fields,
});

function convertsAsItsJson(fields) {
  const { value, losses } = requestToMessages(request(fields), { loss: 'allow' });
  const json = requestToMessagesJson(JSON.stringify(request(fields)), { loss: 'allow' });
  assert.equal(JSON.stringify(value), json.value);
  assert.deepEqual(losses, json.losses);
}

/** The same numbers in every run. */
function generator(seed) {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const PIECES = ['a', 'Z', '_', '"', '\\', '\n', '\x7f', '\x00', 'é', '漢', '😀', '{', '}', ',', ']', ':', ' ', '7', 'input', 'json', 'type', 'x'.repeat(90)];
const NUMBERS = [0, -0, 1, -1, 1.5, 1e21, 1.5e-7, -1e300, 2 ** 53, 123456789];

function random(pick, depth) {
  const string = () => Array.from({ length: pick(5) }, () => PIECES[pick(PIECES.length)]).join('');
  switch (pick(depth > 0 ? 8 : 6)) {
    case 0:
      return NUMBERS[pick(NUMBERS.length)];
    case 1:
      return [true, false, null][pick(3)];
    case 6:
      return Array.from({ length: pick(6) }, () => random(pick, depth - 1));
    case 7:
      return Object.fromEntries(Array.from({ length: pick(6) }, () => [`_${string()}`, random(pick, depth - 1)]));
    default:
      return string();
  }
}

test('objects convert as their JSON does', () => {
  const pick = generator(7);
  for (let round = 0; round < 3000; round += 1) convertsAsItsJson({ thinking_style: random(pick, 5), more: random(pick, 3) });
});

test('large objects of short strings and of long names', () => {
  convertsAsItsJson({ list: Array.from({ length: 40_000 }, (_, index) => `number ${index}\n`) });
  convertsAsItsJson(Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`${'é'.repeat(index * 20)}_`, index])));
  convertsAsItsJson({ ['x'.repeat(500_000)]: { ['"'.repeat(300_000)]: 1 } });
});

test('more names than are remembered', () => {
  const letters = (number) => [...String(number)].map((digit) => 'abcdefghij'[digit]).join('');
  for (let round = 0; round < 2; round += 1) {
    convertsAsItsJson(Object.fromEntries(Array.from({ length: 5000 }, (_, index) => [`n_${letters(index)}`, letters(index)])));
  }
});

test('towers as deep as is allowed', () => {
  let tower = [];
  for (let level = 0; level < 900; level += 1) tower = level % 2 ? [tower] : { tower };
  const { value } = requestToMessages({ ...request({}), additionalModelRequestFields: { tower } }, { maxDepth: 1000, loss: 'allow' });
  assert.deepEqual(value.tower, tower);
});

test('what is inherited is no member, unless its class says so', () => {
  class Given {
    constructor() { this.own = 1; }
    get derived() { return 2; }
  }
  const inheriting = Object.assign(Object.create({ inherited: 1 }), { own: 2 });
  const fields = { given: new Given(), inheriting, bare: Object.assign(Object.create(null), { a: 1 }), when: new Date(0), proxy: new Proxy({ a: 1 }, {}) };
  const { value } = requestToMessages({ ...request({}), additionalModelRequestFields: fields });
  const { given, inheriting: inherited, bare, when, proxy } = value;
  assert.deepEqual({ given, inherited, bare, when, proxy }, { given: { own: 1 }, inherited: { own: 2 }, bare: { a: 1 }, when: new Date(0).toJSON(), proxy: { a: 1 } });
});

test('a place is told though a getter on the way has converted, and though toJSON has', () => {
  const converting = { get x() { return requestToMessages(request({ deep: { deep: 'y'.repeat(300) } })).value.max_tokens; }, y: NaN };
  const place = (fields, path) => assert.throws(() => requestToMessages({ ...request({}), additionalModelRequestFields: fields }), { kind: 'invalid_source', path });
  place({ 'a/b': [0, converting] }, '/additionalModelRequestFields/a~1b/1/y');
  class Printed {
    toJSON() { return { b: Symbol('b') }; }
  }
  place({ a: new Printed() }, '/additionalModelRequestFields/a/b');
});

test('a schema keeps its identity, whatever its root has', () => {
  const tool = (input_schema) => ({ model: 'm', max_tokens: 9, messages: [{ role: 'user', content: 'Hi' }], tools: [{ name: 'f', input_schema }] });
  const json = (schema) => requestToConverse(tool(schema)).value.toolConfig.tools[0].toolSpec.inputSchema.json;
  const schema = { properties: { type: { type: 'object' } }, type: 'object' };
  assert.equal(json(schema), schema);
  const properties = { a: { type: 'string' } };
  assert.equal(json({ properties }).properties, properties);
  assert.equal(json({ properties }).type, 'object');
  const inlined = requestToMessages(requestToConverse(tool(schema)).value, { inlineRefs: 'unroll' }).value.tools[0].input_schema;
  assert.deepEqual(inlined, schema);
});
