// The message that events add up to: the same rules as those of `messages::Accumulator` in Rust, which the package does not hold, since
// all types would be in it twice. The wasm has read the events, so each of them is what its type says.

import { Resident, errorOf } from './engine.js';
import { ConverseMessagesError } from './error.js';

/** What the deltas of a block add to; a block of another type takes any of them. */
const TAKES = {
  text: { text_delta: 'text', citations_delta: 'citations' },
  thinking: { thinking_delta: 'thinking', signature_delta: 'signature' },
  tool_use: { input_json_delta: 'input' },
  server_tool_use: { input_json_delta: 'input' },
};
const DELTAS = new Set(Object.values(TAKES).flatMap(Object.keys));
const EVENTS = new Set(['message_start', 'content_block_start', 'content_block_delta', 'content_block_stop', 'message_delta', 'message_stop']);

/** What `message_delta` does not change. */
const UNCHANGED = new Set(['id', 'type', 'role', 'model', 'content', 'usage', 'diagnostics']);

/** What Bedrock adds to the last events. */
const BEDROCK = new Set(['amazon-bedrock-guardrailAction', 'amazon-bedrock-trace', 'amazon-bedrock-invocationMetrics']);

export class Accumulator {
  #message;
  /** The open blocks by their indexes; `undefined` for those that have ended. */
  #blocks = new Map();
  #hasDelta = false;
  #done = false;
  /** How many events have come. */
  #events = 0;
  /** What is wrong with the first tool input that is not JSON. */
  #spoilt;

  push(event) {
    if (EVENTS.has(event.type)) this.#add(event);
    this.#events += 1;
  }

  /** What has come of the input of a tool whose block is open. */
  input(index, openString) {
    return this.#blocks.get(index)?.input?.sofar(openString);
  }

  /** Says that the stream has ended. */
  finish() {
    for (const index of this.#blocks.keys()) this.#close(index);
  }

  /** So far. */
  get message() {
    return this.#message;
  }

  response() {
    if (this.#spoilt) throw this.#spoilt;
    return this.#message;
  }

  #add(event) {
    if (this.#done) throw this.#order('the stream has ended before this event');
    if (!this.#message && event.type !== 'message_start') throw this.#order('the stream has not begun with message_start');
    if (this.#hasDelta && event.type.startsWith('content_block')) throw this.#order('content behind message_delta');
    switch (event.type) {
      case 'message_start':
        if (this.#message) throw this.#order('a second message_start');
        this.#message = structuredClone(event.message);
        break;
      case 'content_block_start':
        if (this.#blocks.has(event.index)) throw this.#order('this block has begun before');
        this.#blocks.set(event.index, new Block(structuredClone(event.content_block), this.#events));
        this.#message.content.push(this.#blocks.get(event.index).content);
        break;
      case 'content_block_delta':
        if (!this.#open(event.index).append(event.delta)) throw this.#order('a delta of another kind than its block');
        break;
      case 'content_block_stop':
        this.#open(event.index);
        this.#close(event.index);
        break;
      case 'message_delta':
        this.#hasDelta = true;
        tell(this.#message, event.delta, (name) => !UNCHANGED.has(name));
        tell(this.#message.usage, event.usage);
        tell(this.#message, event, isBedrocks);
        break;
      case 'message_stop':
        this.finish();
        this.#done = true;
        tell(this.#message, event, isBedrocks);
        break;
    }
  }

  #open(index) {
    const block = this.#blocks.get(index);
    if (block) return block;
    throw this.#order(this.#blocks.has(index) ? 'this block has ended before' : 'this block has not begun');
  }

  #close(index) {
    const spoilt = this.#blocks.get(index)?.end();
    this.#spoilt ??= spoilt;
    this.#blocks.set(index, undefined);
  }

  #order(message) {
    return new ConverseMessagesError({ kind: 'stream_order', message, path: `/${this.#events}` });
  }
}

/** No guardrail action is the same as none told. */
function isBedrocks(name, value) {
  return BEDROCK.has(name) && value !== 'NONE';
}

/** Replaces what is told anew. Null tells nothing. */
function tell(own, told, isTold = () => true) {
  for (const [name, value] of Object.entries(told)) {
    if (value === null || !isTold(name, value)) continue;
    Object.defineProperty(own, name, { value, enumerable: true, configurable: true, writable: true });
  }
}

class Block {
  input;

  /** With the number of the event that began it. */
  constructor(content, begun) {
    this.content = content;
    this.begun = begun;
  }

  /** Whether the delta is of the block's kind. */
  append(delta) {
    const takes = TAKES[this.content.type];
    if (delta.type === 'input_json_delta' && (!takes || takes.input_json_delta)) {
      this.input ??= new RunningInput();
      this.input.push(delta.partial_json);
      return true;
    }
    const member = takes?.[delta.type];
    if (member === 'citations') (this.content.citations ??= []).push(delta.citation);
    else if (member) this.content[member] += delta[member];
    return member !== undefined || !takes || !DELTAS.has(delta.type);
  }

  /** What is wrong with the tool's input, if something is. */
  end() {
    if (!this.input) return undefined;
    const { value, error } = this.input.finish();
    if (value !== undefined) this.content.input = value;
    return error && new ConverseMessagesError({ kind: error.kind, message: error.message, path: `/${this.begun}/content_block` });
  }
}

/** The input of a tool that is being called. */
class RunningInput {
  #resident = new Resident((glue) => new glue.Input());

  push(piece) {
    this.#resident.call((input) => input.push(piece));
  }

  sofar(openString) {
    const json = this.#resident.call((input) => (openString ? input.with_open_string() : input.complete())).value;
    return json === undefined ? undefined : JSON.parse(json);
  }

  /** The whole, unless only white space has come. If it is not JSON, what is complete, and what is wrong. */
  finish() {
    const { value, told } = this.#resident.call((input) => input.finish());
    const error = errorOf(told);
    const whole = error ? this.sofar(false) ?? {} : value && JSON.parse(value);
    this.#resident.free();
    return { value: whole, error };
  }
}
