export { ConverseMessagesError } from './error.js';
export * from './documents.js';
export * from './events.js';
export * from './streams.js';
