// What JavaScript has and JSON has not.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as ours from 'converse-messages';
import { ConverseMessagesError, errorToConverse, errorToMessages, inlineSchema, requestToConverse, requestToMessages, responseToMessages } from 'converse-messages';

const bytes = (json) => new TextEncoder().encode(json);
const text = (json) => new TextDecoder().decode(json);

const converse = (...content) => ({ modelId: 'm', inferenceConfig: { maxTokens: 9 }, messages: [{ role: 'user', content }] });
const messages = (...content) => ({ model: 'm', max_tokens: 9, messages: [{ role: 'user', content }] });
const blocks = (request, options) => requestToMessages(request, options).value.messages[0].content;

function refused(call, kind, path) {
  assert.throws(call, (error) => {
    assert.ok(error instanceof ConverseMessagesError, error.stack);
    assert.deepEqual([error.name, error.kind, error.path], ['ConverseMessagesError', kind, path]);
    return true;
  });
}

test('long strings, tool inputs and schemas are handed over as they are', () => {
  const input = { deep: { list: [1, { x: undefined }] }, when: new Date(0) };
  const json = { type: 'object', properties: {} };
  const text = 'é'.repeat(10_000);
  const request = converse({ text }, { toolUse: { toolUseId: 't', name: 'f', input } });
  request.toolConfig = { tools: [{ toolSpec: { name: 'f', inputSchema: { json } } }] };
  const { value, losses } = requestToMessages(request);
  assert.equal(value.messages[0].content[0].text, text);
  assert.equal(value.messages[0].content[1].input, input);
  assert.equal(value.tools[0].input_schema, json);
  assert.deepEqual(losses, []);
  const back = requestToConverse(value).value;
  assert.equal(back.messages[0].content[1].toolUse.input, input);
  assert.equal(back.toolConfig.tools[0].toolSpec.inputSchema.json, json);
});

test('the source is left as it was', () => {
  const request = converse({ text: 'x'.repeat(200) }, { toolUse: { toolUseId: 't', name: 'f', input: { a: [1] } } });
  const before = structuredClone(request);
  requestToMessages(request);
  assert.deepEqual(request, before);
});

test('bytes come in as any kind of bytes or as base64', () => {
  const bytes = new Uint8Array([0, 1, 2, 250]);
  const inside = new Uint8Array([9, ...bytes, 9]).subarray(1, 5);
  for (const given of [bytes, inside, Buffer.from(bytes), bytes.buffer, new DataView(bytes.buffer), 'AAEC+g==']) {
    const [image, text] = blocks(converse({ image: { format: 'png', source: { bytes: given } } }, { text: 'Hi' }));
    assert.deepEqual(image.source, { type: 'base64', media_type: 'image/png', data: 'AAEC+g==' });
    assert.equal(text.text, 'Hi');
  }
});

test('bytes are no string', () => {
  for (const [path, block] of [
    ['/text', { text: Buffer.from('Hi') }],
    ['/reasoningContent/reasoningText/signature', { reasoningContent: { reasoningText: { text: 'Hm', signature: new Uint8Array(9) } } }],
  ]) {
    assert.throws(() => requestToMessages(converse(block)), {
      kind: 'invalid_source', path: `/messages/0/content/0${path}`, message: /expected a string, found bytes/,
    });
  }
});

test('bytes go out as asked', () => {
  const request = messages({ type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AAEC+g==' } }, { type: 'redacted_thinking', data: 'ab' });
  const out = (options) => requestToConverse(request, options).value.messages[0].content;
  assert.deepEqual(out()[0].image.source.bytes, new Uint8Array([0, 1, 2, 250]));
  assert.equal(out()[0].image.source.bytes.constructor, Uint8Array);
  assert.equal(out({ bytes: 'base64' })[0].image.source.bytes, 'AAEC+g==');
  assert.equal(out({ bytes: 'base64' })[1].reasoningContent.redactedContent, 'YWI=');
  assert.deepEqual(out({ bytes: 'uint8array' })[1].reasoningContent.redactedContent, new Uint8Array([97, 98]));
});

test('long bytes that no rule reads are the same array on the other side', () => {
  const data = new Uint8Array(100_000);
  const request = messages({ type: 'image', source: { type: 'base64', media_type: 'image/png', data } });
  assert.equal(requestToConverse(request).value.messages[0].content[0].image.source.bytes, data);
});

test('bytes that are text are read', () => {
  const bytes = new TextEncoder().encode('Grüße '.repeat(50));
  const [document] = blocks(converse({ document: { format: 'txt', name: 'n', source: { bytes } } }, { text: 'Hi' }));
  assert.equal(document.source.data, 'Grüße '.repeat(50));
});

test('base64 that is not canonical is refused wherever it is kept', () => {
  for (const data of ['AAE', 'A'.repeat(1001), `${'A'.repeat(1000)} ===`]) {
    refused(() => requestToConverse(messages({ type: 'image', source: { type: 'base64', media_type: 'image/png', data } })), 'invalid_source', '/messages/0/content/0/source/data');
  }
});

test('members that are undefined are absent', () => {
  const request = { ...converse({ text: 'Hi', image: undefined }), system: undefined, toolConfig: undefined };
  assert.deepEqual(requestToMessages(request), requestToMessages(converse({ text: 'Hi' })));
});

test("a union member that the AWS SDK does not know is a loss under its name", () => {
  const request = converse({ text: 'Hi' }, { $unknown: ['hologram', { size: 3 }] });
  refused(() => requestToMessages(request), 'loss', '/messages/0/content/1/hologram');
  assert.equal(requestToMessages(request, { loss: 'allow' }).losses[0].code, 'unknown_type');
});

test('what is no JSON is refused with its place', () => {
  const deep = { modelId: 'm' };
  deep.messages = [deep];
  const tower = (levels) => (levels === 0 ? 1 : [tower(levels - 1)]);
  refused(() => requestToMessages(converse({ text: 'Hi', more: new Map() })), 'invalid_source', '/messages/0/content/0/more');
  refused(() => requestToMessages(new Set()), 'invalid_source', '');
  refused(() => requestToMessages(converse({ text: () => 1 })), 'invalid_source', '/messages/0/content/0/text');
  refused(() => requestToMessages(converse({ text: Symbol('x') })), 'invalid_source', '/messages/0/content/0/text');
  refused(() => requestToMessages({ ...converse(), inferenceConfig: { temperature: NaN } }), 'invalid_source', '/inferenceConfig/temperature');
  refused(() => requestToMessages({ ...converse(), inferenceConfig: { maxTokens: 2n ** 70n + 1n } }), 'invalid_source', '/inferenceConfig/maxTokens');
  assert.throws(() => requestToMessages({ ...converse(), more: tower(5000) }), { kind: 'too_deep' });
  assert.throws(() => requestToMessages({ ...converse(), more: tower(5000) }, { maxDepth: 1e6 }), { kind: 'too_deep' });
  assert.throws(() => requestToMessages(deep), { kind: 'too_deep' });
  for (const nothing of [undefined, null, 7, 'x', [], true]) assert.throws(() => requestToMessages(nothing), { kind: 'invalid_source' });
});

test('half of a surrogate pair is handed over, and refused where it must be read', () => {
  for (const text of ['\ud800', `${'x'.repeat(500)}\udc00`]) {
    assert.equal(requestToMessages(converse({ text })).value.messages[0].content, text);
    refused(() => requestToMessages({ ...converse({ text: 'Hi' }), modelId: text }, { model: 'translate' }), 'invalid_json', '/modelId');
  }
  refused(() => requestToMessages(converse({ text: 'Hi', '\ud800': 1 })), 'invalid_json', '/messages/0/content/0');
});

test('a bigint that a number holds is that number', () => {
  assert.equal(requestToMessages({ ...converse({ text: 'Hi' }), inferenceConfig: { maxTokens: 7n } }).value.max_tokens, 7);
});

test('what a getter throws is thrown, and the next call works', () => {
  const throwing = { get text() { throw new Error('mine'); } };
  assert.throws(() => requestToMessages(converse(throwing)), /mine/);
  const result = { toolResult: { toolUseId: 't', content: [{ json: { get x() { throw new Error('mine'); } } }] } };
  assert.throws(() => requestToMessages(converse(result)), /mine/);
  assert.equal(requestToMessages(converse({ text: 'Hi' })).value.max_tokens, 9);
});

test('a getter may convert', () => {
  const inner = () => requestToMessages(converse({ text: 'y'.repeat(300) }, { toolUse: { toolUseId: 't', name: 'f', input: { y: 1 } } }));
  const result = { toolResult: { toolUseId: 't', content: [{ json: { get x() { return inner().value.messages[0].content[0].text; } } }] } };
  const [{ content }] = blocks(converse(result, { text: 'x'.repeat(300) }));
  assert.equal(content[0].text, JSON.stringify({ x: 'y'.repeat(300) }));
});

test('strings and names that look like references are themselves', () => {
  for (const text of ['\x7f', '\x7f0', '\x7f!0', '\x7f#0', '\x7f=AA==', '\x7f\x7f1']) {
    assert.equal(blocks(converse({ text }))[0]?.text ?? blocks(converse({ text })), text);
    const named = { [text]: [text, { [text]: 1 }] };
    const { value } = requestToMessages({ ...converse({ text: 'Hi' }), additionalModelRequestFields: { [text]: named } });
    assert.deepEqual(value[text], named);
    const result = blocks(converse({ toolResult: { toolUseId: 't', content: [{ json: named }] } }));
    assert.equal(result[0].content[0].text, JSON.stringify(named));
    const image = messages({ type: 'image', source: { type: 'base64', media_type: 'image/png', data: text } });
    refused(() => requestToConverse(image), 'invalid_source', '/messages/0/content/0/source/data');
  }
});

test('a member named __proto__ is a member', () => {
  const fields = JSON.parse('{"__proto__": {"x": "long"}, "a": {"__proto__": 1}}');
  const { value } = requestToMessages({ ...converse({ text: 'Hi' }), additionalModelRequestFields: fields });
  assert.equal(Object.getPrototypeOf(value), Object.prototype);
  assert.deepEqual(Object.getOwnPropertyDescriptor(value, '__proto__').value, { x: 'long' });
});

test('options that do not exist or have no such value are refused', () => {
  for (const [options, path] of [[{ los: 'allow' }, '/los'], [{ loss: 'some' }, '/loss'], [{ defaultMaxTokens: 0 }, '/defaultMaxTokens'], [{ geo: 'mars' }, '/geo'], [{ status: 400 }, '/status'], [{ maxDepth: 1.5 }, '/maxDepth']]) {
    refused(() => requestToMessages(converse({ text: 'Hi' }), options), 'invalid_options', path);
  }
  refused(() => requestToConverse(messages(), { bytes: 'hex' }), 'invalid_options', '/bytes');
  refused(() => inlineSchema({}, { recursion: 'loop' }), 'invalid_options', '/recursion');
});

test('errors as the SDKs throw them', () => {
  const thrown = Object.assign(new Error('Slow down'), { name: 'ThrottlingException', $metadata: { httpStatusCode: 429, requestId: 'r1' } });
  assert.deepEqual(errorToMessages(thrown).value, {
    status: 429,
    body: { type: 'error', error: { type: 'rate_limit_error', message: 'Slow down' }, request_id: 'r1' },
  });
  const body = { type: 'error', error: { type: 'overloaded_error', message: 'Busy' } };
  const api = Object.assign(new Error('529 …'), { status: 529, error: body });
  assert.equal(errorToConverse(api).value.body.__type, 'ServiceUnavailableException');
  assert.deepEqual(errorToConverse(api).value, errorToConverse(body, { status: 529 }).value);
});

test('losses and refusals', () => {
  const request = converse({ video: { format: 'mp4', source: { bytes: 'AAAA' } } }, { text: 'Hi' });
  assert.throws(() => requestToMessages(request), (error) => error.losses.length === 1 && error.losses[0].severity === 'content');
  assert.equal(requestToMessages(request, { loss: 'allow' }).losses[0].path, '/messages/0/content/0/video');
});

test("a response of the AWS SDK converts without its $metadata", () => {
  const response = {
    $metadata: { httpStatusCode: 200 },
    output: { message: { role: 'assistant', content: [{ text: 'Hi' }] } },
    stopReason: 'end_turn',
    usage: { inputTokens: 1, outputTokens: 1, totalTokens: 2 },
    metrics: { latencyMs: 3 },
  };
  assert.deepEqual(responseToMessages(response).losses, []);
});

test('what InvokeModel takes is a Messages request again, in every form', () => {
  const image = { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'A'.repeat(400) } };
  const request = { ...messages(image, { type: 'text', text: 'é'.repeat(300) }), service_tier: 'standard_only' };
  const { value: form } = ours.invokeFromMessages(request);
  assert.equal(form.headers['X-Amzn-Bedrock-Service-Tier'], 'default');
  assert.deepEqual(ours.invokeToMessages(form), { value: request, losses: [] });
  const json = JSON.stringify(form);
  assert.deepEqual(JSON.parse(ours.invokeToMessagesJson(json).value), request);
  assert.deepEqual(JSON.parse(text(ours.invokeToMessagesBytes(bytes(json)).value)), request);
  refused(() => ours.invokeToMessages({ ...form, stream: true, body: { ...form.body, stream: false } }), 'collision', '/body/stream');
});

test('a request to count tokens may hold all that InvokeModel takes', () => {
  const { max_tokens, ...request } = messages({ type: 'text', text: '\x7f0' }, { type: 'text', text: 'é'.repeat(300) });
  request.mcp_servers = [{ type: 'url', name: 'm', url: 'x' }];
  const { value, losses } = ours.countTokensToInvoke(request);
  assert.deepEqual(losses, []);
  const { body } = value.input.invokeModel;
  assert.ok(body instanceof Uint8Array);
  assert.deepEqual(JSON.parse(text(body)), { anthropic_version: 'bedrock-2023-05-31', max_tokens: 1, messages: request.messages, mcp_servers: request.mcp_servers });
  const base64 = ours.countTokensToInvoke(request, { bytes: 'base64' }).value;
  assert.equal(base64.input.invokeModel.body, Buffer.from(body).toString('base64'));
  const json = JSON.stringify(request);
  assert.deepEqual(JSON.parse(ours.countTokensToInvokeJson(json).value), base64);
  assert.deepEqual(JSON.parse(text(ours.countTokensToInvokeBytes(bytes(json)).value)), base64);
  assert.deepEqual(ours.countTokensToMessages(value).value.messages, request.messages);
  refused(() => ours.countTokensToInvoke(request, { bytes: 'hex' }), 'invalid_options', '/bytes');
  refused(() => ours.countTokensToInvoke({ model: 'm', messages: 1 }), 'invalid_source', '/messages');
});

test("what the AWS SDK adds is its own only where it adds it", () => {
  const own = { $metadata: { a: 1 }, $unknown: ['k', 1], b: 2 };
  assert.deepEqual(requestToMessages({ ...converse({ text: 'Hi' }), additionalModelRequestFields: { own } }).value.own, own);
  const schema = { type: 'object', properties: { $metadata: { type: 'string' } }, required: ['$metadata'] };
  const { outputConfig } = requestToConverse({ ...messages({ type: 'text', text: 'Hi' }), output_config: { format: { type: 'json_schema', schema } } }).value;
  assert.equal(outputConfig.textFormat.structure.jsonSchema.schema, JSON.stringify(schema));
  assert.deepEqual(inlineSchema(schema).value, schema);
  refused(() => requestToMessages(converse({ $unknown: [] })), 'loss', '/messages/0/content/0/$unknown');
  refused(() => requestToMessages(converse({ $unknown: ['future', {}] })), 'loss', '/messages/0/content/0/future');
});

const printed = (json) => blocks(converse({ toolResult: { toolUseId: 't', content: [{ json }] } }))[0].content[0].text;

test('what must be printed is printed by the same rules', () => {
  const at = '/messages/0/content/0/toolResult/content/0/json/a';
  for (const value of [NaN, () => 1, Symbol('x'), new Map(), new Set(), new WeakMap(), Promise.resolve(), new Headers(), 2n ** 70n + 1n]) {
    refused(() => printed({ a: value }), 'invalid_source', at);
  }
  for (const half of ['\ud800', `${'x'.repeat(200)}\udc00`]) refused(() => printed({ a: half }), 'invalid_json', at);
  const around = {};
  around.a = around;
  refused(() => printed(around), 'too_deep', at + '/a'.repeat(127));
  const odd = '\x7fmark \u2028 "quoted" é '.repeat(30);
  const values = { a: Buffer.from('hi'), b: 1n, c: new Number(5), d: new String('s'), e: new Date(0), [odd]: odd, f: undefined, g: [undefined] };
  assert.deepEqual(JSON.parse(printed(values)), { a: 'aGk=', b: 1, c: 5, d: 's', e: new Date(0).toJSON(), [odd]: odd, g: [null] });
});

test('what is wrong with a value that was referred to has its whole place', () => {
  const tools = [{ name: 'f', input_schema: { x: new Map() } }];
  refused(() => requestToConverse({ ...messages({ type: 'text', text: 'Hi' }), tools }), 'invalid_source', '/tools/0/input_schema/x');
  refused(() => requestToMessages(converse({ toolUse: { toolUseId: '\ud800', name: 'f', input: {} } })), 'invalid_json', '/messages/0/content/0/toolUse/toolUseId');
  refused(() => ours.requestToMessagesJson(JSON.stringify(converse({ text: 'a' })).replace('"a"', '"a\ud800"')), 'invalid_json', '/messages/0/content/0/text');
  const machine = new ours.StreamToMessages();
  machine.push({ messageStart: { role: 'assistant' } });
  refused(() => machine.push({ contentBlockDelta: { contentBlockIndex: NaN, delta: { text: 'a' } } }), 'invalid_source', '/1/contentBlockDelta/contentBlockIndex');
});

test('a name that is long or begins with DEL is itself, wherever it goes', () => {
  for (const name of ['e'.repeat(97), '\x7f0']) {
    const { value } = requestToConverse({ ...messages({ type: 'text', text: 'Hi' }), output_config: { effort: name } }, { loss: 'allow' });
    assert.equal(value.outputConfig.effort, name);
    const { headers } = ours.invokeFromConverse({ ...converse({ text: 'x'.repeat(200) }), performanceConfig: { latency: name } }, { loss: 'allow' }).value;
    assert.equal(headers['X-Amzn-Bedrock-PerformanceConfig-Latency'], name);
    assert.equal(requestToMessages(converse({ text: 'x'.repeat(200) }), { model: name }).value.model, name);
  }
});

test('a place leads through a name that begins with DEL', () => {
  const odd = { ...converse({ text: 'Hi' }), '\x7fz': { '\x7f': 1 } };
  assert.equal(requestToMessages(odd).losses[0].path, '/\x7fz');
  refused(() => requestToMessages(odd, { loss: 'deny' }), 'loss', '/\x7fz');
  refused(() => requestToMessages(converse({ text: 'Hi', '\x7fz': 1 })), 'invalid_source', '/messages/0/content/0/\x7fz');
});

test('every form heeds `maxDepth`', () => {
  let deep = 1;
  for (let i = 0; i < 200; i += 1) deep = { a: deep };
  const options = { maxDepth: 300 };
  assert.deepEqual(inlineSchema({ default: deep }, options).losses, []);
  assert.equal(ours.countTokensToInvoke({ model: 'm', messages: [], deep }, options).losses.length, 0);
  const machine = new ours.StreamToMessages(options);
  assert.equal(machine.push({ messageStart: { role: 'assistant', deep } }).length, 1);
  const tools = [{ toolSpec: { name: 'f', inputSchema: { json: { type: 'object', default: deep } } } }];
  assert.deepEqual(requestToMessages({ ...converse({ text: 'Hi' }), toolConfig: { tools } }, { ...options, inlineRefs: 'error' }).losses, []);
  refused(() => inlineSchema({ default: deep }), 'too_deep', `/default${'/a'.repeat(127)}`);
});

test('options that are none are refused by name', () => {
  const convert = (options) => requestToMessages({ modelId: 'm', messages: [] }, options);
  for (const [name, value] of [['loss', () => 1], ['loss', Symbol('x')], ['defaultMaxTokens', NaN], ['documentText', '\ud800'], ['maxDepth', -1], ['maxDepth', {}]]) {
    refused(() => convert({ [name]: value }), 'invalid_options', `/${name}`);
  }
  refused(() => convert({ 'a/b': 1 }), 'invalid_options', '/a~1b');
  refused(() => convert(5), 'invalid_options', '');
  refused(() => convert(Object.create({ loss: 'deny' })), 'loss', '/inferenceConfig');
});

test('errors without an answer, and of a proxy, convert too', () => {
  class APIConnectionError extends Error {}
  assert.equal(errorToConverse(new APIConnectionError('no route')).value.status, 500);
  const proxy = Object.assign(new Error('502 Bad Gateway'), { status: 502, error: undefined });
  assert.equal(errorToConverse(proxy).value.body.message, '502 Bad Gateway');
  const cut = Object.assign(new Error('Slow down'), { name: 'ThrottlingException', $metadata: { httpStatusCode: 0, requestId: null } });
  assert.equal(errorToMessages(cut, { status: undefined }).value.status, 429);
  const machine = new ours.StreamToMessages();
  machine.push({ messageStart: { role: 'assistant' } });
  const [event] = machine.push({ throttlingException: Object.assign(cut, { $fault: 'client' }) });
  assert.deepEqual([event.error.message, machine.losses], ['Slow down', []]);
});

test('the place of what is wrong is found beyond values that hold themselves, go deep or throw', () => {
  const around = {};
  around.a = around;
  let deep = 1;
  for (let level = 0; level < 200_000; level += 1) deep = { deep };
  const throwing = { get a() { throw new Error('mine'); } };
  // None of these is looked into: what a rule asks for is the schema.
  const calls = [around, deep, throwing].map((input) => ({ type: 'tool_use', id: 't', name: 'f', input }));
  const request = (schema) => ({ ...messages(), messages: [{ role: 'assistant', content: calls }], tools: [{ name: 'f', input_schema: schema }] });
  const inlined = (schema) => () => requestToConverse(request(schema), { inlineRefs: 'error' });
  assert.throws(inlined({ type: 'object', properties: { n: NaN } }), { kind: 'invalid_source', path: '/tools/0/input_schema/properties/n' });
  assert.throws(inlined({ type: 'object', properties: throwing }), /^Error: mine$/);
  assert.equal(requestToConverse(request({ type: 'object' })).value.messages[0].content.length, 3);
});

test('what a getter throws is thrown, whatever it is', () => {
  for (const thrown of [null, undefined, 0, false]) {
    let caught = 'nothing';
    try {
      printed({ get a() { throw thrown; } });
    } catch (error) {
      caught = error;
    }
    assert.equal(caught, thrown);
  }
});
