// Streams.

import { checked, fromBase64 } from './bytes.js';
import { Resident, asBytes, errorOf, optionError, optionsText } from './engine.js';
import { ConverseMessagesError } from './error.js';
import { Lines, eventsOf } from './lines.js';

const FRAMINGS = ['json', 'sse', 'eventstream', 'invoke'];
const SIDES = ['converse', 'messages'];

/** The side whose streams are framed so. */
const OWN_SIDE = { sse: 'messages', eventstream: 'converse', invoke: 'messages' };

const NOTHING = new Uint8Array(0);

function known(names, name, option) {
  if (names.includes(name)) return name;
  throw optionError(option, `none of ${names.join(', ')}`);
}

/** Converts a stream, bytes to bytes. */
export class Transcoder {
  /** Until the stream has ended. */
  #resident;
  #failed;
  /** The losses, once the stream has ended. */
  #lost;

  constructor({ from, to, side = OWN_SIDE[to] }, options) {
    const text = optionsText(options, 'common', ['bytes', 'onEnd', 'from']);
    const way = [known(FRAMINGS, from, 'from'), known(SIDES, side, 'side'), known(FRAMINGS, to, 'to')];
    this.#resident = new Resident((glue) => glue.Transcoder.open(...way, text));
  }

  #convert(run) {
    if (!this.#resident) return NOTHING;
    const { value, told } = this.#resident.call(run);
    this.#failed = errorOf(told);
    if (this.#failed) this.#end();
    return value;
  }

  #end() {
    if (!this.#resident) return;
    this.#lost = this.losses;
    this.#resident.free();
    this.#resident = undefined;
  }

  push(bytes) {
    const piece = checked(bytes, 'a piece of a stream');
    return this.#convert((transcoder) => transcoder.push(piece));
  }

  finish() {
    const value = this.#convert((transcoder) => transcoder.finish());
    this.#end();
    return value;
  }

  get failed() {
    return this.#failed;
  }

  get losses() {
    return this.#lost ?? JSON.parse(this.#resident.call((transcoder) => transcoder.losses()).value);
  }
}

/** The events of a stream as objects. */
class Events {
  #transcoder;
  #lines;

  constructor(from, side, options) {
    this.#transcoder = new Transcoder({ from: 'json', to: 'json', side }, options);
    this.#lines = new Lines(from, options);
  }

  #events(out) {
    // The last event of a stream that has failed says so to its readers, and the error to the caller.
    if (this.#transcoder.failed) throw this.#transcoder.failed;
    return eventsOf(out);
  }

  push(event) {
    return this.#events(this.#transcoder.push(this.#lines.of(event)));
  }

  finish() {
    return this.#events(this.#transcoder.finish());
  }

  get losses() {
    return this.#transcoder.losses;
  }
}

/** Converts the events of `ConverseStream` to those of Messages. */
export class StreamToMessages extends Events {
  constructor(options) {
    super('converse', 'messages', options);
  }
}

/** Converts the events of Messages to those of `ConverseStream`. */
export class StreamToConverse extends Events {
  #asBytes;

  constructor(options) {
    super('messages', 'converse', options);
    this.#asBytes = asBytes(options);
  }

  #withBytes(events) {
    if (!this.#asBytes) return events;
    for (const event of events) {
      const reasoning = event.contentBlockDelta?.delta?.reasoningContent;
      if (reasoning?.redactedContent !== undefined) reasoning.redactedContent = fromBase64(reasoning.redactedContent);
    }
    return events;
  }

  push(event) {
    return this.#withBytes(super.push(event));
  }

  finish() {
    return this.#withBytes(super.finish());
  }
}

/**
 * A `TransformStream` for bodies of `fetch`. It is put together of its two sides, which hear that the source has failed or the reader has
 * gone away; a transformer hears of that not everywhere, and not in Chromium.
 */
export class TranscoderStream {
  #transcoder;
  #onEnd;
  /** The controllers of the two sides. */
  #from;
  #to;
  /** Whether the reader waits for more, and whom to tell that it does. */
  #isAsked = false;
  #ask = () => {};

  constructor(way, options) {
    this.#transcoder = new Transcoder(way, options);
    this.#onEnd = options?.onEnd;
    this.readable = new ReadableStream({
      start: (controller) => { this.#to = controller; },
      pull: () => {
        this.#isAsked = true;
        this.#ask();
      },
      cancel: (reason) => {
        this.#from.error(reason);
        this.#ask();
        this.#end();
      },
    }, { highWaterMark: 0 });
    this.writable = new WritableStream({
      start: (controller) => { this.#from = controller; },
      write: async (piece) => {
        if (!this.#isAsked) await new Promise((asked) => { this.#ask = asked; });
        this.#pass((transcoder) => transcoder.push(piece));
        if (this.#transcoder.failed) this.#from.error(this.#transcoder.failed);
      },
      close: () => this.#pass((transcoder) => transcoder.finish(), true),
      abort: (reason) => this.#breakOff(reason),
    });
  }

  /** Passes on what is converted. A stream that has failed has ended. */
  #pass(convert, isLast = false) {
    try {
      const bytes = convert(this.#transcoder);
      if (bytes.length > 0) {
        this.#isAsked = false;
        this.#to.enqueue(bytes);
      }
      const { failed } = this.#transcoder;
      if (!isLast && !failed) return;
      this.#end(failed);
      this.#to.close();
    } catch (thrown) {
      this.#breakOff(thrown);
      throw thrown;
    }
  }

  #breakOff(cause) {
    this.#to.error(cause);
    this.#end(new ConverseMessagesError({ kind: 'stream_failed', message: 'the stream was broken off', path: '' }, { cause }));
  }

  #end(failed) {
    const onEnd = this.#onEnd;
    this.#onEnd = undefined;
    onEnd?.({ losses: this.#transcoder.losses, failed });
  }
}

export function eventStreamToSse(options) {
  return new TranscoderStream({ from: 'eventstream', to: 'sse' }, options);
}

export function sseToEventStream(options) {
  return new TranscoderStream({ from: 'sse', to: 'eventstream' }, options);
}

export function invokeToSse(options) {
  return new TranscoderStream({ from: 'invoke', to: 'sse' }, options);
}

export function sseToInvoke(options) {
  return new TranscoderStream({ from: 'sse', to: 'invoke' }, options);
}
