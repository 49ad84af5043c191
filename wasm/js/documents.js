// Requests, responses, errors, token counts, schemas and model ids.

import { Job } from './glue.js';
import { checked, fromBase64 } from './bytes.js';
import { asBytes, call, must, optionsText } from './engine.js';
import { flatten, wellFormed } from './flatten.js';
import { MARK, mustNotHaveFailed, withReferences } from './references.js';
import { revive } from './revive.js';
import { plain } from './skeleton.js';

const encoder = new TextEncoder();

/** Room for what goes into the wasm: a new array each time costs as much as the encoding. */
let room = new Uint8Array(0);
const LARGEST_ROOM = 3 << 20;

function bytesOf(text) {
  // A UTF-16 unit takes at most three bytes.
  const needed = text.length * 3;
  if (needed > LARGEST_ROOM) return encoder.encode(text);
  if (room.length < needed) room = new Uint8Array(Math.min(LARGEST_ROOM, needed * 2));
  return room.subarray(0, encoder.encodeInto(text, room).written);
}

function string(value, what) {
  if (typeof value === 'string') return value;
  throw new TypeError(`${what} is a string`);
}

/** The value with its losses; with its status, where it is an error's body. */
function converted({ value, told }) {
  const losses = told?.losses ?? [];
  return told?.status === undefined ? { value, losses } : { value: { status: told.status, body: value }, losses };
}

function bytesForm(job, kind) {
  return (json, options) => {
    const text = optionsText(options, kind);
    const bytes = checked(json, 'a JSON text');
    return converted(must(call((glue) => glue.convert_bytes(job, bytes, text))));
  };
}

function jsonForm(job, kind) {
  return (json, options) => {
    const text = optionsText(options, kind);
    const bytes = bytesOf(string(json, 'a JSON text'));
    const outcome = call((glue) => glue.convert_text(job, bytes, text));
    if (outcome.told?.hasReplacements) mustBeWellFormed(json, (escaped) => must(call((glue) => glue.convert_text(job, escaped, text))));
    const { value, told } = must(outcome);
    return converted({ value: joined(value, json, told?.pieces), told });
  };
}

/** Half of a surrogate pair is an error; where it stands is told once it is escaped. */
function mustBeWellFormed(json, convert) {
  const escaped = json.replace(/\p{Surrogate}/gu, (half) => `\\u${half.charCodeAt(0).toString(16)}`);
  if (escaped === json) return;
  convert(bytesOf(escaped));
  wellFormed(json);
}

/** A text with the pieces that are missing in it: to cut them out of the source takes less than to decode them. */
function joined(text, source, pieces = []) {
  let whole = '';
  let at = 0;
  for (let i = 0; i < pieces.length; i += 3) {
    whole += text.slice(at, pieces[i]) + source.slice(pieces[i + 1], pieces[i + 2]);
    at = pieces[i];
  }
  return whole + text.slice(at);
}

/** From the objects of a side. */
function object(job, side, source, options, { kind, bytes } = {}) {
  const text = optionsText(options, kind, bytes ? ['bytes'] : []);
  const toBytes = bytes ? asBytes(options) : false;
  return withReferences(source, options?.maxDepth, () => {
    const skeleton = flatten(source, side);
    const outcome = call((glue) => glue.convert_object(job, skeleton, text));
    mustNotHaveFailed();
    unmark(outcome.told);
    const { value, told } = must(outcome);
    return converted({ value: revive(value, toBytes), told });
  });
}

/** A name that begins with a mark has a second one in a skeleton, and so in the places that lead through it. */
function unmark({ error, losses = [] } = {}) {
  const found = error ? [error, ...(error.losses ?? []), ...losses] : losses;
  for (const one of found) one.path = one.path.replaceAll(`/${MARK}${MARK}`, `/${MARK}`);
}

export function requestToMessages(request, options) {
  return object(Job.RequestToMessages, 'converse', request, options);
}

export function requestToConverse(request, options) {
  return object(Job.RequestToConverse, 'messages', request, options, { bytes: true });
}

export function responseToMessages(response, options) {
  return object(Job.ResponseToMessages, 'converse', response, options);
}

export function responseToConverse(response, options) {
  return object(Job.ResponseToConverse, 'messages', response, options, { bytes: true });
}

export function errorToMessages(error, options) {
  if (!(error instanceof Error)) return object(Job.ErrorToMessages, 'converse', error, options, { kind: 'error' });
  // As the AWS SDK throws it.
  const { name, message, originalStatusCode, originalMessage, resourceName, $metadata } = error;
  // Where nothing has answered, the status is 0 and there is no id.
  const told = over({ status: $metadata?.httpStatusCode || undefined, requestId: $metadata?.requestId ?? undefined }, options);
  return object(Job.ErrorToMessages, 'converse', { name, message, originalStatusCode, originalMessage, resourceName }, told, { kind: 'error' });
}

export function errorToConverse(error, options) {
  if (!(error instanceof Error)) return object(Job.ErrorToConverse, 'messages', error, options, { kind: 'error' });
  // As the Anthropic SDK throws it: with the body, if the service has answered with one.
  const { type, message } = error;
  const body = error.error?.error?.type ? error.error : { type: 'error', error: { type: type ?? error.constructor.name, message } };
  return object(Job.ErrorToConverse, 'messages', body, over({ status: error.status }, options), { kind: 'error' });
}

/** What the options do not say themselves. */
function over(told, options) {
  const asked = { ...told };
  for (const name in options) if (options[name] !== undefined) asked[name] = options[name];
  return asked;
}

export function countTokensToMessages(document, options) {
  return object(Job.CountTokensToMessages, 'converse', document, options);
}

export function countTokensToConverse(document, options) {
  return object(Job.CountTokensToConverse, 'messages', document, options, { bytes: true });
}

export function countTokensToInvoke(request, options) {
  const toBytes = asBytes(options);
  // Its body is one text: there is nothing to hand over.
  const { value, losses } = countTokensToInvokeJson(plain(request, options), { ...options, bytes: undefined });
  const asked = JSON.parse(value);
  const { invokeModel } = asked.input;
  if (toBytes) invokeModel.body = fromBase64(invokeModel.body);
  return { value: asked, losses };
}

export function invokeFromMessages(request, options) {
  return object(Job.InvokeFromMessages, 'messages', request, options);
}

export function invokeFromConverse(request, options) {
  return object(Job.InvokeFromConverse, 'converse', request, options);
}

export function invokeToConverse(invoke, options) {
  return object(Job.InvokeToConverse, 'messages', invoke, options, { bytes: true });
}

export function invokeToMessages(invoke, options) {
  return object(Job.InvokeToMessages, 'messages', invoke, options);
}

export function inlineSchema(schema, options) {
  const { value, losses } = inlineSchemaJson(plain(schema, options), options);
  return { value: JSON.parse(value), losses };
}

export const requestToMessagesBytes = bytesForm(Job.RequestToMessages);
export const requestToMessagesJson = jsonForm(Job.RequestToMessages);
export const requestToConverseBytes = bytesForm(Job.RequestToConverse);
export const requestToConverseJson = jsonForm(Job.RequestToConverse);
export const responseToMessagesBytes = bytesForm(Job.ResponseToMessages);
export const responseToMessagesJson = jsonForm(Job.ResponseToMessages);
export const responseToConverseBytes = bytesForm(Job.ResponseToConverse);
export const responseToConverseJson = jsonForm(Job.ResponseToConverse);
export const errorToMessagesBytes = bytesForm(Job.ErrorToMessages, 'error');
export const errorToMessagesJson = jsonForm(Job.ErrorToMessages, 'error');
export const errorToConverseBytes = bytesForm(Job.ErrorToConverse, 'error');
export const errorToConverseJson = jsonForm(Job.ErrorToConverse, 'error');
export const countTokensToMessagesBytes = bytesForm(Job.CountTokensToMessages);
export const countTokensToMessagesJson = jsonForm(Job.CountTokensToMessages);
export const countTokensToConverseBytes = bytesForm(Job.CountTokensToConverse);
export const countTokensToConverseJson = jsonForm(Job.CountTokensToConverse);
export const countTokensToInvokeBytes = bytesForm(Job.CountTokensToInvoke);
export const countTokensToInvokeJson = jsonForm(Job.CountTokensToInvoke);
export const invokeFromMessagesBytes = bytesForm(Job.InvokeFromMessages);
export const invokeFromMessagesJson = jsonForm(Job.InvokeFromMessages);
export const invokeFromConverseBytes = bytesForm(Job.InvokeFromConverse);
export const invokeFromConverseJson = jsonForm(Job.InvokeFromConverse);
export const invokeToConverseBytes = bytesForm(Job.InvokeToConverse);
export const invokeToConverseJson = jsonForm(Job.InvokeToConverse);
export const invokeToMessagesBytes = bytesForm(Job.InvokeToMessages);
export const invokeToMessagesJson = jsonForm(Job.InvokeToMessages);
export const streamToMessagesBytes = bytesForm(Job.StreamToMessages);
export const streamToMessagesJson = jsonForm(Job.StreamToMessages);
export const streamToConverseBytes = bytesForm(Job.StreamToConverse);
export const streamToConverseJson = jsonForm(Job.StreamToConverse);
export const batchToMessagesBytes = bytesForm(Job.BatchToMessages, 'batch');
export const batchToMessagesJson = jsonForm(Job.BatchToMessages, 'batch');
export const batchToConverseBytes = bytesForm(Job.BatchToConverse, 'batch');
export const batchToConverseJson = jsonForm(Job.BatchToConverse, 'batch');
export const inlineSchemaBytes = bytesForm(Job.InlineSchema, 'schema');
export const inlineSchemaJson = jsonForm(Job.InlineSchema, 'schema');

export function modelIdToAnthropic(id) {
  string(id, 'a model id');
  return must(call((glue) => glue.model_id_to_anthropic(id))).value;
}

export function modelIdToBedrock(id, geo = '') {
  string(id, 'a model id');
  string(geo, 'a geography');
  return must(call((glue) => glue.model_id_to_bedrock(id, geo))).value;
}

export function modelFamily(id) {
  string(id, 'a model id');
  return must(call((glue) => glue.model_family(id))).value;
}
