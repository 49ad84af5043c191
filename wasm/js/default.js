// Every runtime that has no better entry: the wasm stands in the module.
import { fromBase64 } from './bytes.js';
import { start } from './engine.js';
import wasm from './wasm.js';

start(fromBase64(wasm));

export * from './index.js';
