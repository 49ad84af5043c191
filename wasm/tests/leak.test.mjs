// A million calls of every kind leave nothing behind: neither in the wasm's memory nor in JavaScript's.

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import * as ours from 'converse-messages';

const CALLS = 1_000_000;
const WARM_UP = 100_000;

const { memory } = createRequire(import.meta.url)('../pkg/cjs/glue.js').initSync();

const bytes = (value) => new TextEncoder().encode(JSON.stringify(value));
const converse = { modelId: 'm', inferenceConfig: { maxTokens: 9 }, messages: [{ role: 'user', content: [{ text: 'Hi '.repeat(30) }, { image: { format: 'png', source: { bytes: new Uint8Array(99) } } }] }] };
const messages = ours.requestToMessages(converse).value;
const response = { output: { message: { role: 'assistant', content: [{ toolUse: { toolUseId: 't', name: 'f', input: { x: ['y'] } } }] } }, stopReason: 'tool_use', usage: { inputTokens: 1, outputTokens: 2, totalTokens: 3 }, metrics: { latencyMs: 4 } };
const schema = { type: 'object', properties: { a: { $ref: '#/$defs/a' } }, $defs: { a: { type: 'string' } } };
const exception = Object.assign(new Error('Slow down'), { name: 'ThrottlingException', $metadata: { httpStatusCode: 429 } });
const [converseBytes, messagesBytes, wrongBytes] = [ours.requestToConverse(messages, { bytes: 'base64' }).value, messages, { modelId: 1 }].map(bytes);
const [converseJson, messagesJson] = [converseBytes, messagesBytes].map((json) => new TextDecoder().decode(json));
const count = JSON.stringify({ modelId: 'm', input: { converse: { messages: [{ role: 'user', content: [{ text: 'Hi' }] }] } } });
const EVENTS = [
  { messageStart: { role: 'assistant' } },
  { contentBlockStart: { contentBlockIndex: 0, start: { toolUse: { toolUseId: 't', name: 'f' } } } },
  { contentBlockDelta: { contentBlockIndex: 0, delta: { toolUse: { input: '{"city": "Par' } } } },
  { contentBlockDelta: { contentBlockIndex: 0, delta: { toolUse: { input: 'is"}' } } } },
  { contentBlockStop: { contentBlockIndex: 0 } },
  { messageStop: { stopReason: 'tool_use' } },
  { metadata: { usage: { inputTokens: 9, outputTokens: 5, totalTokens: 14 }, metrics: { latencyMs: 300 } } },
];
const LINES = EVENTS.map((event) => new TextEncoder().encode(`${JSON.stringify(event)}\n`));

function refused(call) {
  try {
    call();
  } catch (error) {
    if (error instanceof ours.ConverseMessagesError) return;
    throw error;
  }
  assert.fail('nothing was thrown');
}

// Each is one call.
const LIGHT = [
  () => ours.requestToMessagesBytes(converseBytes),
  () => ours.requestToConverseBytes(messagesBytes),
  () => ours.requestToMessagesJson(converseJson),
  () => ours.requestToConverseJson(messagesJson),
  () => ours.countTokensToMessagesJson(count),
  () => ours.invokeFromConverseBytes(converseBytes),
  () => ours.modelIdToBedrock('claude-haiku-4-5', 'us'),
];
const HEAVY = [
  () => ours.requestToMessages(converse),
  () => ours.requestToConverse(messages),
  () => ours.responseToMessages(response),
  () => ours.errorToMessages(exception),
  () => ours.inlineSchema(schema),
  () => refused(() => ours.requestToMessagesBytes(wrongBytes)),
  () => refused(() => ours.requestToMessages({ modelId: 1 })),
  () => refused(() => ours.requestToMessages(converse, { loss: 'none' })),
];
const MIX = [...Array(40).fill(LIGHT), ...Array(2).fill(HEAVY)].flat();

function finished() {
  const stream = new ours.Transcoder({ from: 'json', to: 'sse', side: 'messages' });
  for (const line of LINES) stream.push(line);
  stream.finish();
  return LINES.length + 2;
}

function abandoned() {
  new ours.Transcoder({ from: 'json', to: 'sse', side: 'messages' }).push(LINES[0]);
  new ours.StreamToConverse().push({ type: 'ping' });
  return 4;
}

function failed() {
  const stream = new ours.StreamToMessages();
  stream.push(EVENTS[0]);
  refused(() => stream.push(EVENTS[2]));
  return 3;
}

/** Read to its end, or left in the middle of a tool's input. */
async function events(isWhole) {
  const stream = ours.messagesEvents(EVENTS);
  let made = 1;
  for await (const event of stream) {
    made += 1;
    if (event.type !== 'content_block_delta') continue;
    stream.input(event.index, { openString: true });
    made += 1;
    if (!isWhole) break;
  }
  return made;
}

async function calls(atLeast) {
  let made = 0;
  for (let round = 0; made < atLeast; round += 1) {
    for (const call of MIX) call();
    made += MIX.length + finished() + abandoned() + failed() + (await events(true)) + (await events(false));
    if (round % 25 === 0) await collect();
  }
}

/** What nobody holds any more is freed between tasks. */
async function collect() {
  globalThis.gc();
  await new Promise((next) => { setTimeout(next); });
}

async function held() {
  for (let i = 0; i < 3; i += 1) await collect();
  const { heapUsed, external } = process.memoryUsage();
  return { wasm: memory.buffer.byteLength, javascript: heapUsed + external };
}

test('a million calls leave nothing behind', async () => {
  await calls(WARM_UP);
  const before = await held();
  await calls(CALLS);
  const after = await held();
  assert.equal(after.wasm, before.wasm, 'the memory of the wasm has grown');
  const grown = after.javascript - before.javascript;
  assert.ok(grown < 500_000, `JavaScript's heap has grown by ${grown} bytes`);
});
