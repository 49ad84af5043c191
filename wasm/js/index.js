export { ConverseMessagesError } from './error.js';
export * from './documents.js';
export * from './streams.js';
