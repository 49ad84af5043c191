// The SDKs take what comes out: their own serializers, and their own parsers.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import Anthropic from '@anthropic-ai/sdk';
import { BedrockRuntimeClient, ConverseCommand, ConverseStreamCommand } from '@aws-sdk/client-bedrock-runtime';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { Transcoder, errorToMessages, messagesEvents, requestToConverse, requestToMessages, responseToConverse, responseToMessages } from 'converse-messages';

const params = {
  model: 'claude-haiku-4-5',
  max_tokens: 64,
  system: [{ type: 'text', text: 'Be brief.', cache_control: { type: 'ephemeral' } }],
  messages: [
    { role: 'user', content: [{ type: 'text', text: 'What is this?' }, { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AAEC' } }] },
    { role: 'assistant', content: [{ type: 'tool_use', id: 'toolu_1', name: 'look', input: { at: ['it'] } }] },
    { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'toolu_1', content: 'A cat' }] },
  ],
  tools: [{ name: 'look', description: 'Looks', input_schema: { type: 'object', properties: {} } }],
};
const message = {
  id: 'msg_1', type: 'message', role: 'assistant', model: 'claude-haiku-4-5', content: [{ type: 'text', text: 'A cat.' }],
  stop_reason: 'end_turn', stop_sequence: null, usage: { input_tokens: 9, output_tokens: 3 },
};
const EVENTS = [
  { messageStart: { role: 'assistant' } },
  { contentBlockDelta: { contentBlockIndex: 0, delta: { text: 'A cat.' } } },
  { contentBlockStop: { contentBlockIndex: 0 } },
  { messageStop: { stopReason: 'end_turn' } },
  { metadata: { usage: { inputTokens: 9, outputTokens: 3, totalTokens: 12 }, metrics: { latencyMs: 7 } } },
];

function serverSentEvents() {
  const transcoder = new Transcoder({ from: 'json', to: 'sse', side: 'messages' });
  const lines = EVENTS.map((event) => `${JSON.stringify(event)}\n`).join('');
  return Buffer.concat([transcoder.push(new TextEncoder().encode(lines)), transcoder.finish()]);
}

let server;
let address;
let asked;
let answer;

before(async () => {
  server = createServer(async (request, response) => {
    const parts = [];
    for await (const part of request) parts.push(part);
    asked = { path: request.url, headers: request.headers, body: JSON.parse(Buffer.concat(parts)) };
    const { status = 200, headers, body } = answer;
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(body);
  });
  await new Promise((listening) => { server.listen(0, '127.0.0.1', listening); });
  address = `http://127.0.0.1:${server.address().port}`;
});
after(() => server.close());

const bedrock = () => new BedrockRuntimeClient({ region: 'us-east-1', endpoint: address, credentials: { accessKeyId: 'a', secretAccessKey: 'b' }, maxAttempts: 1, requestHandler: new NodeHttpHandler() });
const anthropic = () => new Anthropic({ apiKey: 'k', baseURL: address, maxRetries: 0 });

test('the AWS SDK sends a converted request, and what it receives converts', async () => {
  answer = { body: JSON.stringify(responseToConverse(message, { bytes: 'base64' }).value) };
  const { value } = requestToConverse(params);
  const output = await bedrock().send(new ConverseCommand(value));
  const { modelId, ...sent } = requestToConverse(params, { bytes: 'base64' }).value;
  assert.deepEqual(asked.body, sent);
  assert.equal(asked.path, `/model/${modelId}/converse`);
  const back = responseToMessages(output, { messageId: 'msg_1', responseModel: 'claude-haiku-4-5' });
  assert.deepEqual(back.value.content, message.content);
  assert.deepEqual(back.losses, []);
});

test('the Anthropic SDK sends a converted request, and what it receives converts', async () => {
  answer = { body: JSON.stringify(message) };
  const { value } = requestToMessages(requestToConverse(params).value);
  const received = await anthropic().messages.create(value);
  assert.deepEqual(asked.body, { ...params, system: asked.body.system, messages: asked.body.messages });
  assert.deepEqual(asked.body.messages[0], params.messages[0]);
  assert.equal(responseToConverse(received).value.output.message.content[0].text, 'A cat.');
});

test('a stream that the AWS SDK receives converts, event by event', async () => {
  const transcoder = new Transcoder({ from: 'sse', to: 'eventstream' });
  const body = Buffer.concat([transcoder.push(serverSentEvents()), transcoder.finish()]);
  answer = { headers: { 'content-type': 'application/vnd.amazon.eventstream' }, body };
  const { stream } = await bedrock().send(new ConverseStreamCommand(requestToConverse(params).value));
  const events = messagesEvents(stream);
  let text = '';
  for await (const event of events) if (event.type === 'content_block_delta') text += event.delta.text;
  assert.equal(text, 'A cat.');
  assert.equal(events.response().usage.output_tokens, 3);
});

test('a stream that is converted to server-sent events is read by the Anthropic SDK', async () => {
  answer = { headers: { 'content-type': 'text/event-stream' }, body: serverSentEvents() };
  const final = await anthropic().messages.stream(params).finalMessage();
  assert.equal(final.content[0].text, 'A cat.');
});

test('an error that the AWS SDK throws converts', async () => {
  answer = { status: 429, headers: { 'x-amzn-errortype': 'ThrottlingException', 'x-amzn-requestid': 'r1' }, body: '{"message": "Slow down"}' };
  const thrown = await bedrock().send(new ConverseCommand(requestToConverse(params).value)).catch((error) => error);
  assert.deepEqual(errorToMessages(thrown).value, {
    status: 429,
    body: { type: 'error', error: { type: 'rate_limit_error', message: 'Slow down' }, request_id: 'r1' },
  });
});
