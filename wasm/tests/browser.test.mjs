// In Chromium: as a plain module script, and as Vite builds it.

import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { build } from 'vite';
import { readCases } from './folders.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
const SWITCHES = [
  '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync',
];
const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.mjs': 'text/javascript', '.wasm': 'application/wasm', '.json': 'application/json' };
/** What a careful page allows. */
const POLICY = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'";

let folder;
let server;
let browser;

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'converse-messages-browser-'));
  cpSync(join(here, '../pkg'), join(folder, 'pkg'), { recursive: true });
  cpSync(join(here, 'cases.mjs'), join(folder, 'cases.mjs'));
  writeFileSync(join(folder, 'cases.json'), JSON.stringify(readCases()));
  server = createServer((request, response) => {
    try {
      const path = join(folder, new URL(request.url, 'http://x').pathname);
      const body = readFileSync(path);
      response.writeHead(200, { 'content-type': TYPES[extname(path)], 'content-security-policy': POLICY });
      response.end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((listening) => { server.listen(0, '127.0.0.1', listening); });
  browser = await chromium.launch({ executablePath: CHROMIUM, args: SWITCHES });
});

after(async () => {
  await browser?.close();
  server?.close();
  rmSync(folder, { recursive: true });
});

/** A page that runs the cases with what a module exports. */
function write(name, from, init = '') {
  writeFileSync(join(folder, `${name}.html`), `<!doctype html><meta charset="utf-8"><script type="module" src="${name}.js"></script>`);
  writeFileSync(join(folder, `${name}.js`), `
    import * as ours from '${from}';
    import { runCase } from './cases.mjs';
    ${init}
    const cases = await (await fetch(new URL('/cases.json', location.href))).json();
    const wrong = [];
    let count = 0;
    for (const [name, documents] of Object.entries(cases)) {
      const found = runCase(ours, name, documents);
      count += found.count;
      wrong.push(...found.wrong);
    }
    const source = new Blob(['{"messageStart":{"role":"assistant"}}\\n']).stream();
    const stream = source.pipeThrough(new ours.TranscoderStream({ from: 'json', to: 'sse', side: 'messages' }));
    const { value } = await stream.getReader().read();
    globalThis.result = { count, wrong, first: new TextDecoder().decode(value) };
  `);
}

async function check(path) {
  const page = await browser.newPage();
  const errors = [];
  page.on('pageerror', (error) => errors.push(error.stack));
  page.on('console', (message) => { if (message.type() === 'error' && !/favicon/.test(message.location().url)) errors.push(message.text()); });
  await page.goto(`http://127.0.0.1:${server.address().port}/${path}`);
  await page.waitForFunction(() => globalThis.result, undefined, { timeout: 60_000 }).catch((error) => errors.push(String(error)));
  assert.deepEqual(errors, []);
  const { count, wrong, first } = await page.evaluate(() => globalThis.result);
  assert.deepEqual(wrong, []);
  assert.ok(count > 3000, `${count} conversions`);
  assert.match(first, /^event: message_start\n/);
  await page.close();
}

test('a plain module script', async () => {
  write('plain', './pkg/default.js');
  await check('plain.html');
});

test('a plain module script that loads the wasm itself', async () => {
  write('slim', './pkg/slim.js', 'await ours.default();');
  await check('slim.html');
});

for (const [name, from, init] of [['bundled', 'converse-messages'], ['bundled-slim', 'converse-messages/slim', 'await ours.default();']]) {
  test(`a build of Vite: ${from}`, async () => {
    write(name, from, init);
    await build({
      root: folder,
      configFile: false,
      logLevel: 'error',
      resolve: { alias: { 'converse-messages/slim': join(folder, 'pkg/slim.js'), 'converse-messages': join(folder, 'pkg/default.js') } },
      build: { outDir: `dist-${name}`, assetsDir: `dist-${name}`, rollupOptions: { input: join(folder, `${name}.html`) }, target: 'es2022' },
    });
    cpSync(join(folder, `dist-${name}`, `dist-${name}`), join(folder, `dist-${name}`), { recursive: true });
    assert.equal(readdirSync(join(folder, `dist-${name}`)).filter((file) => file.endsWith('.wasm')).length, from.endsWith('slim') ? 1 : 0);
    await check(`dist-${name}/${name}.html`);
  });
}
