import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Transcoder, requestToMessages, requestToMessagesBytes, requestToMessagesJson } from 'converse-messages';

const request = { modelId: 'm', inferenceConfig: { maxTokens: 9 }, messages: [{ role: 'user', content: [{ text: 'Hi '.repeat(100) }] }] };
const json = JSON.stringify(request);

/** Calls where almost no stack is left. */
function atTheEdge(call) {
  let thrown = 0;
  const dive = () => {
    try {
      dive();
    } catch {
      // On the way up there is a little more each time.
      if (thrown < 40) {
        try {
          call();
        } catch (error) {
          assert.ok(error instanceof RangeError || error instanceof WebAssembly.RuntimeError, error.stack);
          thrown += 1;
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
    assert.ok(atTheEdge(call) > 0, 'the stack overflows');
    assert.equal(requestToMessagesJson(json).value, expected);
    assert.equal(JSON.stringify(requestToMessages(request).value), expected);
  }
});

test('a stream that was under way in a broken instance says so', () => {
  const transcoder = new Transcoder({ from: 'json', to: 'sse', side: 'messages' });
  atTheEdge(() => requestToMessagesJson(json));
  assert.throws(() => transcoder.push(new Uint8Array(1)), /this stream is lost/);
  assert.ok(new Transcoder({ from: 'json', to: 'sse', side: 'messages' }));
});

test('memory does not grow from call to call', () => {
  const bytes = new TextEncoder().encode(json);
  const wrong = new TextEncoder().encode('{"modelId": 1}');
  const round = () => {
    requestToMessagesBytes(bytes);
    requestToMessages(request);
    try {
      requestToMessagesBytes(wrong);
    } catch {
      // As expected.
    }
    const transcoder = new Transcoder({ from: 'json', to: 'sse', side: 'messages' });
    transcoder.push(bytes.subarray(0, 0));
  };
  const used = () => {
    globalThis.gc();
    return process.memoryUsage().rss;
  };
  for (let i = 0; i < 20_000; i += 1) round();
  const before = used();
  for (let i = 0; i < 250_000; i += 1) round();
  const grown = used() - before;
  assert.ok(grown < 24e6, `a million calls have taken ${grown} bytes`);
});
