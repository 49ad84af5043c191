import { fileURLToPath } from 'node:url';

export default {
  // Works in any folder of any server.
  base: './',
  resolve: { alias: { 'converse-messages': fileURLToPath(new URL('../pkg/default.js', import.meta.url)) } },
  build: { modulePreload: { polyfill: false }, chunkSizeWarningLimit: 4096 },
  preview: { host: '127.0.0.1' },
};
