import { convert, isLines } from './convert.js';
import { createEditor, mark, setText, show, textOf } from './editor.js';
import { EXAMPLES } from './examples.js';
import { locator, placeOf } from './pointer.js';
import { fromHash, toHash } from './share.js';

const DELAY = 150;
const SIDES = { messages: 'Messages', converse: 'Converse' };
const NOUNS = { request: 'request', response: 'response', stream: 'stream', error: 'error', countTokens: 'token count' };

const byId = (id) => document.getElementById(id);
const fields = byId('controls').elements;
const source = createEditor(byId('source'), { label: 'Source', empty: 'Paste or type JSON here.', changed: schedule });
const result = createEditor(byId('result'), { label: 'Result', empty: 'No result.' });
let timer;
/** The direction of the result that is shown. */
let shown = 'messages';

function asked() {
  return {
    kind: fields.kind.value,
    direction: fields.direction.value,
    recursion: fields.recursion.value,
    text: textOf(source),
  };
}

function schedule() {
  clearTimeout(timer);
  timer = setTimeout(update, DELAY);
}

function update() {
  clearTimeout(timer);
  const now = asked();
  title(now);
  shown = now.direction;
  if (now.text.trim() === '') return tell(now, { text: '', findings: [], status: 'Nothing to convert.' });
  try {
    const { text, losses, status } = convert(now);
    tell(now, { text, findings: losses, status: counted(losses) + (status ? ` HTTP status ${status}.` : '') });
  } catch (error) {
    tell(now, { text: '', findings: [findingOf(error)], status: 'No result: there is an error.' });
  }
}

function title({ kind, direction }) {
  const schema = kind === 'schema';
  const other = direction === 'messages' ? 'converse' : 'messages';
  byId('source-title').textContent = schema ? 'JSON Schema' : `${SIDES[other]} ${NOUNS[kind]}`;
  byId('result-title').textContent = schema ? 'JSON Schema without $ref' : `${SIDES[direction]} ${NOUNS[kind]}`;
  byId('direction').hidden = schema;
  byId('recursion').hidden = !schema;
}

function counted(losses) {
  if (losses.length === 0) return 'Nothing is lost.';
  const content = losses.filter(({ severity }) => severity === 'content').length;
  const total = losses.length === 1 ? '1 loss' : `${losses.length} losses`;
  return `${total}: ${content} of content, ${losses.length - content} ${losses.length - content === 1 ? 'hint' : 'hints'}.`;
}

function findingOf({ kind, path = '', message }) {
  return { severity: 'error', code: kind ?? 'failure', path, message: message.replace(`${path}: `, '') };
}

function placed(findings, now) {
  const { text } = now;
  const locate = locator(text, { lines: isLines(now) });
  return findings.map((finding) => {
    const place = locate(finding.path);
    const [, line, column] = (finding.code === 'invalid_json' && /at line (\d+) column (\d+)$/.exec(finding.message)) || [];
    return { ...finding, place: line ? placeOf(text, finding.path ? place.from : 0, Number(line), Number(column)) : place };
  });
}

function tell(now, { text, findings, status }) {
  const all = placed(findings, now);
  setText(result, text);
  mark(source, all);
  byId('copy').disabled = text === '';
  byId('list').replaceChildren(...all.map(item));
  byId('status').textContent = status;
}

function item({ severity, code, path, message, place }) {
  const button = document.createElement('button');
  button.type = 'button';
  button.className = severity;
  for (const [name, text] of Object.entries({ severity, code, path: path || 'the document', message })) {
    const part = document.createElement('span');
    part.className = name;
    part.textContent = text;
    // The spaces part the words for a screen reader.
    button.append(part, ' ');
  }
  button.addEventListener('click', () => show(source, place));
  const entry = document.createElement('li');
  entry.append(button);
  return entry;
}

function restore({ kind, direction, recursion = 'unroll', text }) {
  fields.kind.value = kind;
  fields.direction.value = direction;
  fields.recursion.value = recursion;
  setText(source, text);
  update();
}

async function restoreHash() {
  if (location.hash.length < 2) return false;
  try {
    restore(await fromHash(location.hash));
    return true;
  } catch {
    byId('notice').textContent = 'This link cannot be read.';
    return false;
  }
}

async function share() {
  history.replaceState(null, '', await toHash(asked()));
  byId('notice').textContent = (await copied(location.href)) ? 'The link is copied. It holds the source.' : 'The link is in the address bar.';
}

async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

/** What was the result is the source of the way back. */
function turn() {
  const back = textOf(result);
  if (back !== '' && fields.direction.value !== shown) setText(source, back);
  update();
}

EXAMPLES.forEach(({ name }, index) => fields.example.add(new Option(name, index)));
fields.example.addEventListener('change', () => {
  const example = EXAMPLES[fields.example.value];
  if (example) restore(example);
});
for (const radio of fields.direction) radio.addEventListener('change', turn);
for (const select of [fields.kind, fields.recursion]) select.addEventListener('change', update);
byId('share').addEventListener('click', share);
byId('copy').addEventListener('click', async () => {
  byId('notice').textContent = (await copied(textOf(result))) ? 'The result is copied.' : 'The browser does not let this page copy.';
});
addEventListener('hashchange', restoreHash);
if (!(await restoreHash())) {
  fields.example.value = '0';
  restore(EXAMPLES[0]);
}
