// A project that has nothing but the package, as npm packs it, and the files that the tests write into it.

import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readCases } from './folders.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));

export function project() {
  const folder = mkdtempSync(join(tmpdir(), 'converse-messages-project-'));
  const installed = join(folder, 'node_modules/converse-messages');
  mkdirSync(installed, { recursive: true });
  const packed = execFileSync('npm', ['pack', '--json', '--pack-destination', folder], { cwd: join(here, '../pkg'), encoding: 'utf8' });
  const [{ filename }] = JSON.parse(packed);
  execFileSync('tar', ['--extract', '--file', join(folder, filename), '--directory', installed, '--strip-components=1']);
  const write = (name, source) => {
    writeFileSync(join(folder, name), source);
    return join(folder, name);
  };
  write('package.json', '{ "type": "module", "dependencies": { "converse-messages": "*" } }');
  write('cases.json', JSON.stringify(readCases()));
  for (const name of ['cases.mjs', 'probe.mjs']) cpSync(join(here, name), join(folder, name));
  return {
    folder,
    write,
    /** Another package, the one that the tests have. */
    link(name) {
      const link = join(folder, 'node_modules', name);
      mkdirSync(dirname(link), { recursive: true });
      symlinkSync(join(here, 'node_modules', name), link);
    },
    remove: () => rmSync(folder, { recursive: true }),
  };
}
