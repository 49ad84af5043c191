// The events of Messages out of any stream, one by one.

import { Accumulator } from './accumulate.js';
import { isBytes } from './bytes.js';
import { ConverseMessagesError } from './error.js';
import { Lines, eventsOf } from './lines.js';
import { Transcoder } from './streams.js';

export function messagesEvents(source, options) {
  return new MessagesEvents(source, options);
}

class MessagesEvents {
  #source;
  #options;
  #transcoder;
  /** Of a source that gives events and not bytes. */
  #lines;
  #accumulator = new Accumulator();
  #hasBegun = false;
  #ended = false;

  constructor(source, options) {
    this.#source = source;
    this.#options = options;
    this.#transcoder = new Transcoder({ from: options?.from ?? 'eventstream', to: 'json', side: 'messages' }, options);
  }

  async *[Symbol.asyncIterator]() {
    if (this.#hasBegun) throw new Error('the events of a stream come once');
    this.#hasBegun = true;
    for await (const piece of chunks(this.#source)) yield* this.#told(this.#push(piece));
    yield* this.#told(this.#transcoder.finish());
    this.#accumulator.finish();
    this.#ended = true;
  }

  #push(piece) {
    if (isBytes(piece)) return this.#transcoder.push(piece);
    if (!this.#lines) {
      this.#lines = new Lines('converse', this.#options);
      this.#transcoder = new Transcoder({ from: 'json', to: 'json', side: 'messages' }, this.#options);
    }
    return this.#transcoder.push(this.#lines.of(piece));
  }

  *#told(lines) {
    const { failed } = this.#transcoder;
    for (const event of eventsOf(lines)) {
      if (event.type === 'error') throw failed ?? ended(event);
      this.#accumulator.push(event);
      yield event;
    }
    if (failed) throw failed;
  }

  input(index, { openString = false } = {}) {
    return this.#accumulator.input(index, openString);
  }

  get losses() {
    return this.#transcoder.losses;
  }

  get message() {
    return this.#accumulator.message;
  }

  response() {
    if (this.#ended) return this.#accumulator.response();
    throw new ConverseMessagesError({ kind: 'stream_order', message: 'the stream has not ended', path: '' });
  }
}

/** The error of a stream that the service has ended. */
function ended(event) {
  const message = `the service has ended the stream with this: ${event.error.type}`;
  return new ConverseMessagesError({ kind: 'stream_failed', message, path: '' }, { cause: event });
}

/** What a source gives, piece by piece. */
async function* chunks(source) {
  if (source[Symbol.asyncIterator] || source[Symbol.iterator]) {
    yield* source;
    return;
  }
  // Not every browser iterates over a ReadableStream.
  const reader = source.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel();
    reader.releaseLock();
  }
}
