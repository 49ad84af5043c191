// The types, with both SDKs, either and none.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));
const SDKS = { aws: '@aws-sdk/client-bedrock-runtime', anthropic: '@anthropic-ai/sdk' };

/** A project of its own, which finds nothing but what is installed in it. */
function check(installed, { module, extension }) {
  const folder = mkdtempSync(join(tmpdir(), 'converse-messages-types-'));
  try {
    const modules = join(folder, 'node_modules');
    cpSync(join(here, '../pkg'), join(modules, 'converse-messages'), { recursive: true, filter: (path) => !/wasm(\.js)?$/.test(path) });
    for (const name of ['@types/node', ...installed.map((sdk) => SDKS[sdk])]) {
      mkdirSync(dirname(join(modules, name)), { recursive: true });
      symlinkSync(join(here, 'node_modules', name), join(modules, name));
    }
    const files = ['plain', ...installed].map((name) => {
      cpSync(join(here, 'types', `${name}.ts`), join(folder, `${name}${extension}`));
      return `${name}${extension}`;
    });
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
    const compilerOptions = { strict: true, noEmit: true, skipLibCheck: false, target: 'es2022', module, lib: ['es2024', 'dom', 'dom.iterable', 'dom.asynciterable'], types: ['node'] };
    if (module === 'esnext') compilerOptions.moduleResolution = 'bundler';
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files }));
    const tsc = spawnSync(process.execPath, [join(here, 'node_modules/typescript/bin/tsc'), '--project', folder], { encoding: 'utf8' });
    // What the SDKs' own files have wrong is theirs.
    const wrong = tsc.stdout.split('\n').filter((line) => /error TS/.test(line) && !/node_modules\/(?!converse-messages)/.test(line));
    assert.deepEqual(wrong, [], tsc.stderr);
    assert.ok(tsc.status === 0 || tsc.stdout.includes('error TS'), tsc.stdout + tsc.stderr);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const NODE = { module: 'nodenext', extension: '.mts' };
const COMMON = { module: 'nodenext', extension: '.cts' };
const BUNDLER = { module: 'esnext', extension: '.ts' };

for (const [what, installed, how] of [
  ['no SDK', [], NODE],
  ['no SDK, for a bundler', [], BUNDLER],
  ['no SDK, for require', [], COMMON],
  ['the AWS SDK', ['aws'], NODE],
  ['the Anthropic SDK', ['anthropic'], NODE],
  ['both SDKs', ['aws', 'anthropic'], NODE],
  ['both SDKs, for a bundler', ['aws', 'anthropic'], BUNDLER],
]) {
  test(`the types hold with ${what}`, () => check(installed, how));
}
