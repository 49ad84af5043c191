// Strings: most of what comes out is cut out of what went in, and is the same to the letter as what the bytes become.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as ours from 'converse-messages';

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();

/** Characters of one to four bytes, and what JSON escapes, for a text too long to be copied. */
const FILLINGS = ['a', 'é', '→', '\ufffd', '\uffff', '😀', '"', '\\', '\n', '\u2028', 'a😀é→"'];

function same(name, document) {
  const json = typeof document === 'string' ? document : JSON.stringify(document);
  const options = { loss: 'allow' };
  const found = ours[`${name}Json`](json, options);
  const expected = ours[`${name}Bytes`](encoder.encode(json), options);
  assert.equal(typeof found.value, 'string');
  assert.equal(found.value, decoder.decode(expected.value));
  assert.deepEqual(found.losses, expected.losses);
  return found.value;
}

/** Documents in which a text stands before, behind and between others. */
function converse(text, other) {
  return {
    modelId: 'm',
    messages: [
      { role: 'user', content: [{ text }, { text: other }, { text: `${other}${text}` }, { image: { format: 'png', source: { bytes: 'AAAA'.repeat(200) } } }] },
      { role: 'assistant', content: [{ toolUse: { toolUseId: 't', name: 'f', input: { [text]: other, list: [text, 1, text] } } }] },
      { role: 'user', content: [{ toolResult: { toolUseId: 't', content: [{ json: [text] }, { text }] } }] },
    ],
    // In a Messages request it stands before the messages.
    system: [{ text: other }, { text }],
    inferenceConfig: { maxTokens: 9 },
    toolConfig: { tools: [{ toolSpec: { name: 'f', description: text, inputSchema: { json: { type: 'object', description: text } } } }] },
    additionalModelRequestFields: { own: text, number: 1 },
  };
}

test('a string becomes what its bytes become', () => {
  for (const filling of FILLINGS) {
    for (const length of [0, 1, 40, 63, 64, 127, 128, 129, 1000]) {
      for (const other of ['', 'plain', 'é😀→', 'ü'.repeat(300)]) {
        const request = converse(filling.repeat(length), other);
        const messages = same('requestToMessages', request);
        same('requestToMessages', JSON.stringify(request, undefined, 2));
        same('requestToConverse', messages);
        same('countTokensToMessages', { modelId: 'm', input: { converse: { messages: request.messages, system: request.system } } });
        same('countTokensToConverse', messages);
        same('invokeToConverse', same('invokeFromConverse', request));
        same('invokeFromMessages', messages);
      }
    }
  }
});

test('responses, errors, streams, batches and schemas as strings become what their bytes become', () => {
  for (const filling of FILLINGS) {
    const text = filling.repeat(500);
    const message = { role: 'assistant', content: [{ text }, { toolUse: { toolUseId: 't', name: 'f', input: { text } } }] };
    const usage = { inputTokens: 1, outputTokens: 1, totalTokens: 2 };
    same('responseToConverse', same('responseToMessages', { output: { message }, stopReason: 'end_turn', usage, metrics: { latencyMs: 1 } }));
    const error = { type: 'error', error: { type: 'invalid_request_error', message: text } };
    assert.equal(
      ours.errorToConverseJson(JSON.stringify(error), { status: 400 }).value.body,
      decoder.decode(ours.errorToConverseBytes(encoder.encode(JSON.stringify(error)), { status: 400 }).value.body),
    );
    const stream = [
      { messageStart: { role: 'assistant' } },
      { contentBlockDelta: { contentBlockIndex: 0, delta: { text } } },
      { contentBlockStop: { contentBlockIndex: 0 } },
      { messageStop: { stopReason: 'end_turn' } },
      { metadata: { usage, metrics: { latencyMs: 1 } } },
    ];
    same('streamToConverse', same('streamToMessages', stream));
    same('batchToMessages', { recordId: 'one', modelInput: converse(text, 'é') });
    assert.equal(ours.inlineSchemaJson(JSON.stringify({ description: text })).value, JSON.stringify({ description: text }));
  }
});

test('white space and escapes of the source stay where they belong', () => {
  const long = 'é'.repeat(200);
  const json = `{ "modelId": "😀",\n "messages": [ {"role":"user","content":[{"text":"\\u00e9${long}\\ud83d\\ude00"},{"text":"${long}"}]} ] }`;
  assert.equal(
    same('requestToMessages', json.replace('"messages"', '"inferenceConfig":{"maxTokens":1},"messages"')),
    `{"model":"😀","max_tokens":1,"messages":[{"role":"user","content":[{"type":"text","text":"\\u00e9${long}\\ud83d\\ude00"},{"type":"text","text":"${long}"}]}]}`,
  );
});

test('half of a surrogate pair is refused, beside real replacement characters too', () => {
  const request = (text) => `{"modelId":"m","inferenceConfig":{"maxTokens":9},"messages":[{"role":"user","content":[{"text":"${text}"}]}]}`;
  for (const length of [0, 500]) {
    const before = 'é'.repeat(length);
    for (const lone of ['\ud800', '\udfff', '\ude00\ud83d', '\ud800😀', '\ufffd\ud800', '\udc00\ufffd']) {
      assert.throws(() => ours.requestToMessagesJson(request(before + lone)), { name: 'ConverseMessagesError', kind: 'invalid_json' });
    }
    for (const whole of ['\ufffd', '😀', '\uffff', '\ufeff']) same('requestToMessages', request(before + whole));
  }
});

test('pieces are of the call under way', () => {
  const long = 'é'.repeat(500);
  const request = (text) => ({ modelId: 'm', inferenceConfig: { maxTokens: 9 }, messages: [{ role: 'user', content: [{ text }] }] });
  same('requestToMessages', request(long));
  assert.throws(() => ours.requestToMessagesJson(JSON.stringify(request(long)).slice(0, -1)), { kind: 'invalid_json' });
  same('requestToMessages', request('short'));
  assert.throws(() => ours.requestToMessagesJson(JSON.stringify({ ...request(long), own: 1 }), { loss: 'forbid' }), { name: 'ConverseMessagesError' });
  same('requestToMessages', request('short'));
});
