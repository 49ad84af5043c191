// Bytes and what they stand for, with what each runtime is fastest with.

const Buffer = globalThis.Buffer;
const decoder = new TextDecoder();

export function isBytes(value) {
  return ArrayBuffer.isView(value) || value instanceof ArrayBuffer;
}

/** Bytes of any kind as a `Uint8Array`, not copied. */
export function view(value) {
  if (value instanceof Uint8Array) return value;
  return value instanceof ArrayBuffer ? new Uint8Array(value) : new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
}

export function toBase64(bytes) {
  if (bytes.toBase64) return bytes.toBase64();
  if (Buffer) return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
  let binary = '';
  // As many arguments as every engine takes.
  for (let at = 0; at < bytes.length; at += 0x8000) binary += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return btoa(binary);
}

/** A `Uint8Array` of its own, whatever the runtime. */
export function fromBase64(base64) {
  if (Uint8Array.fromBase64) return Uint8Array.fromBase64(base64);
  if (Buffer) {
    const { buffer, byteOffset, length } = Buffer.from(base64, 'base64');
    return new Uint8Array(buffer, byteOffset, length);
  }
  return Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
}

/** The objects that lines of JSON hold. */
export function objectsOf(lines) {
  return lines.length === 0 ? [] : decoder.decode(lines).trimEnd().split('\n').map((line) => JSON.parse(line));
}
