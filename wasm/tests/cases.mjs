// The cases of `tests/cases`, as data: what each has, the calls that it asks for, and what must come out. No test framework and no file
// system, since the browser runs them too.

const NAMES = {
  default_max_tokens: 'defaultMaxTokens',
  model: 'model',
  geo: 'geo',
  document_text: 'documentText',
  message_id: 'messageId',
  response_model: 'responseModel',
  latency_ms: 'latencyMs',
  request_id: 'requestId',
  inline_refs: 'inlineRefs',
};

const DIRECTIONS = {
  to_messages: { source: 'converse', target: 'messages', suffix: 'ToMessages' },
  to_converse: { source: 'messages', target: 'converse', suffix: 'ToConverse' },
};

/** What JavaScript's objects cannot have: the object that is parsed from such a text is another one. */
const TEXT_ONLY = new Set(['duplicate_key', 'invalid_json']);

function functionName({ stream, batch, count_tokens, response, error, invoke }, { suffix }) {
  if (stream) return `stream${suffix}`;
  if (batch) return `batch${suffix}`;
  if (count_tokens) return invoke && suffix === 'ToConverse' ? 'countTokensToInvoke' : `countTokens${suffix}`;
  if (error) return `error${suffix}`;
  if (response) return `response${suffix}`;
  if (invoke) return suffix === 'ToMessages' ? 'invokeFromConverse' : 'invokeToConverse';
  return `request${suffix}`;
}

/** Runs a case in every form that the package has for it; gives how many, and all that is wrong. */
export function runCase(ours, caseName, { losses: expected, ...documents }) {
  // JavaScript's numbers do not keep digits.
  const isExact = caseName.includes('keeps-its-digits');
  const wrong = [];
  let count = 0;
  const { status = {}, ...asked } = expected.options ?? {};
  for (const [direction, way] of Object.entries(DIRECTIONS)) {
    const outcome = expected[direction] ?? expected.error?.[direction];
    if (outcome === undefined) continue;
    const name = functionName(asked, way);
    const options = { loss: 'allow' };
    for (const [own, value] of Object.entries(asked)) if (NAMES[own]) options[NAMES[own]] = value;
    if (asked.batch && asked.invoke) options.invoke = true;
    if (asked.error && status[way.source] !== undefined) options.status = status[way.source];
    const isTextOnly = TEXT_ONLY.has(outcome.kind) || isExact;
    for (const [form, call] of forms(ours, name, documents[way.source], options, isTextOnly)) {
      count += 1;
      const found = attempt(call);
      const problem = outcome.kind ? errorProblem(found, outcome) : valueProblem(found, outcome, documents[way.target], asked.error && status[way.target]);
      if (problem) wrong.push(`${name}, ${form}: ${problem}`);
    }
  }
  return { count, wrong };
}

function forms(ours, name, text, options, isTextOnly) {
  const parsed = ({ value, losses }, parse) => ({
    value: value.body === undefined || value.status === undefined ? parse(value) : { ...value, body: parse(value.body) },
    losses,
  });
  const bytes = () => ours[`${name}Bytes`](new TextEncoder().encode(text), options);
  const all = [
    ['bytes', () => parsed(bytes(), (value) => JSON.parse(new TextDecoder().decode(value)))],
    ['string', () => parsed(ours[`${name}Json`](text, options), JSON.parse)],
  ];
  if (isTextOnly) return all;
  if (ours[name]) {
    const toConverse = /To(Converse|Invoke)$/.test(name) && name !== 'errorToConverse';
    const object = (more) => ours[name](JSON.parse(text), { ...options, ...more });
    all.push(['objects', () => object(toConverse ? { bytes: 'base64' } : {})]);
    if (toConverse) all.push(['objects with bytes', () => parsed(object({}), (value) => bytesAsBase64(ours, value))]);
  }
  if (name.startsWith('stream')) all.push(['events', () => events(ours, name, JSON.parse(text), options)]);
  return all;
}

function events(ours, name, source, options) {
  const machine = name === 'streamToMessages' ? new ours.StreamToMessages(options) : new ours.StreamToConverse({ ...options, bytes: 'base64' });
  const value = source.flatMap((event) => machine.push(event));
  value.push(...machine.finish());
  return { value, losses: machine.losses };
}

function bytesAsBase64(ours, value) {
  return JSON.parse(JSON.stringify(value, (_, member) => (member instanceof Uint8Array ? base64(member) : member)));
}

function base64(bytes) {
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
}

function attempt(call) {
  try {
    return { converted: call() };
  } catch (error) {
    return { error };
  }
}

function errorProblem({ error, converted }, { kind, path }) {
  if (converted) return 'no error';
  return error.name === 'ConverseMessagesError' && error.kind === kind && error.path === path
    ? undefined
    : `the error is ${error.stack}, not ${kind} at ${path}`;
}

function valueProblem({ error, converted }, losses, target, status) {
  if (error) return `an error: ${error.stack}`;
  let { value } = converted;
  if (status !== undefined && status !== false) {
    if (value.status !== status) return `the status is ${value.status}`;
  }
  if (value.status !== undefined && value.body !== undefined) value = value.body;
  const [found, expected] = [sorted(value), sorted(JSON.parse(target))];
  if (found !== expected) return `the value is\n  ${found}\nnot\n  ${expected}`;
  const lines = (list) => list.map(({ path, severity, code }) => `${path} ${severity} ${code}`).sort().join('\n');
  const [lost, expectedLost] = [lines(converted.losses), lines(losses)];
  return lost === expectedLost ? undefined : `lost is\n${lost}\nnot\n${expectedLost}`;
}

/** JSON with the names of each object in one order. */
function sorted(value) {
  return JSON.stringify(value, (_, member) =>
    typeof member === 'object' && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  );
}
