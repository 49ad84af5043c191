// Streams.

import { checked, fromBase64 } from './bytes.js';
import { Resident, asBytes, errorOf, optionError, optionsText } from './engine.js';
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

/** A `TransformStream` for bodies of `fetch`. */
export class TranscoderStream {
  constructor(way, options) {
    const transcoder = new Transcoder(way, options);
    const enqueue = (controller, bytes) => {
      if (bytes.length > 0) controller.enqueue(bytes);
      if (transcoder.failed) {
        end();
        controller.terminate();
      }
    };
    let isEnded = false;
    const end = () => {
      if (isEnded) return;
      isEnded = true;
      options?.onEnd?.({ losses: transcoder.losses, failed: transcoder.failed });
    };
    const { readable, writable } = new TransformStream({
      transform(chunk, controller) {
        try {
          enqueue(controller, transcoder.push(chunk));
        } catch (thrown) {
          end();
          throw thrown;
        }
      },
      // Not every runtime calls it yet.
      cancel: end,
      flush(controller) {
        enqueue(controller, transcoder.finish());
        if (!transcoder.failed) end();
      },
    });
    this.readable = readable;
    this.writable = writable;
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
