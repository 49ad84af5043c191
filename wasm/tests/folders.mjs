// Reads `tests/cases`.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../tests/cases', import.meta.url));

/** Each case by its name: the documents as text, what is expected as an object. */
export function readCases() {
  const cases = {};
  for (const concept of readdirSync(root)) {
    for (const name of readdirSync(join(root, concept))) {
      const read = (file) => {
        const path = join(root, concept, name, file);
        return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
      };
      cases[`${concept}/${name}`] = { converse: read('converse.json'), messages: read('messages.json'), losses: JSON.parse(read('losses.json')) };
    }
  }
  return cases;
}
