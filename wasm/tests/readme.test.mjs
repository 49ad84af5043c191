// Every example of the README runs where it says, and prints what it says.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { BedrockRuntimeClient } from '@aws-sdk/client-bedrock-runtime';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { Transcoder } from 'converse-messages';
import { build } from 'esbuild';
import { launch, serve, visit } from './chromium.mjs';
import { project } from './project.mjs';
import { bun, bundleWorker, deno, node, serveWorker } from './runtimes.mjs';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const examples = [...readme.matchAll(/^```(js|html)\n([^]*?)^```$/gm)].map(([, language, code]) => ({ language, code }));

/** The next example, which has this in it. */
function next(language, mark) {
  const example = examples.shift();
  assert.equal(example?.language, language);
  assert.ok(example.code.includes(mark), example.code);
  return example.code;
}

/** What an example says that it prints. */
const promised = (code) => [...code.matchAll(/^console\.log.* \/\/ (.*)$/gm)].map(([, line]) => `${line}\n`).join('');
/** What it says that the page shows. */
const shown = (code) => code.match(/document\.body\.append.* \/\/ (.*)$/m)[1];

const MESSAGE = {
  id: 'msg_1', type: 'message', role: 'assistant', model: 'claude-haiku-4-5', content: [{ type: 'text', text: 'A cat.' }],
  stop_reason: 'end_turn', stop_sequence: null, usage: { input_tokens: 9, output_tokens: 3 },
};
const EVENTS = [
  { messageStart: { role: 'assistant' } },
  { contentBlockStart: { contentBlockIndex: 0, start: { toolUse: { toolUseId: 't1', name: 'weather' } } } },
  { contentBlockDelta: { contentBlockIndex: 0, delta: { toolUse: { input: '{"city": "Par' } } } },
  { contentBlockDelta: { contentBlockIndex: 0, delta: { toolUse: { input: 'is"}' } } } },
  { contentBlockStop: { contentBlockIndex: 0 } },
  { messageStop: { stopReason: 'tool_use' } },
  { metadata: { usage: { inputTokens: 9, outputTokens: 5, totalTokens: 14 }, metrics: { latencyMs: 300 } } },
];

function converseStream() {
  const bytes = (text) => new TextEncoder().encode(text);
  const lines = new Transcoder({ from: 'json', to: 'sse', side: 'messages' });
  const sse = Buffer.concat([lines.push(bytes(EVENTS.map((event) => `${JSON.stringify(event)}\n`).join(''))), lines.finish()]);
  const frames = new Transcoder({ from: 'sse', to: 'eventstream' });
  return Buffer.concat([frames.push(sse), frames.finish()]);
}

const INPUT = {
  modelId: 'us.anthropic.claude-haiku-4-5-20251001-v1:0',
  inferenceConfig: { maxTokens: 9 },
  messages: [{ role: 'user', content: [{ text: 'What is this?' }] }],
};

let own;
let services;
let endpoint;
/** What the services were asked. */
const asked = [];

/** Both services: Anthropic's answers at once, Bedrock's as a stream, or that it is too much. */
before(async () => {
  own = project();
  for (const name of ['@anthropic-ai/sdk', '@aws-sdk/client-bedrock-runtime']) own.link(name);
  services = createServer(async (request, response) => {
    const body = [];
    for await (const chunk of request) body.push(chunk);
    asked.push({ url: request.url, headers: request.headers, body: JSON.parse(Buffer.concat(body)) });
    const answer = (status, type, content) => response.writeHead(status, { 'content-type': type }).end(content);
    if (request.url === '/v1/messages') answer(200, 'application/json', JSON.stringify(MESSAGE));
    else if (request.url.includes('throttled')) answer(429, 'application/json', '{"message":"Slow down"}');
    else answer(200, 'application/vnd.amazon.eventstream', converseStream());
  });
  await new Promise((listening) => { services.listen(0, '127.0.0.1', listening); });
  endpoint = `http://127.0.0.1:${services.address().port}`;
});

after(() => {
  services?.close();
  own?.remove();
});

const imported = (name, code) => import(own.write(name, code));

test('Node, import and require', () => {
  const first = next('js', 'requestToMessages(');
  assert.equal(node(own, own.write('first.mjs', first)), promised(first));
  const required = next('js', 'require(');
  assert.equal(node(own, own.write('required.cjs', required)), promised(required));
});

test('Node, with the SDKs', async () => {
  Object.assign(process.env, { ANTHROPIC_BASE_URL: endpoint, ANTHROPIC_API_KEY: 'none' });
  const { converse } = await imported('converse.mjs', next('js', 'export async function converse('));
  const { output, stopReason } = await converse({ ...INPUT, additionalModelRequestFields: { anthropic_beta: ['b1', 'b2'] } });
  assert.deepEqual([output.message.content, stopReason], [[{ text: 'A cat.' }], 'end_turn']);
  const { body, headers } = asked.pop();
  assert.deepEqual([body.model, body.anthropic_beta, headers['anthropic-beta']], ['claude-haiku-4-5-20251001', undefined, 'b1,b2']);

  const { answer } = await imported('answer.mjs', next('js', 'export async function answer('));
  const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'none' };
  const client = new BedrockRuntimeClient({ region: 'us-east-1', endpoint, credentials, requestHandler: new NodeHttpHandler() });
  const inputs = [];
  const { content } = await answer(client, INPUT, (input) => inputs.push(input));
  client.destroy();
  assert.deepEqual(inputs, [{ city: 'Par' }, { city: 'Paris' }]);
  assert.deepEqual(content[0].input, { city: 'Paris' });
});

test('a worker', async () => {
  bundleWorker(own, own.write('worker.mjs', next('js', 'export default')));
  await serveWorker(own, { BEDROCK: endpoint, AWS_BEARER_TOKEN_BEDROCK: 'key' }, async (address) => {
    const post = (body) => fetch(address, { method: 'POST', body: JSON.stringify(body) });
    const request = { model: INPUT.modelId, max_tokens: 9, messages: [{ role: 'user', content: 'Hi' }] };
    const response = await post(request);
    assert.match(await response.text(), /^event: message_start\n[^]*"stop_reason":"tool_use"[^]*event: message_stop\ndata: .*\n\n$/);
    const { url, headers, body } = asked.pop();
    assert.equal(url, `/model/${encodeURIComponent(INPUT.modelId)}/converse-stream`);
    assert.equal(headers.authorization, 'Bearer key');
    assert.deepEqual(body, { messages: [{ role: 'user', content: [{ text: 'Hi' }] }], inferenceConfig: { maxTokens: 9 } });

    const throttled = await post({ ...request, model: 'throttled' });
    assert.deepEqual([throttled.status, (await throttled.json()).error], [429, { type: 'rate_limit_error', message: 'Slow down' }]);
    const wrong = await post({ ...request, messages: 'Hi' });
    assert.deepEqual([wrong.status, (await wrong.json()).error.type], [400, 'invalid_request_error']);
  });
});

test('Deno and Bun', () => {
  for (const [run, mark] of [[deno, 'npm:'], [bun, "from 'converse-messages'"]]) {
    const code = next('js', mark);
    assert.equal(run(own, own.write('example.mjs', code)), promised(code));
  }
});

test('browsers', async () => {
  // The policy that the README asks for; its first example stands in the page, which is one more thing to allow.
  const [, policy] = readme.match(/must allow WebAssembly: `(.*)`/);
  const inline = await serve(own.folder, `${policy} 'unsafe-inline'`);
  const site = await serve(own.folder, policy);
  const browser = await launch();
  const text = (address) => visit(browser, address, () => document.body.textContent.trim(), () => document.body.textContent.trim());
  try {
    const page = next('html', 'default.js');
    own.write('page.html', `<!doctype html><meta charset="utf-8"><body>${page}`);
    assert.equal((await text(`${inline.address}page.html`)).split('\n').at(-1), shown(page));

    for (const [name, mark, options] of [['slim', 'await init();', {}], ['told', 'esbuild', { loader: { '.wasm': 'file' } }]]) {
      const code = next('js', mark);
      await build({ entryPoints: [own.write(`${name}.js`, code)], outdir: join(own.folder, name), bundle: true, format: 'esm', logLevel: 'error', ...options });
      if (name === 'slim') own.write('slim/converse_messages.wasm', readFileSync(join(own.folder, 'node_modules/converse-messages/converse_messages.wasm')));
      own.write(`${name}/page.html`, `<!doctype html><meta charset="utf-8"><body><script type="module" src="./${name}.js"></script>`);
      assert.equal(await text(`${site.address}${name}/page.html`), shown(code));
    }
    const without = await serve(own.folder, "script-src 'self'");
    await assert.rejects(text(`${without.address}slim/page.html`), /WebAssembly|wasm/i);
    without.close();
  } finally {
    await browser.close();
    site.close();
    inline.close();
  }
});

test('no example is left', () => assert.deepEqual(examples, []));
