// Events as objects, and the lines of JSON that stand for them.

import { beneath, step } from './places.js';
import { plain } from './skeleton.js';

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Events of a side as lines of JSON. */
export class Lines {
  #side;
  #options;
  #count = 0;

  constructor(side, options) {
    this.#side = side;
    this.#options = options;
  }

  of(event) {
    try {
      return encoder.encode(`${plain(event, this.#options, this.#side)}\n`);
    } catch (thrown) {
      throw beneath(step(this.#count), thrown);
    } finally {
      this.#count += 1;
    }
  }
}

/** The events that lines hold. */
export function eventsOf(lines) {
  return lines.length === 0 ? [] : decoder.decode(lines).trimEnd().split('\n').map((line) => JSON.parse(line));
}
