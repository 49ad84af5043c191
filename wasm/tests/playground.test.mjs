// The playground in Chromium, by clicks and typing. `cargo xtask playground --build-only` builds what is tested here.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { launch } from './chromium.mjs';

const root = fileURLToPath(new URL('../playground/', import.meta.url));
// What the playground installs.
const playgrounds = createRequire(`${root}package.json`);
const axe = readFileSync(playgrounds.resolve('axe-core/axe.min.js'), 'utf8');

let server;
let browser;
let address;

before(async () => {
  const { preview } = await import(playgrounds.resolve('vite'));
  server = await preview({ root, configFile: `${root}vite.config.js`, logLevel: 'error', preview: { port: 0 } });
  [address] = server.resolvedUrls.local;
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await server?.close();
});

/** A test in a page of its own, which must not complain. */
function inPage(name, run, { hash = '', ...options } = {}) {
  test(name, async () => {
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
    const page = await context.newPage();
    const complaints = [];
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => ['error', 'warning'].includes(message.type()) && complaints.push(message.text()));
    await page.goto(address + hash);
    await page.locator('#status:not(:empty)').waitFor();
    await run(page);
    assert.deepEqual(complaints, []);
    await context.close();
  });
}

const example = (page, name) => page.getByLabel('Example').selectOption({ label: name });
const status = (page) => page.locator('#status').textContent();
const told = (page, text) => page.locator('#status', { hasText: text }).waitFor();
const findings = (page) => page.locator('#list button');

/** What an editor holds, as its own clipboard has it: the editor does not draw what is out of sight. */
async function textIn(page, id) {
  const content = page.locator(`#${id} .cm-content`);
  await content.focus();
  await page.keyboard.press('Control+a');
  return content.evaluate((element) => {
    const clipboardData = new DataTransfer();
    element.dispatchEvent(new ClipboardEvent('copy', { clipboardData, bubbles: true, cancelable: true }));
    return clipboardData.getData('text/plain');
  });
}

async function type(page, text) {
  await page.locator('#source .cm-content').focus();
  await page.keyboard.press('Control+a');
  await page.keyboard.insertText(text);
}

/** What is selected in the source. */
const selected = (page) => page.locator('#source').evaluate((host) => host.shadowRoot.getSelection().toString());

inPage('the first example is converted at once', async (page) => {
  assert.equal(await status(page), '1 loss: 0 of content, 1 hint.');
  const result = JSON.parse(await textIn(page, 'result'));
  assert.deepEqual(result.messages[1].content[1].input, { city: 'Lisbon', day: 'tomorrow' });
  assert.equal(result.tools[0].name, 'get_weather');
});

inPage('what is typed is converted', async (page) => {
  await type(page, '{"modelId":"m","inferenceConfig":{"maxTokens":9},"messages":[{"role":"assistant","content":[{"toolUse":{"toolUseId":"t","name":"n","input":{"x":1e0}}}]}]}');
  await told(page, 'Nothing is lost.');
  assert.match(await textIn(page, 'result'), /"x": 1e0/);
});

inPage('every example is converted, and what is lost has a place', async (page) => {
  const names = await page.getByLabel('Example').locator('option:not([value=""])').allTextContents();
  assert.ok(names.length >= 5);
  for (const name of names) {
    await example(page, name);
    await page.locator('#result .cm-placeholder').waitFor({ state: 'detached' });
    for (const path of await page.locator('#list .path').allTextContents()) assert.match(path, /^\//);
  }
});

inPage('the other direction takes the result back', async (page) => {
  const before = JSON.parse(await textIn(page, 'source'));
  await page.getByLabel('to Converse').check();
  await page.getByRole('heading', { name: 'Messages request' }).waitFor();
  assert.deepEqual(JSON.parse(await textIn(page, 'result')).inferenceConfig, before.inferenceConfig);
});

inPage('a loss that is clicked is selected in the source', async (page) => {
  await example(page, 'Converse: a guardrail and a video');
  await told(page, '6 losses: 2 of content, 4 hints.');
  await findings(page).filter({ hasText: '/messages/0/content/0/video' }).click();
  assert.match(await selected(page), /^"video": \{[^]*spot-17\.mp4"[^]*\}$/);
  await findings(page).filter({ hasText: '/requestMetadata/team' }).click();
  assert.equal(await selected(page), '"team": "compliance"');
  // The cursor is at the start, and the editor has the focus.
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.insertText('?');
  assert.match(await textIn(page, 'source'), /\?"team": "compliance"/);
});

inPage('a document that is no JSON is an error with its place', async (page) => {
  await type(page, '{\n  "modelId": "m",\n  "😀": x\n}');
  await told(page, 'No result: there is an error.');
  await findings(page).filter({ hasText: 'invalid_json' }).click();
  assert.equal(await selected(page), 'x');
  assert.equal(await textIn(page, 'result'), '');
});

inPage('a stream of lines is converted line by line, and its errors are found', async (page) => {
  await example(page, 'Converse: a stream, one event a line');
  await told(page, 'Nothing is lost.');
  const lines = (await textIn(page, 'result')).split('\n');
  assert.equal(JSON.parse(lines[0]).type, 'message_start');
  await type(page, '{"messageStart":{"role":"assistant"}}\n\n{"contentBlockDelta":{"contentBlockIndex":0,"delta":{"text":5}}}');
  await told(page, 'No result: there is an error.');
  await findings(page).click();
  assert.equal(await selected(page), '"text":5');
});

inPage('a schema has a choice of what becomes of recursion', async (page) => {
  await example(page, 'JSON Schema: a recursive Pydantic model');
  await told(page, '1 loss');
  assert.ok(await page.getByLabel('to Converse').isHidden());
  await page.getByLabel('Recursion').selectOption('refused');
  await findings(page).filter({ hasText: 'recursive_ref' }).click();
  assert.equal(await selected(page), '"$ref": "#/$defs/Task"');
});

inPage('a link restores what it was made from', async (page) => {
  await example(page, 'Messages: thinking and caching');
  await type(page, '{"model":"claude-sonnet-4-5","max_tokens":1,"messages":[{"role":"user","content":"Zoë 😀"}]}');
  await told(page, 'Nothing is lost.');
  await page.getByRole('button', { name: 'Copy link' }).click();
  await page.waitForFunction(() => location.hash.length > 1);
  const [link, source, result] = [page.url(), await textIn(page, 'source'), await textIn(page, 'result')];
  await page.goto('about:blank');
  await page.goto(link);
  await told(page, 'Nothing is lost.');
  assert.ok(await page.getByLabel('to Converse').isChecked());
  assert.equal(await textIn(page, 'source'), source);
  assert.equal(await textIn(page, 'result'), result);
});

inPage('a link that is damaged says so', async (page) => {
  await page.getByText('This link cannot be read.').waitFor();
  assert.equal(await status(page), '1 loss: 0 of content, 1 hint.');
}, { hash: '#AAAA' });

test('nothing leaves the page', async () => {
  const page = await browser.newPage();
  const requests = [];
  page.on('request', (request) => requests.push(request.url()));
  await page.goto(address, { waitUntil: 'networkidle' });
  await page.getByText('Nothing leaves this page.').waitFor();
  assert.ok(requests.length > 0 && requests.every((url) => url.startsWith(address)), requests.join('\n'));
  const loaded = requests.length;
  await example(page, 'Converse: a guardrail and a video');
  await findings(page).first().click();
  await page.getByRole('button', { name: 'Copy link' }).click();
  await page.getByLabel('to Converse').check();
  await page.waitForLoadState('networkidle');
  assert.equal(requests.length, loaded, requests.slice(loaded).join('\n'));
  // And the browser would not let it: not even to the page's own server.
  const refused = await page.evaluate((url) => fetch(url).then(() => false, () => true), address);
  assert.ok(refused);
  await page.close();
});

/** What has the focus: its name, its id, or the id of its list. */
const focused = (page) => page.evaluate(() => {
  const { activeElement } = document;
  return activeElement.name || activeElement.id || activeElement.closest('[id]').id;
});

inPage('the keyboard alone is enough', async (page) => {
  for (const stop of ['example', 'kind', 'direction', 'share', 'source', 'copy', 'result', 'list']) {
    await page.keyboard.press('Tab');
    assert.equal(await focused(page), stop);
  }
  await page.keyboard.press('Enter');
  assert.equal(await focused(page), 'source');
  assert.match(await selected(page), /^"json": /);
  for (const stop of ['share', 'direction']) {
    await page.keyboard.press('Shift+Tab');
    assert.equal(await focused(page), stop);
  }
  await page.keyboard.press('ArrowRight');
  await page.getByRole('heading', { name: 'Converse request' }).waitFor();
  assert.ok(await page.getByLabel('to Converse').isChecked());
});

for (const colorScheme of ['light', 'dark']) {
  for (const [width, height] of [[1280, 800], [390, 844]]) {
    inPage(`no one is shut out: ${colorScheme}, ${width} pixels wide`, async (page) => {
      await example(page, 'Converse: a guardrail and a video');
      await told(page, '6 losses');
      const { scheme, overflow } = await page.evaluate(() => ({
        scheme: getComputedStyle(document.body).backgroundColor,
        overflow: document.documentElement.scrollWidth - innerWidth,
      }));
      assert.equal(scheme, { light: 'rgb(246, 247, 249)', dark: 'rgb(20, 23, 27)' }[colorScheme]);
      assert.ok(overflow <= 0, `${overflow} pixels are out of sight`);
      // Evaluated by the debugger: the page's policy holds for the page's own scripts.
      await page.evaluate(axe);
      const { violations, passes } = await page.evaluate(() => globalThis.axe.run());
      assert.ok(passes.length > 10);
      assert.deepEqual(violations.map(({ id, impact, nodes }) => `${impact}: ${id}: ${nodes.map(({ html }) => html).join(' ')}`), []);
    }, { colorScheme, viewport: { width, height } });
  }
}
