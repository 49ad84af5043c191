// For those who load the wasm themselves.
import { start } from './engine.js';

export * from './index.js';

/** Bundlers for browsers must not look for it; esbuild does not heed the comments. */
const FILES = 'node:fs/promises';

let started;

export default function init(source) {
  if (!started) {
    started = load(source ?? new URL('./converse_messages.wasm', import.meta.url)).then(start);
    // What has failed can be tried again.
    started.catch(() => { started = undefined; });
  }
  return started;
}

async function load(source) {
  if (typeof source === 'string' || source instanceof URL) return load(await fetched(source));
  const given = await source;
  if (typeof Response === 'undefined' || !(given instanceof Response)) return given;
  if (!given.ok) throw new Error(`the wasm could not be fetched: ${given.status}`);
  return WebAssembly.compile(await given.arrayBuffer());
}

async function fetched(address) {
  if (String(address).startsWith('file:')) {
    const { readFile } = await import(/* webpackIgnore: true */ /* @vite-ignore */ FILES);
    return readFile(new URL(address));
  }
  return fetch(address);
}
