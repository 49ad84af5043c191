/** Why a conversion gave no value. */
export class ConverseMessagesError extends Error {
  constructor({ kind, message, path, losses = [] }, options) {
    super(path === '' ? message : `${path}: ${message}`, options);
    this.kind = kind;
    this.path = path;
    this.losses = losses;
  }
}
Object.defineProperty(ConverseMessagesError.prototype, 'name', { value: 'ConverseMessagesError' });
