import type * as Converse from './converse.js';
import type * as Messages from './messages.js';
import type { Bytes } from './converse.js';
// Optional peers: where one is not installed its types are `any`, and the ones of this package take their place.
// @ts-ignore
import type * as Aws from '@aws-sdk/client-bedrock-runtime';
// @ts-ignore
import type * as Anthropic from '@anthropic-ai/sdk/resources/messages';

export type { Bytes, Converse, Messages };

type Installed<T, Own> = symbol extends keyof T ? Own : T;

/** `ConverseCommandInput` of the AWS SDK if that is installed. */
// @ts-ignore
export type ConverseRequest = Installed<Aws.ConverseCommandInput, Converse.Request<Uint8Array>>;
/** `ConverseCommandOutput` of the AWS SDK, without `$metadata`. */
// @ts-ignore
export type ConverseResponse = Installed<Omit<Aws.ConverseCommandOutput, '$metadata'>, Converse.Response<Uint8Array>>;
// @ts-ignore
export type ConverseStreamEvent = Installed<Aws.ConverseStreamOutput, Converse.StreamEvent<Uint8Array>>;
// @ts-ignore
export type ConverseCountTokensRequest = Installed<Aws.CountTokensCommandInput, Converse.CountTokensRequest<Uint8Array>>;

/** `MessageCreateParamsNonStreaming` of the Anthropic SDK if that is installed. Betas go into a header there: `{ anthropic_beta, ...body }`. */
// @ts-ignore
export type MessagesRequest = Installed<Anthropic.MessageCreateParamsNonStreaming & { anthropic_beta?: string[] }, Messages.Request>;
/** `Message` of the Anthropic SDK. */
// @ts-ignore
export type MessagesResponse = Installed<Anthropic.Message, Messages.Response>;
/** `RawMessageStreamEvent` of the Anthropic SDK. */
// @ts-ignore
export type MessagesStreamEvent = Installed<Anthropic.RawMessageStreamEvent, Messages.StreamEvent>;
// @ts-ignore
export type MessagesCountTokensRequest = Installed<Anthropic.MessageCountTokensParams, Omit<Messages.Request, 'max_tokens'>>;

// What comes in may be an object of an SDK or plain JSON.
// @ts-ignore
type MessagesRequestIn = Installed<Anthropic.MessageCreateParams, Messages.Request> | Messages.Request;
type ConverseRequestIn = ConverseRequest | Converse.Request;

/** A converted value, and everything that it does not say any more. */
export interface Converted<T> {
  value: T;
  /** In the order in which they were found. */
  losses: Loss[];
}

/** One thing that the target does not say. */
export interface Loss {
  /** Where in the source: a JSON pointer (RFC 6901). For something absent, the first absent member on the way. */
  path: string;
  /** `content`: what the model reads or may do changes. `hint`: it does not. */
  severity: 'content' | 'hint';
  code: LossCode;
  /** For a person, never with the conversation's content. */
  message: string;
}

export type LossCode =
  | 'unsupported' | 'unknown_member' | 'unknown_type' | 'unknown_value' | 'supplied' | 'moved' | 'dropped' | 'renamed' | 'rewritten'
  | 'unmarked' | 'reordered' | 'empty_message' | 'service_rule' | 'untranslated' | 'cut';

export type ErrorKind =
  | 'invalid_json' | 'invalid_source' | 'duplicate_key' | 'too_deep' | 'too_large' | 'out_of_range' | 'unsupported_name' | 'collision'
  | 'missing_max_tokens' | 'missing_model' | 'stream_order' | 'stream_failed' | 'unresolved_ref' | 'remote_ref' | 'unsupported'
  | 'recursive_ref' | 'invalid_schema' | 'loss' | 'framing'
  /** Of JavaScript only: options that do not exist or are of the wrong type. */
  | 'invalid_options';

/** Why a conversion gave no value. */
export class ConverseMessagesError extends Error {
  readonly name: 'ConverseMessagesError';
  readonly kind: ErrorKind;
  /** The place in the source, as a JSON pointer. Empty: the whole document. */
  readonly path: string;
  /** All losses of the refused conversion, when the kind is `loss`. */
  readonly losses: readonly Loss[];
  private constructor();
}

export type Geo = 'us' | 'eu' | 'apac' | 'jp' | 'au' | 'ca' | 'us-gov' | 'global' | (string & {});

export type Recursion = 'error' | 'unroll' | 'keep';

/** What a caller may ask of a conversion. */
export interface Options {
  /** Which losses are refused: those of content (default; streams: none), none, all. */
  loss?: 'content' | 'allow' | 'deny';
  /** The `max_tokens` of a Converse request that has none: 4096; `null` refuses such a request. */
  defaultMaxTokens?: number | null;
  /** `keep` (default), `translate`, or the id that stands for the source's. */
  model?: 'keep' | 'translate' | (string & {});
  /** The geography of translated Bedrock ids. */
  geo?: Geo;
  /** A text block to add to a message that has a document but no text, which Converse refuses. */
  documentText?: string;
  /** The `id` of a Messages response, which Converse does not have: `msg_converse`. */
  messageId?: string;
  /** The `model` of a Messages response, which Converse does not have: `unknown`. */
  responseModel?: string;
  /** The latency in milliseconds of a Converse response: 0. */
  latencyMs?: number;
  /** The request's id for a Messages error. */
  requestId?: string;
  /** How many levels of arrays and objects a document may nest: 128. As an object it may not be more than 1000. */
  maxDepth?: number;
  /** Inline every `$ref` in the schemas of tools and of the output; recursive ones are refused, written out three times, or kept. */
  inlineRefs?: Recursion;
}

/** What Converse's bytes become: `uint8array` (default), which the AWS SDK takes, or `base64`, as they stand on the wire. */
export interface BytesOption { bytes?: 'uint8array' | 'base64' }

export interface StatusOption {
  /** The HTTP status of the source. */
  status?: number;
}

// Objects. Strings are not copied, tool inputs, schemas and byte arrays are handed over as they are: what comes out shares them with what
// came in.

export function requestToMessages(request: ConverseRequestIn, options?: Options): Converted<MessagesRequest>;
export function requestToConverse(request: MessagesRequestIn, options: Options & { bytes: 'base64' }): Converted<Converse.Request<string>>;
export function requestToConverse(request: MessagesRequestIn, options?: Options & BytesOption): Converted<ConverseRequest>;

// @ts-ignore
export function responseToMessages(response: ConverseResponse | Converse.Response, options?: Options): Converted<MessagesResponse>;
export function responseToConverse(response: MessagesResponse | Messages.Response, options: Options & { bytes: 'base64' }): Converted<Converse.Response<string>>;
export function responseToConverse(response: MessagesResponse | Messages.Response, options?: Options & BytesOption): Converted<ConverseResponse>;

/** The body of an error, and its HTTP status. */
export interface HttpError<T> { status: number; body: T }
/** Takes the body of an exception, or the error that the AWS SDK throws. */
export function errorToMessages(error: Converse.Exception | Error, options?: Options & StatusOption): Converted<HttpError<Messages.ErrorResponse>>;
/** Takes the body of an error (in the Anthropic SDK: `error.error`). */
export function errorToConverse(error: Messages.ErrorResponse | object, options?: Options & StatusOption): Converted<HttpError<Converse.Exception>>;

// Requests to count tokens, and what they are answered.
export function countTokensToMessages(response: Converse.CountTokensResponse, options?: Options): Converted<Messages.MessageTokensCount>;
export function countTokensToMessages(request: ConverseCountTokensRequest | Converse.CountTokensRequest, options?: Options): Converted<MessagesCountTokensRequest>;
export function countTokensToConverse(response: Messages.MessageTokensCount, options?: Options): Converted<Converse.CountTokensResponse>;
export function countTokensToConverse(request: MessagesCountTokensRequest | Omit<Messages.Request, 'max_tokens'>, options: Options & { bytes: 'base64' }): Converted<Converse.CountTokensRequest<string>>;
export function countTokensToConverse(request: MessagesCountTokensRequest | Omit<Messages.Request, 'max_tokens'>, options?: Options & BytesOption): Converted<ConverseCountTokensRequest>;
/** The form of `InvokeModel`, whose body keeps what the one of Converse has no place for. */
export function countTokensToInvoke(request: MessagesCountTokensRequest | Omit<Messages.Request, 'max_tokens'>, options: Options & { bytes: 'base64' }): Converted<Converse.CountTokensRequest<string>>;
export function countTokensToInvoke(request: MessagesCountTokensRequest | Omit<Messages.Request, 'max_tokens'>, options?: Options & BytesOption): Converted<ConverseCountTokensRequest>;

// The form of Bedrock's `InvokeModel`.
export function invokeFromMessages(request: MessagesRequestIn, options?: Options): Converted<Messages.InvokeModel>;
export function invokeFromConverse(request: ConverseRequestIn, options?: Options): Converted<Messages.InvokeModel>;
export function invokeToConverse(invoke: Messages.InvokeModel, options: Options & { bytes: 'base64' }): Converted<Converse.Request<string>>;
export function invokeToConverse(invoke: Messages.InvokeModel, options?: Options & BytesOption): Converted<ConverseRequest>;
export function invokeToMessages(invoke: Messages.InvokeModel, options?: Options): Converted<MessagesRequest>;

export interface InlineOptions {
  /** Schemas that refer to themselves: refuse them (default), write them out `depth` times, or keep their definitions. */
  recursion?: Recursion;
  /** For `unroll`: 3. */
  depth?: number;
  /** How many values the result may have: 100,000. */
  maxNodes?: number;
  /** How many bytes the result may have, as compact JSON: 4 MiB. */
  maxBytes?: number;
  /** How many levels the result may nest: 128. */
  maxDepth?: number;
}
/** An equivalent JSON Schema without `$ref`. A recursion that is cut is a loss. */
export function inlineSchema(schema: object, options?: InlineOptions): Converted<Record<string, unknown>>;
export function inlineSchema(schema: boolean, options?: InlineOptions): Converted<boolean>;

/** Anthropic's id of a model, from either kind of id; `undefined`: the id is no Claude model's, or does not tell. */
export function modelIdToAnthropic(id: string): string | undefined;
/** Bedrock's id of a model, from either kind of id. */
export function modelIdToBedrock(id: string, geo?: Geo): string | undefined;
/** Whose model an id names. */
export function modelFamily(id: string): 'claude' | 'nova' | 'opaque' | 'other';

// JSON. What no rule needs to read is copied: key order, digits and escapes survive. Bytes in, bytes out, for proxies; strings in,
// strings out.

export type ConvertBytes<O = Options> = (json: Uint8Array, options?: O) => Converted<Uint8Array>;
export type ConvertJson<O = Options> = (json: string, options?: O) => Converted<string>;

export const requestToMessagesBytes: ConvertBytes;
export const requestToMessagesJson: ConvertJson;
export const requestToConverseBytes: ConvertBytes;
export const requestToConverseJson: ConvertJson;
export const responseToMessagesBytes: ConvertBytes;
export const responseToMessagesJson: ConvertJson;
export const responseToConverseBytes: ConvertBytes;
export const responseToConverseJson: ConvertJson;
export const countTokensToMessagesBytes: ConvertBytes;
export const countTokensToMessagesJson: ConvertJson;
export const countTokensToConverseBytes: ConvertBytes;
export const countTokensToConverseJson: ConvertJson;
export const countTokensToInvokeBytes: ConvertBytes;
export const countTokensToInvokeJson: ConvertJson;
export const invokeFromMessagesBytes: ConvertBytes;
export const invokeFromMessagesJson: ConvertJson;
export const invokeFromConverseBytes: ConvertBytes;
export const invokeFromConverseJson: ConvertJson;
export const invokeToConverseBytes: ConvertBytes;
export const invokeToConverseJson: ConvertJson;
export const invokeToMessagesBytes: ConvertBytes;
export const invokeToMessagesJson: ConvertJson;
/** A whole stream: a JSON array of events. */
export const streamToMessagesBytes: ConvertBytes;
export const streamToMessagesJson: ConvertJson;
export const streamToConverseBytes: ConvertBytes;
export const streamToConverseJson: ConvertJson;
export const inlineSchemaBytes: ConvertBytes<InlineOptions>;
export const inlineSchemaJson: ConvertJson<InlineOptions>;

export function errorToMessagesBytes(json: Uint8Array, options?: Options & StatusOption): Converted<HttpError<Uint8Array>>;
export function errorToMessagesJson(json: string, options?: Options & StatusOption): Converted<HttpError<string>>;
export function errorToConverseBytes(json: Uint8Array, options?: Options & StatusOption): Converted<HttpError<Uint8Array>>;
export function errorToConverseJson(json: string, options?: Options & StatusOption): Converted<HttpError<string>>;

export interface BatchOptions extends Options {
  /** On the Messages side: bodies of Bedrock's `InvokeModel`. */
  invoke?: boolean;
}
/** A record of a batch: a line in, a line out. */
export const batchToMessagesBytes: ConvertBytes<BatchOptions>;
export const batchToMessagesJson: ConvertJson<BatchOptions>;
export const batchToConverseBytes: ConvertBytes<BatchOptions>;
export const batchToConverseJson: ConvertJson<BatchOptions>;

// Streams, event by event. A loss's path leads into the array of the source's events: `/17/contentBlockStart/start/image`.

/** Converts the events of `ConverseStream` to those of Messages. */
export class StreamToMessages {
  constructor(options?: Options);
  /** The events that this one becomes: none, one or more. An exception becomes an error, which ends the stream. */
  push(event: ConverseStreamEvent | Converse.StreamEvent): (MessagesStreamEvent | Messages.ErrorResponse)[];
  /** What was held back. An error if the message has not stopped. */
  finish(): MessagesStreamEvent[];
  /** The losses up to here. */
  readonly losses: Loss[];
}

/** Converts the events of Messages to those of `ConverseStream`. */
export interface StreamToConverse<E = ConverseStreamEvent> {
  push(event: MessagesStreamEvent | Messages.StreamEvent | object): E[];
  finish(): E[];
  readonly losses: Loss[];
}
export const StreamToConverse: {
  new (options: Options & { bytes: 'base64' }): StreamToConverse<Converse.StreamEvent<string>>;
  new (options?: Options & BytesOption): StreamToConverse;
};

/**
 * How the events of a stream stand in its bytes: one a line; server-sent events (Messages); frames of
 * `application/vnd.amazon.eventstream` (Converse); frames of chunks, as `InvokeModelWithResponseStream` has them (Messages).
 */
export type Framing = 'json' | 'sse' | 'eventstream' | 'invoke';

export interface Way {
  /** How the source is framed. */
  from: Framing;
  /** How the target is framed. */
  to: Framing;
  /** Whose events the target has. Needed only where `to` is `json`. */
  side?: 'converse' | 'messages';
}

/** Converts a stream, bytes to bytes. How the bytes are cut changes nothing. */
export class Transcoder {
  constructor(way: Way, options?: Options);
  /** What can go out. When something is wrong, `failed` is set and the target's error event comes last. */
  push(bytes: Uint8Array): Uint8Array;
  finish(): Uint8Array;
  /** Why the stream has failed. What is pushed after that is answered with nothing. */
  readonly failed: ConverseMessagesError | undefined;
  readonly losses: Loss[];
}

/** A `TransformStream` for bodies of `fetch`: `response.body.pipeThrough(new TranscoderStream({ from: 'eventstream', to: 'sse' }))`. */
export class TranscoderStream implements TransformStream<Uint8Array, Uint8Array> {
  /**
   * `onEnd` is called once, however the stream ends, with the losses so far, and why the stream has failed, if it has: the error event is
   * then the last one to go out, and the stream ends as any other. A source that fails breaks the stream off: `failed` is then of the kind
   * `stream_failed`, with what the source has thrown as its `cause`, which the reader gets too. A reader that goes away is no failure.
   */
  constructor(way: Way, options?: Options & { onEnd?: (end: { losses: Loss[]; failed?: ConverseMessagesError }) => void });
  readonly readable: ReadableStream<Uint8Array>;
  readonly writable: WritableStream<Uint8Array>;
}

/** `ConverseStream` → the server-sent events of Messages. */
export function eventStreamToSse(options?: Options): TranscoderStream;
/** The server-sent events of Messages → `ConverseStream`. */
export function sseToEventStream(options?: Options): TranscoderStream;
/** `InvokeModelWithResponseStream` → server-sent events. */
export function invokeToSse(options?: Options): TranscoderStream;
/** Server-sent events → `InvokeModelWithResponseStream`. */
export function sseToInvoke(options?: Options): TranscoderStream;

/**
 * The events of a stream, as Messages has them, whatever it comes in: the body of a `fetch`, or the events of an SDK
 * (`ConverseStreamCommandOutput.stream`). Breaking off the iteration cancels the source.
 */
export function messagesEvents(
  source: ReadableStream<Uint8Array> | AsyncIterable<Uint8Array | ConverseStreamEvent | Converse.StreamEvent> | Iterable<Uint8Array | ConverseStreamEvent | Converse.StreamEvent>,
  options?: Options & {
    /** How bytes are framed: `eventstream`. */
    from?: Framing;
  },
): MessagesEvents;

export interface MessagesEvents extends AsyncIterable<MessagesStreamEvent> {
  /**
   * The input of the tool that is being called, as far as it has come: whole members, and with `openString` also the string that is still
   * coming. `undefined` before anything has come, and when the block of this index is no open tool call. Each call reads all that has come
   * into a new object: of inputs of 100 KB and more, ask when something is shown, once a frame say, and not at each delta.
   */
  input(index: number, options?: { openString?: boolean }): unknown;
  /** The losses up to here. */
  readonly losses: Loss[];
  /** The message so far, as after an error. The input of a tool is there when its block has ended: of one that is no JSON, what is complete. */
  readonly message: MessagesResponse | undefined;
  /** The message that the events add up to. An error before the stream has ended, and if a tool's input was not JSON. */
  response(): MessagesResponse;
}
