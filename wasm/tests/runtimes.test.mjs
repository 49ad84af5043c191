// In Deno, Bun and workerd: the packed package, found by its name, answers as in Node.

import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import * as ours from 'converse-messages';
import { build } from 'esbuild';
import { readCases } from './folders.mjs';
import { probe } from './probe.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
const LONGEST = 60_000;

let folder;
let expected;

/** A project that has nothing but the package as npm packs it. */
before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'converse-messages-runtimes-'));
  const installed = join(folder, 'node_modules/converse-messages');
  mkdirSync(installed, { recursive: true });
  const [{ filename }] = JSON.parse(execFileSync('npm', ['pack', '--json', '--pack-destination', folder], { cwd: join(here, '../pkg'), encoding: 'utf8' }));
  execFileSync('tar', ['--extract', '--file', join(folder, filename), '--directory', installed, '--strip-components=1']);
  writeFileSync(join(folder, 'package.json'), '{ "type": "module", "dependencies": { "converse-messages": "*" } }');
  for (const name of ['cases.mjs', 'probe.mjs']) cpSync(join(here, name), join(folder, name));
  const cases = readCases();
  writeFileSync(join(folder, 'cases.json'), JSON.stringify(cases));
  expected = await probe(ours, cases);
  assert.deepEqual(expected.cases.wrong, []);
  assert.ok(expected.cases.count > 3000, `${expected.cases.count} conversions`);
  assert.deepEqual([expected.error.kind, expected.error.path], ['invalid_source', '/messages/0/content']);
  assert.match(expected.stream.text, /Grüße[^]*message_stop/);
});

after(() => rmSync(folder, { recursive: true }));

/** The program of a runtime, out of the one package that npm installs for this platform. */
function program(scope, path) {
  const packages = join(here, 'node_modules', scope);
  const [platform] = readdirSync(packages);
  return join(packages, platform, path);
}

function write(name, source) {
  writeFileSync(join(folder, name), source);
  return name;
}

/** A script that says where the package was found, and what it answers. */
function script(specifier) {
  return write('script.mjs', `
    import * as ours from '${specifier}';
    import cases from './cases.json' with { type: 'json' };
    import { probe } from './probe.mjs';
    console.log(JSON.stringify({ found: import.meta.resolve('${specifier}'), answers: await probe(ours, cases) }));
  `);
}

function run(path, args) {
  // Nothing is asked for over the network, and nothing kept.
  const env = { ...process.env, DENO_DIR: join(folder, '.deno'), DENO_NO_UPDATE_CHECK: '1', DO_NOT_TRACK: '1' };
  return JSON.parse(execFileSync(path, args, { cwd: folder, env, encoding: 'utf8', maxBuffer: 1e8, timeout: LONGEST }));
}

function check({ found, answers }, entry) {
  assert.ok(found.endsWith(`/converse-messages/${entry}`), found);
  assert.deepEqual(answers, expected);
}

const deno = (...args) => run(program('@deno', process.platform === 'win32' ? 'deno.exe' : 'deno'), ['run', '--no-prompt', '--cached-only', ...args]);
const bun = (...args) => run(program('@oven', process.platform === 'win32' ? 'bin/bun.exe' : 'bin/bun'), ['run', '--no-install', ...args]);

for (const specifier of ['converse-messages', 'npm:converse-messages']) {
  test(`Deno, which needs no permission: ${specifier}`, () => check(deno(script(specifier)), 'default.js'));
}

test('Bun', () => check(bun(script('converse-messages')), 'node.js'));

test('`require` in Deno and Bun', () => {
  const required = write('script.cjs', `
    const ours = require('converse-messages');
    import('./probe.mjs').then(async ({ probe }) => {
      const isOne = ours.requestToMessages === (await import('converse-messages')).requestToMessages;
      console.log(JSON.stringify({ isOne, answers: await probe(ours, require('./cases.json')) }));
    });
  `);
  assert.deepEqual(bun(required), { isOne: true, answers: expected });
  // There `import` takes an entry that reads no file.
  assert.deepEqual(deno(`--allow-read=${folder}`, required), { isOne: false, answers: expected });
});

/** A worker as Cloudflare's `wrangler` bundles it: with these conditions, and the wasm as a module of its own. */
async function bundle() {
  const entry = write('worker.mjs', `
    import * as ours from 'converse-messages';
    import cases from './cases.json' with { type: 'json' };
    import { probe } from './probe.mjs';
    export default { fetch: async () => Response.json(await probe(ours, cases)) };
  `);
  const { metafile } = await build({
    absWorkingDir: folder, entryPoints: [entry], outdir: 'worker', bundle: true, format: 'esm', target: 'es2022',
    conditions: ['workerd', 'worker', 'browser'], loader: { '.wasm': 'copy' }, assetNames: '[name]', metafile: true, logLevel: 'error',
  });
  return Object.keys(metafile.inputs).map((path) => path.split('converse-messages/')[1]).filter(Boolean);
}

const CONFIG = `
  using Workerd = import "/workerd/workerd.capnp";
  const config :Workerd.Config = (
    services = [(name = "main", worker = (
      modules = [
        (name = "worker.js", esModule = embed "worker/worker.js"),
        (name = "converse_messages.wasm", wasm = embed "worker/converse_messages.wasm"),
      ],
      compatibilityDate = "2024-09-23",
    ))],
    sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
  );
`;

test('workerd', async () => {
  const inputs = await bundle();
  assert.ok(inputs.includes('workerd.js') && !inputs.includes('wasm.js'), String(inputs));
  const args = ['serve', write('config.capnp', CONFIG), '--control-fd=3'];
  const workerd = spawn(program('@cloudflare', 'bin/workerd'), args, { cwd: folder, stdio: ['ignore', 'inherit', 'inherit', 'pipe'] });
  const ended = once(workerd, 'exit');
  try {
    const listening = once(workerd.stdio[3], 'data', { signal: AbortSignal.timeout(LONGEST) });
    const [line] = await Promise.race([listening, ended.then(([code]) => assert.fail(`workerd has ended: ${code}`))]);
    const { port } = JSON.parse(line);
    const response = await fetch(`http://127.0.0.1:${port}/`, { signal: AbortSignal.timeout(LONGEST) });
    const text = await response.text();
    assert.equal(response.status, 200, text);
    assert.deepEqual(JSON.parse(text), expected);
  } finally {
    workerd.kill();
    await ended;
  }
});
