// Deno, Bun and Cloudflare's wrangler with its workerd, as npm installs them.

import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const modules = fileURLToPath(new URL('node_modules', import.meta.url));
const LONGEST = 60_000;

/** The program in the one package of this kind that npm has installed for this platform. */
function program(scope, path) {
  const platform = readdirSync(join(modules, scope)).find((name) => name.includes(process.platform));
  return join(modules, scope, platform, process.platform === 'win32' ? `${path}.exe` : path);
}

/** What a program prints. Nothing is asked for over the network, and nothing kept. */
function printed(path, args, folder) {
  const env = { ...process.env, DENO_DIR: join(folder, '.deno'), DENO_NO_UPDATE_CHECK: '1', DO_NOT_TRACK: '1', WRANGLER_SEND_METRICS: 'false', XDG_CONFIG_HOME: folder, CI: '1' };
  return execFileSync(path, args, { cwd: folder, env, encoding: 'utf8', maxBuffer: 1e8, timeout: LONGEST });
}

export function deno({ folder }, ...args) {
  return printed(program('@deno', 'deno'), ['run', '--no-prompt', '--cached-only', ...args], folder);
}

export function bun({ folder }, ...args) {
  return printed(program('@oven', 'bin/bun'), ['run', '--no-install', ...args], folder);
}

export function node({ folder }, ...args) {
  return printed(process.execPath, args, folder);
}

const COMPATIBLE = '2024-09-23';

/** Bundles a worker as it would be deployed, with the wasm as a module of its own. Gives what went in. */
export function bundleWorker({ folder, write }, entry) {
  write('wrangler.json', JSON.stringify({ name: 'worker', main: entry, compatibility_date: COMPATIBLE }));
  const wrangler = join(modules, 'wrangler/bin/wrangler.js');
  printed(process.execPath, [wrangler, 'deploy', '--dry-run', '--outdir', 'worker', '--metafile', 'worker/meta.json'], folder);
  return Object.keys(JSON.parse(readFileSync(join(folder, 'worker/meta.json'), 'utf8')).inputs);
}

const config = (folder, bindings) => {
  const wasm = readdirSync(join(folder, 'worker')).find((name) => name.endsWith('.wasm'));
  return `
  using Workerd = import "/workerd/workerd.capnp";
  const config :Workerd.Config = (
    services = [
      (name = "main", worker = (
        modules = [
          (name = "worker.js", esModule = embed "worker/worker.js"),
          (name = "./${wasm}", wasm = embed "worker/${wasm}"),
        ],
        bindings = [${Object.entries(bindings).map(([name, text]) => `(name = ${JSON.stringify(name)}, text = ${JSON.stringify(text)})`)}],
        globalOutbound = "loopback",
        compatibilityDate = "${COMPATIBLE}",
      )),
      (name = "loopback", network = (allow = ["local"])),
    ],
    sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
  );
`;
};

/** Serves the bundled worker on loopback while `use` uses its address. */
export async function serveWorker({ folder, write }, bindings, use) {
  const args = ['serve', write('config.capnp', config(folder, bindings)), '--control-fd=3'];
  const workerd = spawn(program('@cloudflare', 'bin/workerd'), args, { cwd: folder, stdio: ['ignore', 'ignore', 'inherit', 'pipe'] });
  const ended = once(workerd, 'exit');
  try {
    const listening = once(workerd.stdio[3], 'data', { signal: AbortSignal.timeout(LONGEST) });
    const [line] = await Promise.race([listening, ended.then(([code]) => { throw new Error(`workerd has ended: ${code}`); })]);
    await use(`http://127.0.0.1:${JSON.parse(line).port}/`);
  } finally {
    workerd.kill();
    await ended;
  }
}
