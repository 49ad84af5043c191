// Requests, responses, errors, token counts, schemas and model ids.

import { Job } from './glue.js';
import { fromBase64 } from './bytes.js';
import { asBytes, call, must, optionsText } from './engine.js';
import { flatten } from './flatten.js';
import { failed, withReferences } from './references.js';
import { revive } from './revive.js';
import { plain, wellFormed } from './skeleton.js';

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

/** JSON as bytes, for the wasm. */
function encoded(json) {
  if (typeof json !== 'string') throw new TypeError('a JSON text is a string');
  return bytesOf(json);
}

function checkedBytes(json) {
  if (!(json instanceof Uint8Array)) throw new TypeError('a JSON text is a Uint8Array here');
  return json;
}

/** The value with its losses; with its status, where it is an error's body. */
function converted({ value, told }) {
  const losses = told?.losses ?? [];
  return told?.status === undefined ? { value, losses } : { value: { status: told.status, body: value }, losses };
}

function bytesForm(job, kind) {
  return (json, options) => {
    const text = optionsText(options, kind);
    return converted(must(call((glue) => glue.convert_bytes(job, checkedBytes(json), text))));
  };
}

function jsonForm(job, kind) {
  return (json, options) => {
    const text = optionsText(options, kind);
    const bytes = encoded(json);
    const outcome = call((glue) => glue.convert_text(job, bytes, text));
    if (outcome.told?.hasReplacements) wellFormed(json);
    const { value, told } = must(outcome);
    return converted({ value: joined(value, json, told?.pieces), told });
  };
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

function object(job, source, options, { kind, bytes } = {}) {
  const text = optionsText(options, kind, bytes ? ['bytes'] : []);
  const toBytes = bytes ? asBytes(options) : false;
  return withReferences(options?.maxDepth, () => {
    const skeleton = flatten(source);
    const outcome = call((glue) => glue.convert_object(job, skeleton, text));
    if (failed()) throw failed();
    const { value, told } = must(outcome);
    return converted({ value: revive(value, toBytes), told });
  });
}

export function requestToMessages(request, options) {
  return object(Job.RequestToMessages, request, options);
}

export function requestToConverse(request, options) {
  return object(Job.RequestToConverse, request, options, { bytes: true });
}

export function responseToMessages(response, options) {
  return object(Job.ResponseToMessages, response, options);
}

export function responseToConverse(response, options) {
  return object(Job.ResponseToConverse, response, options, { bytes: true });
}

export function errorToMessages(error, options) {
  if (!(error instanceof Error)) return object(Job.ErrorToMessages, error, options, { kind: 'error' });
  // As the AWS SDK throws it.
  const { name, message, originalStatusCode, originalMessage, resourceName, $metadata } = error;
  const told = { status: $metadata?.httpStatusCode, requestId: $metadata?.requestId, ...options };
  return object(Job.ErrorToMessages, { name, message, originalStatusCode, originalMessage, resourceName }, told, { kind: 'error' });
}

export function errorToConverse(error, options) {
  if (!(error instanceof Error)) return object(Job.ErrorToConverse, error, options, { kind: 'error' });
  // As the Anthropic SDK throws it: with the body.
  const told = { status: error.status, ...options };
  return object(Job.ErrorToConverse, error.error ?? { error: { type: error.type, message: error.message } }, told, { kind: 'error' });
}

export function countTokensToMessages(document, options) {
  return object(Job.CountTokensToMessages, document, options);
}

export function countTokensToConverse(document, options) {
  return object(Job.CountTokensToConverse, document, options, { bytes: true });
}

export function countTokensToInvoke(request, options) {
  const toBytes = asBytes(options);
  // Its body is one text: there is nothing to hand over.
  const { value, losses } = countTokensToInvokeJson(plain(request), { ...options, bytes: undefined });
  const asked = JSON.parse(value);
  const { invokeModel } = asked.input;
  if (toBytes) invokeModel.body = fromBase64(invokeModel.body);
  return { value: asked, losses };
}

export function invokeFromMessages(request, options) {
  return object(Job.InvokeFromMessages, request, options);
}

export function invokeFromConverse(request, options) {
  return object(Job.InvokeFromConverse, request, options);
}

export function invokeToConverse(invoke, options) {
  return object(Job.InvokeToConverse, invoke, options, { bytes: true });
}

export function invokeToMessages(invoke, options) {
  return object(Job.InvokeToMessages, invoke, options);
}

export function inlineSchema(schema, options) {
  const { value, losses } = inlineSchemaJson(plain(schema), options);
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
  return must(call((glue) => glue.model_id_to_anthropic(String(id)))).value;
}

export function modelIdToBedrock(id, geo = '') {
  return must(call((glue) => glue.model_id_to_bedrock(String(id), geo))).value;
}

export function modelFamily(id) {
  return must(call((glue) => glue.model_family(String(id)))).value;
}
