// Cloudflare Workers: wasm is imported as a module, and none can be compiled from bytes.
import { start } from './engine.js';
import wasm from './converse_messages.wasm';

start(wasm);

export * from './index.js';
