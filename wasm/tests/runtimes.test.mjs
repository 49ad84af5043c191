// In Deno, Bun and workerd, and bundled for Node: the package, found by its name, answers as in Node.

import assert from 'node:assert/strict';
import { basename, join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import * as ours from 'converse-messages';
import { build } from 'esbuild';
import webpack from 'webpack';
import { readCases } from './folders.mjs';
import { probe } from './probe.mjs';
import { project } from './project.mjs';
import { bun, bundleWorker, deno, node, serveWorker } from './runtimes.mjs';

let own;
let expected;

before(async () => {
  own = project();
  expected = await probe(ours, readCases());
  assert.deepEqual(expected.cases.wrong, []);
  assert.ok(expected.cases.count > 3000, `${expected.cases.count} conversions`);
  assert.deepEqual([expected.error.kind, expected.error.path], ['invalid_source', '/messages/0/content']);
  assert.match(expected.stream.text, /Grüße[^]*message_stop/);
  const [failing, leaving] = expected.brokenOff;
  assert.match(failing.first, /message_start/);
  assert.deepEqual([failing.thrown, failing.ends.length, failing.ends[0].losses.length], ['no network', 1, 1]);
  assert.deepEqual([failing.ends[0].kind, failing.ends[0].cause], ['stream_failed', 'no network']);
  assert.deepEqual([leaving.reason, leaving.ends.length, leaving.ends[0].losses.length], ['enough', 1, 1]);
  assert.equal(leaving.ends[0].hasFailed, false);
});

after(() => own.remove());

/** A script that says where the package was found, and what it answers. */
function script(specifier) {
  return own.write('script.mjs', `
    import * as ours from '${specifier}';
    import cases from './cases.json' with { type: 'json' };
    import { probe } from './probe.mjs';
    console.log(JSON.stringify({ found: import.meta.resolve('${specifier}'), answers: await probe(ours, cases) }));
  `);
}

function check(output, entry) {
  const { found, answers } = JSON.parse(output);
  assert.ok(found.endsWith(`/converse-messages/${entry}`), found);
  assert.deepEqual(answers, expected);
}

for (const specifier of ['converse-messages', 'npm:converse-messages']) {
  test(`Deno, which needs no permission: ${specifier}`, () => check(deno(own, script(specifier)), 'default.js'));
}

test('Bun', () => check(bun(own, script('converse-messages')), 'node.js'));

test('`require` in Deno and Bun', () => {
  const required = own.write('script.cjs', `
    const ours = require('converse-messages');
    import('./probe.mjs').then(async ({ probe }) => {
      const isOne = ours.requestToMessages === (await import('converse-messages')).requestToMessages;
      console.log(JSON.stringify({ isOne, answers: await probe(ours, require('./cases.json')) }));
    });
  `);
  assert.deepEqual(JSON.parse(bun(own, required)), { isOne: true, answers: expected });
  // There `import` takes an entry that reads no file.
  assert.deepEqual(JSON.parse(deno(own, `--allow-read=${own.folder}`, required)), { isOne: false, answers: expected });
});

test('workerd, bundled by wrangler', async () => {
  const entry = own.write('worker.mjs', `
    import * as ours from 'converse-messages';
    import cases from './cases.json' with { type: 'json' };
    import { probe } from './probe.mjs';
    export default { fetch: async () => Response.json(await probe(ours, cases)) };
  `);
  const inputs = bundleWorker(own, entry).map((path) => path.split('converse-messages/')[1]);
  assert.ok(inputs.includes('workerd.js') && !inputs.includes('wasm.js'), String(inputs));
  await serveWorker(own, {}, async (address) => {
    const response = await fetch(address);
    const text = await response.text();
    assert.equal(response.status, 200, text);
    assert.deepEqual(JSON.parse(text), expected);
  });
});

const BUNDLERS = {
  esbuild: (entry, outfile) => build({ entryPoints: [entry], outfile, bundle: true, platform: 'node', format: 'esm', logLevel: 'error' }),
  webpack: async (entry, outfile) => {
    const output = { path: own.folder, filename: basename(outfile) };
    const stats = await promisify(webpack)({ context: own.folder, mode: 'production', optimization: { minimize: false }, target: 'node', entry, output });
    assert.equal(stats.hasErrors(), false, stats.toString({ all: false, errors: true }));
  },
};

for (const [name, bundle] of Object.entries(BUNDLERS)) {
  test(`a bundle for Node is a file of its own: ${name}`, async () => {
    const elsewhere = join(own.folder, name === 'webpack' ? 'webpack.cjs' : 'esbuild.mjs');
    await bundle(own.write('bundled.mjs', `
      import * as ours from 'converse-messages';
      import cases from './cases.json';
      import { probe } from './probe.mjs';
      probe(ours, cases).then((answers) => console.log(JSON.stringify(answers)));
    `), elsewhere);
    assert.deepEqual(JSON.parse(node(own, elsewhere)), expected);
  });
}
