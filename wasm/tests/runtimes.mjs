// Deno, Bun and workerd, as npm installs them.

import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const modules = fileURLToPath(new URL('node_modules', import.meta.url));
const LONGEST = 60_000;

/** The program in the one package of a scope that npm has installed for this platform. */
function program(scope, path) {
  const [platform] = readdirSync(join(modules, scope));
  return join(modules, scope, platform, process.platform === 'win32' ? `${path}.exe` : path);
}

/** What a program prints. Nothing is asked for over the network, and nothing kept. */
function printed(path, args, folder) {
  const env = { ...process.env, DENO_DIR: join(folder, '.deno'), DENO_NO_UPDATE_CHECK: '1', DO_NOT_TRACK: '1' };
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

/** Bundles a worker as Cloudflare's `wrangler` does: with these conditions, and the wasm as a module of its own. Gives what went in. */
export async function bundleWorker({ folder }, entry) {
  const { metafile } = await build({
    absWorkingDir: folder, entryPoints: [entry], outfile: join(folder, 'worker/worker.js'), bundle: true, format: 'esm', target: 'es2022',
    conditions: ['workerd', 'worker', 'browser'], loader: { '.wasm': 'copy' }, assetNames: '[name]', metafile: true, logLevel: 'error',
  });
  return Object.keys(metafile.inputs);
}

const config = (bindings) => `
  using Workerd = import "/workerd/workerd.capnp";
  const config :Workerd.Config = (
    services = [
      (name = "main", worker = (
        modules = [
          (name = "worker.js", esModule = embed "worker/worker.js"),
          (name = "converse_messages.wasm", wasm = embed "worker/converse_messages.wasm"),
        ],
        bindings = [${Object.entries(bindings).map(([name, text]) => `(name = ${JSON.stringify(name)}, text = ${JSON.stringify(text)})`)}],
        globalOutbound = "loopback",
        compatibilityDate = "2024-09-23",
      )),
      (name = "loopback", network = (allow = ["local"])),
    ],
    sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
  );
`;

/** Serves the bundled worker on loopback while `use` uses its address. */
export async function serveWorker({ folder, write }, bindings, use) {
  const args = ['serve', write('config.capnp', config(bindings)), '--control-fd=3'];
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
