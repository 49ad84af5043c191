// The entry whose wasm is loaded by hand.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import init, { requestToMessagesJson } from 'converse-messages/slim';

const request = '{"modelId":"m","inferenceConfig":{"maxTokens":9},"messages":[{"role":"user","content":[{"text":"Hi"}]}]}';
const expected = '{"model":"m","max_tokens":9,"messages":[{"role":"user","content":"Hi"}]}';
const wasm = await readFile(new URL('../pkg/converse_messages.wasm', import.meta.url));

let server;
let address;
let isDown = true;
let asked = 0;

before(async () => {
  server = createServer((_, response) => {
    asked += 1;
    response.writeHead(isDown ? 503 : 200, { 'content-type': 'application/wasm' }).end(isDown ? '' : wasm);
  });
  await new Promise((listening) => { server.listen(0, '127.0.0.1', listening); });
  address = `http://127.0.0.1:${server.address().port}/converse_messages.wasm`;
});

after(() => server.close());

test('what could not be loaded can be tried again, and what is loaded is kept', async () => {
  assert.throws(() => requestToMessagesJson(request));
  await assert.rejects(init(address), /503/);
  await assert.rejects(init(Promise.reject(new Error('no network'))), /no network/);
  await assert.rejects(init(new Uint8Array(8)), WebAssembly.CompileError);
  // The smallest module there is.
  await assert.rejects(init(new WebAssembly.Module(new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]))), /not the wasm of converse-messages/);
  assert.throws(() => requestToMessagesJson(request), /await init/);
  isDown = false;
  asked = 0;
  await Promise.all([init(address), init(address)]);
  await init(address);
  assert.equal(asked, 1);
  assert.equal(requestToMessagesJson(request).value, expected);
});

for (const [what, source] of [
  ['the file beside it', ''],
  ['a file', "new URL('../pkg/converse_messages.wasm', import.meta.url)"],
  ['the address of a file', "new URL('../pkg/converse_messages.wasm', import.meta.url).href"],
  ['bytes', 'wasm'],
  ['a compiled module', 'new WebAssembly.Module(wasm)'],
  ['a response', 'new Response(wasm)'],
  ['a response that is to come', 'Promise.resolve(new Response(wasm))'],
]) {
  test(`the wasm can be ${what}`, () => {
    const script = `
      import init, { requestToMessagesJson } from 'converse-messages/slim';
      import { readFileSync } from 'node:fs';
      const wasm = readFileSync('../pkg/converse_messages.wasm');
      await init(${source.replace('import.meta.url', JSON.stringify(import.meta.url))});
      console.log(requestToMessagesJson('${request}').value);
    `;
    const options = { cwd: new URL('.', import.meta.url), encoding: 'utf8' };
    assert.equal(execFileSync(process.execPath, ['--input-type=module', '--eval', script], options).trim(), expected);
  });
}
