import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  ConverseMessagesError, StreamToConverse, StreamToMessages, Transcoder, TranscoderStream, eventStreamToSse, invokeToSse, messagesEvents,
  sseToEventStream, sseToInvoke,
} from 'converse-messages';

const EVENTS = [
  { messageStart: { role: 'assistant' } },
  { contentBlockDelta: { contentBlockIndex: 0, delta: { text: 'Grüße' } } },
  { contentBlockStop: { contentBlockIndex: 0 } },
  { contentBlockStart: { contentBlockIndex: 1, start: { toolUse: { toolUseId: 't1', name: 'weather' } } } },
  { contentBlockDelta: { contentBlockIndex: 1, delta: { toolUse: { input: '{"city": "Par' } } } },
  { contentBlockDelta: { contentBlockIndex: 1, delta: { toolUse: { input: 'is", "days": 3}' } } } },
  { contentBlockStop: { contentBlockIndex: 1 } },
  { messageStop: { stopReason: 'tool_use' } },
  { metadata: { usage: { inputTokens: 9, outputTokens: 5, totalTokens: 14 }, metrics: { latencyMs: 300 } } },
];
const bytes = (text) => new TextEncoder().encode(text);
const text = (parts) => new TextDecoder().decode(Buffer.concat(parts));

function reframed(events, way) {
  const transcoder = new Transcoder(way);
  const parts = events.map((event) => transcoder.push(bytes(`${JSON.stringify(event)}\n`)));
  parts.push(transcoder.finish());
  assert.equal(transcoder.failed, undefined);
  return Buffer.concat(parts);
}

function transcoded(source, way) {
  const transcoder = new Transcoder(way);
  return Buffer.concat([transcoder.push(source), transcoder.finish()]);
}

const sse = reframed(EVENTS, { from: 'json', to: 'sse', side: 'messages' });
const binary = transcoded(sse, { from: 'sse', to: 'eventstream' });

function cut(buffer, size) {
  const pieces = [];
  for (let at = 0; at < buffer.length; at += size) pieces.push(new Uint8Array(buffer.subarray(at, at + size)));
  return pieces;
}

async function piped(pieces, stream) {
  const parts = [];
  for await (const part of ReadableStream.from(pieces).pipeThrough(stream)) parts.push(part);
  return Buffer.concat(parts);
}

test('a body goes through a transform stream however it is cut', async () => {
  for (const size of [1, 7, 100, 1e6]) {
    assert.equal(text([await piped(cut(binary, size), eventStreamToSse())]), text([sse]));
    const back = await piped(cut(sse, size), sseToEventStream());
    assert.equal(text([await piped(cut(back, size), eventStreamToSse())]), text([sse]));
    const invoke = await piped(cut(sse, size), sseToInvoke());
    assert.equal(text([await piped(cut(invoke, size), invokeToSse())]), text([sse]));
  }
});

test('a response of fetch can be converted', async () => {
  const response = new Response(new Blob([binary]).stream().pipeThrough(eventStreamToSse()), { headers: { 'content-type': 'text/event-stream' } });
  assert.equal(await response.text(), text([sse]));
});

test('a stream that fails ends with an error event, and why is told', async () => {
  const corrupt = new Uint8Array(binary);
  corrupt[200] ^= 1;
  let end;
  const out = await piped(cut(corrupt, 50), eventStreamToSse({ onEnd: (told) => { end = told; } }));
  assert.match(text([out]), /event: error\ndata: .*\n\n$/);
  assert.ok(end.failed instanceof ConverseMessagesError);
  assert.equal(end.failed.kind, 'framing');
  const cutOff = new TranscoderStream({ from: 'eventstream', to: 'sse' }, { onEnd: (told) => { end = told; } });
  await piped(cut(binary.subarray(0, 300), 50), cutOff);
  assert.equal(end.failed.kind, 'framing');
});

test('a piece that is no bytes breaks the stream off, and that is told', async () => {
  const told = [];
  const stream = eventStreamToSse({ onEnd: (end) => told.push(end) });
  await assert.rejects(piped(['text'], stream), TypeError);
  assert.equal(told.length, 1);
  assert.equal(told[0].failed.kind, 'stream_failed');
  assert.ok(told[0].failed.cause instanceof TypeError);
});

test('the end is told once, also of a stream that is cancelled behind it', async () => {
  const told = [];
  const reader = ReadableStream.from([binary]).pipeThrough(eventStreamToSse({ onEnd: (end) => told.push(end) })).getReader();
  while (!(await reader.read()).done);
  await reader.cancel();
  assert.deepEqual(told, [{ losses: [], failed: undefined }]);
});

test('the end is told though nobody reads what came last', async () => {
  const told = [];
  const stream = eventStreamToSse({ onEnd: (end) => told.push(end) });
  const writer = stream.writable.getWriter();
  const reader = stream.readable.getReader();
  const [written] = await Promise.all([writer.write(new Uint8Array(binary)), reader.read()]);
  assert.equal(written, undefined);
  await writer.close();
  assert.equal(told.length, 1);
});

test('who cannot be told the end breaks the stream off', async () => {
  let calls = 0;
  const stream = eventStreamToSse({ onEnd() { calls += 1; throw new Error('not me'); } });
  await assert.rejects(piped(cut(binary, 50), stream), /not me/);
  assert.equal(calls, 1);
});

test('no more of a body is read than its reader asks for', async () => {
  let read = 0;
  const pieces = cut(binary, 50);
  const source = new ReadableStream({
    pull(controller) {
      if (read === pieces.length) controller.close();
      else controller.enqueue(pieces[read++]);
    },
  }, { highWaterMark: 0 });
  const stream = source.pipeThrough(eventStreamToSse());
  const pause = () => new Promise((resolve) => { setTimeout(resolve, 20); });
  await pause();
  assert.ok(read <= 2, `${read} before the first read`);
  const reader = stream.getReader();
  await reader.read();
  const first = read;
  await pause();
  assert.ok(read <= first + 2 && read < pieces.length / 2, `${read} of ${pieces.length}`);
  await reader.cancel();
});

test('a stream that has failed answers with nothing', () => {
  const transcoder = new Transcoder({ from: 'json', to: 'sse', side: 'messages' });
  assert.match(text([transcoder.push(bytes('nonsense\n'))]), /event: error/);
  assert.equal(transcoder.failed.kind, 'invalid_json');
  assert.equal(transcoder.push(bytes('{}\n')).length, 0);
  assert.equal(transcoder.finish().length, 0);
});

test('a way that does not exist is refused', () => {
  assert.throws(() => new Transcoder({ from: 'json', to: 'sse', side: 'converse' }), { kind: 'framing' });
  assert.throws(() => new Transcoder({ from: 'json', to: 'json' }), { kind: 'invalid_options', path: '/side' });
  assert.throws(() => new Transcoder({ from: 'xml', to: 'sse' }), { kind: 'invalid_options', path: '/from' });
  assert.throws(() => new Transcoder({ from: 'sse', to: 'sse' }).push('text'), TypeError);
});

test('events as objects, both ways', () => {
  const there = new StreamToMessages({ messageId: 'msg_1' });
  const converted = EVENTS.flatMap((event) => there.push(event)).concat(there.finish());
  assert.equal(converted[0].message.id, 'msg_1');
  const back = new StreamToConverse();
  const again = converted.flatMap((event) => back.push(event)).concat(back.finish());
  assert.deepEqual(again.at(-1).metadata, EVENTS.at(-1).metadata);
  assert.equal(again.length, EVENTS.length);
});

test('an event as an object may hold bytes', () => {
  const event = (redactedContent) => ({ contentBlockDelta: { contentBlockIndex: 0, delta: { reasoningContent: { redactedContent } } } });
  const there = new StreamToMessages();
  const all = [EVENTS[0], event(bytes('secret')), { contentBlockStop: { contentBlockIndex: 0 } }];
  const converted = all.flatMap((one) => there.push(one));
  assert.equal(converted.find(({ type }) => type === 'content_block_start').content_block.data, 'secret');
  const outOf = (options) => {
    const back = new StreamToConverse(options);
    return converted.flatMap((one) => back.push(one)).find((one) => one.contentBlockDelta).contentBlockDelta.delta.reasoningContent.redactedContent;
  };
  assert.deepEqual(outOf(), bytes('secret'));
  assert.equal(outOf({ bytes: 'base64' }), Buffer.from('secret').toString('base64'));
});

test('an event out of order is an error with its place, and so is every one behind it', () => {
  const machine = new StreamToMessages();
  machine.push(EVENTS[0]);
  for (let i = 0; i < 2; i += 1) assert.throws(() => machine.push(EVENTS[4]), { kind: 'stream_order', path: '/1' });
  const unfinished = new StreamToMessages();
  unfinished.push(EVENTS[0]);
  assert.throws(() => unfinished.finish(), { kind: 'stream_order' });
});

for (const [what, source, options] of [
  ['a body', () => ReadableStream.from(cut(binary, 33)), {}],
  ['server-sent events', () => ReadableStream.from(cut(sse, 33)), { from: 'sse' }],
  ["the events of an SDK", () => EVENTS, {}],
  ["an iterator of the events of an SDK", async function* events() { yield* EVENTS; }, {}],
]) {
  test(`the events of Messages out of ${what}, with the input of the tool that is called`, async () => {
    const events = messagesEvents(typeof source === 'function' ? source() : source, options);
    const inputs = [];
    const open = [];
    for await (const event of events) {
      if (event.type === 'content_block_delta' && event.delta.type === 'input_json_delta') {
        inputs.push(events.input(event.index));
        open.push(events.input(event.index, { openString: true }));
      }
      assert.equal(events.input(0), undefined);
    }
    assert.deepEqual(inputs, [{}, { city: 'Paris', days: 3 }]);
    assert.deepEqual(open[0], { city: 'Par' });
    const message = events.response();
    assert.deepEqual(message.content.map(({ text: own, input }) => own ?? input), ['Grüße', { city: 'Paris', days: 3 }]);
    assert.equal(message.stop_reason, 'tool_use');
    assert.equal(message.usage.output_tokens, 5);
  });
}

const START = {
  type: 'message_start',
  message: {
    id: 'msg_1', type: 'message', role: 'assistant', model: 'claude', content: [], stop_reason: null, stop_sequence: null,
    usage: { input_tokens: 9, output_tokens: 1 },
  },
};
const begin = (index, content_block) => ({ type: 'content_block_start', index, content_block });
const delta = (index, one) => ({ type: 'content_block_delta', index, delta: one });
const TOOL = { type: 'tool_use', id: 'toolu_1', name: 'add', input: {} };
const END = [{ type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 7 } }, { type: 'message_stop' }];
const ofMessages = (...all) => messagesEvents([bytes(all.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join(''))], { from: 'sse' });

async function all(events) {
  const seen = [];
  for await (const event of events) seen.push(event);
  return seen;
}

test('null tells nothing, what Bedrock adds is kept, and blocks stand in the order in which they began', async () => {
  const events = ofMessages(
    START,
    begin(7, { type: 'text', text: 'H', citations: null }),
    begin(3, { type: 'thinking', thinking: '', signature: '' }),
    delta(3, { type: 'thinking_delta', thinking: 'Hm' }),
    delta(7, { type: 'text_delta', text: 'i' }),
    delta(3, { type: 'signature_delta', signature: 'sig' }),
    delta(7, { type: 'future_delta', text: '?' }),
    { type: 'content_block_stop', index: 3 },
    { type: 'message_delta', delta: { stop_reason: 'end_turn', stop_sequence: null, id: 'another' }, usage: { input_tokens: null, output_tokens: 7 } },
    { type: 'message_stop', 'amazon-bedrock-trace': { guardrail: {} }, 'amazon-bedrock-guardrailAction': 'NONE' },
  );
  assert.equal((await all(events)).length, 10);
  assert.deepEqual(events.response(), {
    ...START.message,
    content: [{ type: 'text', text: 'Hi', citations: null }, { type: 'thinking', thinking: 'Hm', signature: 'sig' }],
    stop_reason: 'end_turn',
    usage: { input_tokens: 9, output_tokens: 7 },
    'amazon-bedrock-trace': { guardrail: {} },
  });
});

test('a stop sequence may be any text', async () => {
  const events = ofMessages(START, { type: 'message_delta', delta: { stop_reason: 'stop_sequence', stop_sequence: 'NONE' }, usage: { output_tokens: 7 } }, END[1]);
  await all(events);
  assert.equal(events.response().stop_sequence, 'NONE');
});

test('a tool input that is not JSON is told at the end, with its place and without its text', async () => {
  const events = ofMessages(START, begin(0, TOOL), delta(0, { type: 'input_json_delta', partial_json: '{"a": 1, "b": hunter2' }), { type: 'content_block_stop', index: 0 }, ...END);
  assert.equal((await all(events)).length, 6);
  assert.throws(() => events.response(), (error) => {
    assert.deepEqual([error.name, error.kind, error.path], ['ConverseMessagesError', 'invalid_json', '/1/content_block']);
    assert.ok(!error.message.includes('hunter2'));
    return true;
  });
  assert.deepEqual([events.message.stop_reason, events.message.content[0].input], ['end_turn', { a: 1 }]);
});

for (const [what, path, ...events] of [
  ['a block before the message', '/0', begin(0, TOOL)],
  ['a second message', '/1', START, START],
  ['a delta of no block', '/1', START, delta(0, { type: 'text_delta', text: 'a' })],
  ['a block that begins twice', '/2', START, begin(0, TOOL), begin(0, TOOL)],
  ['a delta behind its block', '/3', START, begin(0, TOOL), { type: 'content_block_stop', index: 0 }, delta(0, { type: 'input_json_delta', partial_json: '{}' })],
  ['a delta of another kind', '/2', START, begin(0, TOOL), delta(0, { type: 'text_delta', text: 'a' })],
  ['an input of a text', '/2', START, begin(0, { type: 'text', text: '' }), delta(0, { type: 'input_json_delta', partial_json: '{}' })],
  ['content behind the end', '/2', START, END[0], begin(0, TOOL)],
]) {
  test(`${what} is an error with its place`, async () => {
    await assert.rejects(() => all(ofMessages(...events)), { name: 'ConverseMessagesError', kind: 'stream_order', path });
  });
}

test('an exception of the service ends the iteration', async () => {
  const events = messagesEvents([EVENTS[0], { throttlingException: { message: 'Slow down' } }]);
  await assert.rejects(async () => { for await (const event of events) assert.equal(event.type, 'message_start'); }, (error) => {
    assert.equal(error.kind, 'stream_failed');
    assert.equal(error.cause.error.message, 'Slow down');
    return true;
  });
  assert.throws(() => events.response(), { kind: 'stream_order' });
});

test('breaking off cancels the source', async () => {
  let cancelled = false;
  const source = new ReadableStream({
    pull(controller) { controller.enqueue(new Uint8Array(binary.subarray(0, 200))); },
    cancel() { cancelled = true; },
  });
  for await (const event of messagesEvents(source)) {
    assert.equal(event.type, 'message_start');
    break;
  }
  assert.ok(cancelled);
});
