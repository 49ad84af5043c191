// What every runtime is asked: each form, both ways, a stream, an error, and all the cases. No test framework and no file system.

import { runCase } from './cases.mjs';

const CONVERSE = {
  modelId: 'us.anthropic.claude-sonnet-4-5-20250929-v1:0',
  inferenceConfig: { maxTokens: 9 },
  messages: [{ role: 'user', content: [{ text: 'Grüße 🦀' }, { image: { format: 'png', source: { bytes: new Uint8Array([1, 2, 3]) } } }] }],
};
const EVENTS = [
  { type: 'message_start', message: { id: 'm', type: 'message', role: 'assistant', model: 'x', content: [], stop_reason: null, stop_sequence: null, usage: { input_tokens: 9, output_tokens: 0 } } },
  { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
  { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'Grüße' } },
  { type: 'content_block_stop', index: 0 },
  { type: 'message_delta', delta: { stop_reason: 'end_turn', stop_sequence: null }, usage: { input_tokens: 9, output_tokens: 5 } },
  { type: 'message_stop' },
];

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** What the package answers here, as JSON can say it. */
export async function probe(ours, cases) {
  const messages = ours.requestToMessages(CONVERSE);
  const converse = ours.requestToConverse(messages.value);
  const json = JSON.stringify(ours.requestToConverse(messages.value, { bytes: 'base64' }).value);
  const { value } = ours.requestToMessagesBytes(encoder.encode(json));
  const answers = {
    objects: [messages, converse],
    bytes: [value, ours.requestToConverseBytes(value).value].map((bytes) => decoder.decode(bytes)),
    json: [ours.requestToMessagesJson(json).value, ours.requestToConverseJson(decoder.decode(value)).value],
    stream: await stream(ours),
    brokenOff: [await failing(ours), await leaving(ours)],
    error: error(ours),
    cases: all(ours, cases),
  };
  return JSON.parse(JSON.stringify(answers, (_, member) => (member instanceof Uint8Array ? { bytes: [...member] } : member)));
}

/** A stream of Converse, three bytes at a time, as the body of a response. */
async function stream(ours) {
  const sse = EVENTS.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join('');
  const source = await bytesOf(pieces(encoder.encode(sse)).pipeThrough(ours.sseToEventStream()));
  let end;
  const body = pieces(source).pipeThrough(ours.eventStreamToSse({ onEnd: (told) => { end = told; } }));
  const text = await new Response(body).text();
  const seen = [];
  for await (const event of ours.messagesEvents(pieces(source))) seen.push(event.type);
  return { text, losses: end.losses, seen };
}

const START = encoder.encode('{"messageStart":{"role":"assistant","someday":1}}\n');
const WAY = { from: 'json', to: 'sse', side: 'messages' };

/** What `onEnd` is told of a source that fails, and what the reader sees of it. */
export async function failing(ours) {
  const told = [];
  let fail;
  const source = new ReadableStream({
    start(controller) {
      controller.enqueue(START);
      fail = () => controller.error(new Error('no network'));
    },
  });
  const reader = source.pipeThrough(new ours.TranscoderStream(WAY, { onEnd: (end) => told.push(end) })).getReader();
  const first = decoder.decode((await reader.read()).value);
  fail();
  const thrown = await reader.read().then(() => 'nothing', (error) => error.message);
  const ends = told.map(({ losses, failed }) => ({ losses, kind: failed?.kind, cause: failed?.cause.message }));
  return { first, thrown, ends };
}

/** What `onEnd` is told, and the source, when the reader goes away while it waits. */
export async function leaving(ours) {
  const told = [];
  let left;
  const cancelled = new Promise((resolve) => { left = resolve; });
  const source = new ReadableStream({
    start: (controller) => controller.enqueue(START),
    cancel: left,
  });
  const reader = source.pipeThrough(new ours.TranscoderStream(WAY, { onEnd: (end) => told.push(end) })).getReader();
  const first = decoder.decode((await reader.read()).value);
  await reader.cancel('enough');
  return { first, reason: await cancelled, ends: told.map(({ losses, failed }) => ({ losses, hasFailed: failed !== undefined })) };
}

function pieces(bytes) {
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      if (at >= bytes.length) controller.close();
      else controller.enqueue(bytes.slice(at, (at += 3)));
    },
  });
}

async function bytesOf(readable) {
  return new Uint8Array(await new Response(readable).arrayBuffer());
}

function error(ours) {
  try {
    ours.requestToMessages({ modelId: 'm', messages: [{ role: 'user', content: 'Hi' }] });
    return 'nothing was thrown';
  } catch (thrown) {
    const { name, kind, path, message } = thrown;
    return { isOurs: thrown instanceof ours.ConverseMessagesError, isError: thrown instanceof Error, name, kind, path, message };
  }
}

function all(ours, cases) {
  const wrong = [];
  let count = 0;
  for (const [name, documents] of Object.entries(cases)) {
    const found = runCase(ours, name, documents);
    count += found.count;
    wrong.push(...found.wrong.map((problem) => `${name}: ${problem}`));
  }
  return { count, wrong };
}
