import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createContext, runInContext } from 'node:vm';
import * as ours from 'converse-messages';
import { Transcoder, messagesEvents, requestToMessages, requestToMessagesJson } from 'converse-messages';

const request = { modelId: 'm', inferenceConfig: { maxTokens: 9 }, messages: [{ role: 'user', content: [{ text: 'Hi '.repeat(100) }] }] };
const json = JSON.stringify(request);

/** Calls where too little stack is left, and gives what is thrown. */
function atTheEdge(call) {
  const thrown = [];
  const dive = () => {
    try {
      dive();
    } catch {
      // On the way up there is a little more each time.
      if (thrown.length < 40) {
        try {
          call();
        } catch (error) {
          thrown.push(error);
        }
      }
    }
  };
  dive();
  return thrown;
}

test('a call that breaks the instance does not break the next one', () => {
  const expected = requestToMessagesJson(json).value;
  for (const call of [() => requestToMessagesJson(json), () => requestToMessages(request)]) {
    const thrown = atTheEdge(call);
    assert.ok(thrown.length > 0 && thrown.every((error) => error instanceof RangeError), String(thrown));
    assert.equal(requestToMessagesJson(json).value, expected);
    assert.equal(JSON.stringify(requestToMessages(request).value), expected);
  }
});

/** Something is thrown through the wasm. */
function breakInstance() {
  const { parse } = JSON;
  JSON.parse = () => { throw new Error('thrown through'); };
  try {
    requestToMessagesJson('{"modelId": "m"}');
  } finally {
    JSON.parse = parse;
  }
}

test('what is thrown through the wasm is thrown, and the next call works', () => {
  for (let i = 0; i < 3; i += 1) {
    assert.throws(breakInstance, /thrown through/);
    assert.deepEqual(requestToMessages(request).losses, []);
  }
});

test('a stream that was under way in a broken instance says so', () => {
  const transcoder = new Transcoder({ from: 'json', to: 'sse', side: 'messages' });
  assert.throws(breakInstance, /thrown through/);
  assert.throws(() => transcoder.push(new Uint8Array(1)), /this stream is lost/);
  assert.ok(new Transcoder({ from: 'json', to: 'sse', side: 'messages' }));
});

test('a wrong argument is refused before the wasm, and breaks nothing', () => {
  const transcoder = new Transcoder({ from: 'json', to: 'sse', side: 'messages' });
  for (const call of [
    () => ours.requestToMessagesBytes('{}'), () => ours.requestToMessagesBytes(new ArrayBuffer(2)), () => requestToMessagesJson(5), () => transcoder.push('{}'),
    () => ours.modelIdToBedrock('claude-haiku-4-5', null), () => ours.modelIdToBedrock('claude-haiku-4-5', 5), () => ours.modelFamily({}),
  ]) assert.throws(call, TypeError);
  assert.equal(transcoder.push(new TextEncoder().encode('{"messageStart":{"role":"assistant"}}\n')).length > 0, true);
});

test('the bytes of another realm are bytes', () => {
  const foreign = runInContext('new Uint8Array(text)', createContext({ text: Buffer.from(json) }));
  assert.equal(new TextDecoder().decode(ours.requestToMessagesBytes(foreign).value), requestToMessagesJson(json).value);
});

test('a tool input of a broken instance says that it is lost, and breaks no other', async () => {
  const start = { contentBlockStart: { contentBlockIndex: 0, start: { toolUse: { toolUseId: 't', name: 'f' } } } };
  const delta = { contentBlockDelta: { contentBlockIndex: 0, delta: { toolUse: { input: '{"a":1' } } } };
  const events = messagesEvents([{ messageStart: { role: 'assistant' } }, start, delta, delta]);
  for await (const event of events) {
    if (event.type !== 'content_block_delta') continue;
    assert.throws(breakInstance, /thrown through/);
    const other = new Transcoder({ from: 'json', to: 'sse', side: 'messages' });
    assert.throws(() => events.input(0), /this stream is lost/);
    assert.ok(other.push(new Uint8Array(0)));
    break;
  }
});

test('a call within a call does not renew the instance under it', () => {
  const result = { toolResult: { toolUseId: 't', content: [{ json: { get a() {
    assert.throws(breakInstance, /thrown through/);
    return requestToMessages(request).value;
  } } }] } };
  assert.throws(() => requestToMessages({ ...request, messages: [{ role: 'user', content: [result] }] }), /a call within this one has broken/);
  assert.deepEqual(requestToMessages(request).losses, []);
});

test('a string that is kept does not keep what it came with', () => {
  const ids = Array.from({ length: 300 }, (_, index) => ({ toolUse: { toolUseId: `toolu_of_some_length_${index}`, name: 'f', input: {} } }));
  const many = { ...request, messages: [{ role: 'assistant', content: ids }] };
  globalThis.gc();
  const before = process.memoryUsage().heapUsed;
  const kept = Array.from({ length: 1000 }, () => requestToMessages(many).value.messages[0].content[0].id);
  globalThis.gc();
  const grown = process.memoryUsage().heapUsed - before;
  assert.ok(grown < 2e6, `${kept.length} ids have taken ${grown} bytes`);
});
