export * from './index.js';

/**
 * Compiles the wasm; to be awaited before anything else is called. Without an argument the file beside this module is fetched (in Node it is
 * read); otherwise what is given: bytes, a compiled module, a response, or where to fetch it.
 */
export default function init(source?: BufferSource | WebAssembly.Module | Response | Promise<Response> | URL | string): Promise<void>;
