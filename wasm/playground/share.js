// What the page shows, as the part of its address that no browser sends: compressed JSON.

const FORMAT = 'deflate-raw';
// A short link can unfold to gigabytes.
const LIMIT = 16 * 1024 * 1024;

export async function toHash(state) {
  const bytes = await collected(new Blob([JSON.stringify(state)]).stream().pipeThrough(new CompressionStream(FORMAT)));
  const binary = Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
  return '#' + btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/** Throws if it is not what `toHash` gives. */
export async function fromHash(hash) {
  const binary = atob(hash.slice(1).replaceAll('-', '+').replaceAll('_', '/'));
  const bytes = Uint8Array.from(binary, (char) => char.charCodeAt(0));
  const json = await collected(new Blob([bytes]).stream().pipeThrough(new DecompressionStream(FORMAT)));
  return JSON.parse(new TextDecoder().decode(json));
}

async function collected(stream) {
  const chunks = [];
  let size = 0;
  const reader = stream.getReader();
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    size += read.value.length;
    if (size > LIMIT) {
      await reader.cancel();
      throw new RangeError('the link holds too much');
    }
    chunks.push(read.value);
  }
  return new Uint8Array(await new Blob(chunks).arrayBuffer());
}
