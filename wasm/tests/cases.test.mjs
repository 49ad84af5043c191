import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import * as imported from 'converse-messages';
import { runCase } from './cases.mjs';
import { readCases } from './folders.mjs';

const required = createRequire(import.meta.url)('converse-messages');

function check(ours) {
  const wrong = [];
  let count = 0;
  for (const [name, documents] of Object.entries(readCases())) {
    const found = runCase(ours, name, documents);
    count += found.count;
    wrong.push(...found.wrong.map((problem) => `${name}: ${problem}`));
  }
  assert.deepEqual(wrong, []);
  assert.ok(count > 3000, `only ${count} conversions`);
}

test('every case converts alike in every form, by import', () => check(imported));
test('every case converts alike in every form, by require', () => check(required));
test('import and require give one instance', () => {
  assert.equal(imported.ConverseMessagesError, required.ConverseMessagesError);
  assert.equal(imported.requestToMessages, required.requestToMessages);
});
