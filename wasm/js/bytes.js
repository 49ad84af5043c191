// Bytes and base64, with what each runtime is fastest with.

const Buffer = globalThis.Buffer;

/** Of any realm: tests and sandboxes have some of their own. */
const kind = (value) => Object.prototype.toString.call(value).slice(8, -1);

export function isBytes(value) {
  return ArrayBuffer.isView(value) || kind(value) === 'ArrayBuffer';
}

/** Bytes of any kind as a `Uint8Array`, not copied. */
export function view(value) {
  if (value instanceof Uint8Array) return value;
  return ArrayBuffer.isView(value) ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength) : new Uint8Array(value);
}

/** A `Uint8Array`, or else an error that says what it should be. */
export function checked(value, what) {
  if (ArrayBuffer.isView(value) && kind(value) === 'Uint8Array') return value;
  throw new TypeError(`${what} is a Uint8Array here`);
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
