// Streams.

import { Framing, Side } from './glue.js';
import { fromBase64 } from './bytes.js';
import { asBytes, call, currentEpoch, errorOf, must, optionsText } from './engine.js';
import { ConverseMessagesError } from './error.js';
import { plain } from './skeleton.js';

const FRAMINGS = { json: Framing.Json, sse: Framing.Sse, eventstream: Framing.EventStream, invoke: Framing.Invoke };
const SIDES = { converse: Side.Converse, messages: Side.Messages };

/** The side whose streams are framed so. */
const OWN_SIDE = { sse: 'messages', eventstream: 'converse', invoke: 'messages' };

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const NOTHING = new Uint8Array(0);

function known(table, name, option) {
  if (Object.hasOwn(table, name)) return table[name];
  throw new ConverseMessagesError({ kind: 'invalid_options', message: `none of ${Object.keys(table).join(', ')}`, path: `/${option}` });
}

/** Converts a stream, bytes to bytes. */
export class Transcoder {
  #engine;
  #epoch;
  #failed;
  /** The losses, once there is no engine any more. */
  #lost;

  constructor({ from, to, side = OWN_SIDE[to] }, options) {
    const text = optionsText(options, 'common', ['bytes', 'onEnd', 'from']);
    const way = [known(FRAMINGS, from, 'from'), known(SIDES, side, 'side'), known(FRAMINGS, to, 'to')];
    this.#engine = must(call((glue) => glue.Transcoder.open(...way, text))).value;
    this.#epoch = currentEpoch();
  }

  #call(run) {
    if (this.#epoch !== currentEpoch()) throw new Error('this stream is lost: another call has broken the wasm instance that it was converted in');
    return call(() => run(this.#engine));
  }

  #convert(run) {
    if (!this.#engine) return NOTHING;
    const { value, told } = this.#call(run);
    this.#failed = errorOf(told);
    if (this.#failed) this.#end();
    return value;
  }

  #end() {
    if (!this.#engine) return;
    this.#lost = this.losses;
    this.#engine.free();
    this.#engine = undefined;
  }

  push(bytes) {
    if (!(bytes instanceof Uint8Array)) throw new TypeError('the bytes of a stream are a Uint8Array');
    return this.#convert((engine) => engine.push(bytes));
  }

  finish() {
    const value = this.#convert((engine) => engine.finish());
    this.#end();
    return value;
  }

  get failed() {
    return this.#failed;
  }

  get losses() {
    return this.#lost ?? JSON.parse(this.#call((engine) => engine.losses()).value);
  }
}

/** The events of a stream as objects. */
class Events {
  #transcoder;

  constructor(side, options) {
    this.#transcoder = new Transcoder({ from: 'json', to: 'json', side }, options);
  }

  #events(out) {
    // The last event of a stream that has failed says so to its readers, and the error to the caller.
    if (this.#transcoder.failed) throw this.#transcoder.failed;
    return parsed(out);
  }

  push(event) {
    return this.#events(this.#transcoder.push(encoder.encode(`${plain(event)}\n`)));
  }

  finish() {
    return this.#events(this.#transcoder.finish());
  }

  get losses() {
    return this.#transcoder.losses;
  }
}

function parsed(lines) {
  return lines.length === 0 ? [] : decoder.decode(lines).trimEnd().split('\n').map((line) => JSON.parse(line));
}

/** Converts the events of `ConverseStream` to those of Messages. */
export class StreamToMessages extends Events {
  constructor(options) {
    super('messages', options);
  }
}

/** Converts the events of Messages to those of `ConverseStream`. */
export class StreamToConverse extends Events {
  #asBytes;

  constructor(options) {
    super('converse', options);
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
    const end = () => options?.onEnd?.({ losses: transcoder.losses, failed: transcoder.failed });
    const { readable, writable } = new TransformStream({
      transform(chunk, controller) {
        enqueue(controller, transcoder.push(chunk));
      },
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

export function messagesEvents(source, options) {
  return new MessagesEvents(source, options);
}

class MessagesEvents {
  #source;
  #transcoders;
  #message;
  #inputs = new Map();
  #ended = false;
  #options;

  constructor(source, options) {
    this.#source = source;
    this.#options = options;
    // Events as objects are converted one by one, bytes as they come.
    this.#transcoders = new Transcoder({ from: options?.from ?? 'eventstream', to: 'json', side: 'messages' }, options);
  }

  async *[Symbol.asyncIterator]() {
    let transcoder = this.#transcoders;
    for await (const piece of chunks(this.#source)) {
      if (piece instanceof Uint8Array) {
        yield* this.#told(transcoder, transcoder.push(piece));
        continue;
      }
      if (transcoder === this.#transcoders && !this.#isObjects) {
        this.#isObjects = true;
        transcoder = new Transcoder({ from: 'json', to: 'json', side: 'messages' }, this.#options);
        this.#transcoders = transcoder;
      }
      yield* this.#told(transcoder, transcoder.push(encoder.encode(`${plain(piece)}\n`)));
    }
    yield* this.#told(transcoder, transcoder.finish());
    this.#ended = true;
  }

  #isObjects = false;

  *#told(transcoder, lines) {
    for (const event of parsed(lines)) {
      if (event.type === 'error') {
        const error = transcoder.failed ?? new ConverseMessagesError(
          { kind: 'stream_failed', message: `the service has ended the stream with this: ${event.error.type}`, path: '' },
          { cause: event },
        );
        throw error;
      }
      this.#add(event);
      yield event;
    }
    if (transcoder.failed) throw transcoder.failed;
  }

  /** Adds an event to the message. */
  #add(event) {
    switch (event.type) {
      case 'message_start':
        this.#message = structuredClone(event.message);
        break;
      case 'content_block_start':
        this.#message.content[event.index] = structuredClone(event.content_block);
        this.#inputs.set(event.index, new RunningInput());
        break;
      case 'content_block_delta':
        this.#append(event);
        break;
      case 'content_block_stop':
        this.#close(event.index);
        break;
      case 'message_delta':
        for (const [name, value] of Object.entries(event.delta)) if (value !== null) this.#message[name] = value;
        Object.assign(this.#message.usage, event.usage);
        break;
    }
  }

  #append({ index, delta }) {
    const block = this.#message.content[index];
    switch (delta.type) {
      case 'text_delta':
        block.text += delta.text;
        break;
      case 'thinking_delta':
        block.thinking += delta.thinking;
        break;
      case 'signature_delta':
        block.signature += delta.signature;
        break;
      case 'citations_delta':
        (block.citations ??= []).push(delta.citation);
        break;
      case 'input_json_delta':
        this.#inputs.get(index)?.push(delta.partial_json);
        break;
    }
  }

  #close(index) {
    const input = this.#inputs.get(index)?.finish();
    if (input !== undefined) this.#message.content[index].input = input;
    this.#inputs.delete(index);
  }

  input(index, { openString = false } = {}) {
    return this.#inputs.get(index)?.sofar(openString);
  }

  get losses() {
    return this.#transcoders.losses;
  }

  response() {
    if (this.#ended) return this.#message;
    throw new ConverseMessagesError({ kind: 'stream_order', message: 'the stream has not ended', path: '' });
  }
}

/** The input of a tool that is being called. */
class RunningInput {
  #engine;
  #text = '';

  push(piece) {
    this.#text += piece;
    this.#engine ??= call((glue) => new glue.Input()).value;
    call(() => this.#engine.push(piece));
  }

  sofar(openString) {
    if (!this.#engine) return undefined;
    const json = call(() => (openString ? this.#engine.with_open_string() : this.#engine.complete())).value;
    return json === undefined ? undefined : JSON.parse(json);
  }

  /** The whole; `undefined` if none has come. */
  finish() {
    this.#engine?.free();
    this.#engine = undefined;
    return this.#text.trim() === '' ? undefined : JSON.parse(this.#text);
  }
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
