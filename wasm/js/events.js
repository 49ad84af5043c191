// The events of Messages out of any stream, one by one.

import { Accumulator } from './accumulate.js';
import { objectsOf } from './bytes.js';
import { ConverseMessagesError } from './error.js';
import { plain } from './skeleton.js';
import { Transcoder } from './streams.js';

const encoder = new TextEncoder();

export function messagesEvents(source, options) {
  return new MessagesEvents(source, options);
}

class MessagesEvents {
  #source;
  #options;
  #transcoder;
  #isObjects = false;
  #accumulator = new Accumulator();
  #ended = false;

  constructor(source, options) {
    this.#source = source;
    this.#options = options;
    this.#transcoder = new Transcoder({ from: options?.from ?? 'eventstream', to: 'json', side: 'messages' }, options);
  }

  async *[Symbol.asyncIterator]() {
    for await (const piece of chunks(this.#source)) yield* this.#told(this.#push(piece));
    yield* this.#told(this.#transcoder.finish());
    this.#accumulator.finish();
    this.#ended = true;
  }

  #push(piece) {
    if (piece instanceof Uint8Array) return this.#transcoder.push(piece);
    if (!this.#isObjects) {
      // The events of an SDK are objects.
      this.#isObjects = true;
      this.#transcoder = new Transcoder({ from: 'json', to: 'json', side: 'messages' }, this.#options);
    }
    return this.#transcoder.push(encoder.encode(`${plain(piece)}\n`));
  }

  *#told(lines) {
    const { failed } = this.#transcoder;
    for (const event of objectsOf(lines)) {
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
