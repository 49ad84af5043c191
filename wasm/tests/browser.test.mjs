// In Chromium: as a plain module script, and as bundlers build it.

import assert from 'node:assert/strict';
import { mkdirSync, readdirSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import * as esbuild from 'esbuild';
import * as vite from 'vite';
import webpack from 'webpack';
import { launch, serve, visit } from './chromium.mjs';
import { project } from './project.mjs';

/** What a careful page allows. */
const POLICY = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'";

let own;
let site;
let browser;

before(async () => {
  own = project();
  site = await serve(own.folder, POLICY);
  browser = await launch();
});

after(async () => {
  await browser?.close();
  site?.close();
  own.remove();
});

const page = (script) => `<!doctype html><meta charset="utf-8"><script type="module" src="${script}"></script>`;

/** A page that runs the cases with what a module exports. */
function write(name, from, init) {
  own.write(`${name}.html`, page(`./${name}.js`));
  return own.write(`${name}.js`, `
    import * as ours from '${from}';
    import { runCase } from './cases.mjs';
    import { failing, leaving } from './probe.mjs';
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
    const brokenOff = [await failing(ours), await leaving(ours)].map(({ ends }) => ends.length);
    globalThis.result = { count, wrong, first: new TextDecoder().decode(value), brokenOff };
  `);
}

async function check(address) {
  const { count, wrong, first, brokenOff } = await visit(browser, new URL(address, site.address).href, () => globalThis.result, () => globalThis.result);
  assert.deepEqual(wrong, []);
  assert.ok(count > 3000, `${count} conversions`);
  assert.match(first, /^event: message_start\n/);
  assert.deepEqual(brokenOff, [1, 1]);
}

const LOAD = 'await ours.default();';

test('a plain module script', async () => {
  write('plain', './node_modules/converse-messages/default.js', '');
  await check('plain.html');
});

test('a plain module script that loads the wasm itself', async () => {
  write('slim', './node_modules/converse-messages/slim.js', LOAD);
  await check('slim.html');
});

const BUNDLERS = {
  async Vite(name, _, outDir) {
    await vite.build({
      root: own.folder, base: './', configFile: false, logLevel: 'error',
      build: { outDir, rollupOptions: { input: join(own.folder, `${name}.html`) }, target: 'es2022' },
    });
  },
  async webpack(name, entry, path) {
    const output = { path, filename: `${name}.js`, publicPath: 'auto' };
    const stats = await promisify(webpack)({ context: own.folder, mode: 'production', optimization: { minimize: false }, entry, output });
    assert.equal(stats.hasErrors(), false, stats.toString({ all: false, errors: true }));
    own.write(join(path.slice(own.folder.length), `${name}.html`), page(`./${name}.js`));
  },
  async esbuild(name, entry, outdir) {
    const loader = { '.wasm': 'file' };
    await esbuild.build({ entryPoints: [entry], outdir, bundle: true, minify: true, format: 'esm', target: 'es2022', loader, logLevel: 'error' });
    own.write(join(outdir.slice(own.folder.length), `${name}.html`), page(`./${name}.js`));
  },
};

for (const [bundler, bundle] of Object.entries(BUNDLERS)) {
  for (const entry of ['', '/slim']) {
    const from = `converse-messages${entry}`;
    test(`a build of ${bundler}: ${from}`, async () => {
      const folder = `${bundler}${entry.replace('/', '-')}`;
      const out = join(own.folder, folder);
      mkdirSync(out);
      // esbuild has to be told.
      const isTold = entry && bundler === 'esbuild';
      const init = isTold ? "import wasm from 'converse-messages/converse_messages.wasm'; await ours.default(new URL(wasm, import.meta.url));" : entry && LOAD;
      await bundle('bundled', write('bundled', from, init), out);
      const wasms = readdirSync(out, { recursive: true }).filter((file) => file.endsWith('.wasm'));
      assert.equal(wasms.length, entry ? 1 : 0);
      await check(`${folder}/bundled.html`);
    });
  }
}

for (const [name, from, init] of [['served', 'converse-messages', ''], ['served-slim', 'converse-messages/slim', LOAD]]) {
  test(`a page that Vite serves while it is written: ${from}`, async () => {
    write(name, from, init);
    const http = createServer((request, response) => server.middlewares(request, response));
    const server = await vite.createServer({ root: own.folder, configFile: false, logLevel: 'error', server: { middlewareMode: true, hmr: { server: http } } });
    try {
      await new Promise((listening) => { http.listen(0, '127.0.0.1', listening); });
      await check(`http://127.0.0.1:${http.address().port}/${name}.html`);
    } finally {
      await server.close();
      http.close();
    }
  });
}
