// What the package is asked to do.
import * as library from 'converse-messages';
import { pretty } from './format.js';
import { elements } from './pointer.js';

const TARGETS = { messages: 'ToMessages', converse: 'ToConverse' };
const OPTIONS = { loss: 'allow' };

/** Whether a stream is given one event a line. */
export function isLines({ kind, text }) {
  return kind === 'stream' && !text.trimStart().startsWith('[');
}

/** The result as text, its losses, and for an error its HTTP status. Throws what the package throws. */
export function convert(asked) {
  const { kind, direction, recursion, text } = asked;
  if (kind === 'schema') return laidOut(library.inlineSchemaJson(text, { recursion }), pretty);
  if (isLines(asked)) return convertLines(text, direction);
  const converted = library[kind + TARGETS[direction] + 'Json'](text, OPTIONS);
  if (kind === 'stream') return laidOut(converted, (json) => `[\n  ${elements(json).join(',\n  ')}\n]`);
  if (kind !== 'error') return laidOut(converted, pretty);
  const { value: { status, body }, losses } = converted;
  return { text: pretty(body), losses, status };
}

function laidOut({ value, losses }, layout) {
  return { text: layout(value), losses };
}

function convertLines(text, side) {
  const transcoder = new library.Transcoder({ from: 'json', to: 'json', side }, OPTIONS);
  const [bytes, rest] = [transcoder.push(new TextEncoder().encode(text)), transcoder.finish()];
  if (transcoder.failed) throw transcoder.failed;
  const decoder = new TextDecoder();
  return { text: (decoder.decode(bytes) + decoder.decode(rest)).trimEnd(), losses: transcoder.losses };
}
