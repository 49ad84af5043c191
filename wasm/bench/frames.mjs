// Frames of `application/vnd.amazon.eventstream`, decoded by the AWS SDK's own codec, with both checksums.

import { createRequire } from 'node:module';

// Installed for the tests: `npm ci` in wasm/tests.
const { EventStreamCodec } = createRequire(new URL('../tests/', import.meta.url))('@smithy/eventstream-codec');

/** A function from pieces to the events that have come whole. */
export function frames() {
  const codec = new EventStreamCodec((bytes) => Buffer.from(bytes).toString('utf8'), (text) => Buffer.from(text, 'utf8'));
  let rest = new Uint8Array(0);
  return (piece) => {
    const bytes = new Uint8Array(rest.length + piece.length);
    bytes.set(rest);
    bytes.set(piece, rest.length);
    const events = [];
    let at = 0;
    while (bytes.length - at >= 4) {
      const length = new DataView(bytes.buffer, at, 4).getUint32(0);
      if (bytes.length - at < length) break;
      const { headers, body } = codec.decode(bytes.subarray(at, at + length));
      events.push({ [headers[':event-type'].value]: JSON.parse(Buffer.from(body).toString('utf8')) });
      at += length;
    }
    rest = bytes.subarray(at);
    return events;
  };
}
