import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const folder = fileURLToPath(new URL('../pkg/', import.meta.url));
const wasm = readFileSync(`${folder}converse_messages.wasm`);

test('the package holds what it needs and nothing else', () => {
  const [{ files }] = JSON.parse(execFileSync('npm', ['pack', '--dry-run', '--json'], { cwd: folder, encoding: 'utf8' }));
  const cjs = ['accumulate', 'bytes', 'documents', 'engine', 'error', 'events', 'flatten', 'glue', 'index', 'lines', 'places', 'references', 'report', 'revive', 'skeleton', 'streams'];
  const expected = [
    'LICENSE-APACHE', 'LICENSE-MIT', 'README.md', 'package.json', 'converse_messages.wasm', 'wasm.js',
    ...['default.js', 'node.cjs', 'node.js', 'slim.js', 'workerd.js'],
    ...cjs.map((name) => `${name}.js`), ...cjs.map((name) => `cjs/${name}.js`), 'cjs/package.json',
    ...['converse', 'index', 'messages'].flatMap((name) => [`${name}.d.ts`, `${name}.d.cts`]), 'slim.d.ts',
  ];
  assert.deepEqual(files.map(({ path }) => path).sort(), expected.sort());
});

test('the wasm is as small as it is promised to be', () => {
  const size = gzipSync(wasm, { level: 9 }).length;
  assert.ok(size <= 250 * 1024, `${size} bytes with gzip`);
});

test('the wasm asks for nothing but its own glue and modules', () => {
  const glue = readFileSync(`${folder}glue.js`, 'utf8');
  for (const { module, name, kind } of WebAssembly.Module.imports(new WebAssembly.Module(wasm))) {
    assert.equal(kind, 'function');
    assert.ok(['./glue_bg.js', './converse_messages_wasm_bg.js'].includes(module), module);
    assert.ok(glue.includes(name), name);
  }
  const imported = [...glue.matchAll(/^import .* from '(.*)';$/gm)].map(([, from]) => from);
  assert.deepEqual(imported, ['./report.js', './skeleton.js']);
});

test('the wasm does not name the folders that it was built in', () => {
  assert.doesNotMatch(wasm.toString('latin1'), /\.cargo|registry/);
  assert.ok(!wasm.includes(resolve(folder, '../..')));
});

test('the wasm inlined is the same', () => {
  const inlined = readFileSync(`${folder}wasm.js`, 'utf8').match(/'(.*)'/)[1];
  assert.ok(Buffer.from(inlined, 'base64').equals(wasm));
});

test('every function that the types declare is there, and no other', async () => {
  const ours = await import('converse-messages');
  const types = readFileSync(`${folder}index.d.ts`, 'utf8');
  const declared = new Set([...types.matchAll(/^export (?:function|const|class) (\w+)/gm)].map(([, name]) => name));
  assert.deepEqual(Object.keys(ours).sort(), [...declared].sort());
});
