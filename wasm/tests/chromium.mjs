// Chromium, and the pages of a folder on loopback.

import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join } from 'node:path';
import { chromium } from 'playwright-core';

const SWITCHES = [
  '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync',
];
const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.mjs': 'text/javascript', '.wasm': 'application/wasm', '.json': 'application/json' };

export const launch = () => chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: SWITCHES });

/** Serves a folder with a Content Security Policy; gives the address and how to end. */
export async function serve(folder, policy) {
  const server = createServer((request, response) => {
    try {
      const path = join(folder, new URL(request.url, 'http://x').pathname);
      const body = readFileSync(path);
      response.writeHead(200, { 'content-type': TYPES[extname(path)], 'content-security-policy': policy });
      response.end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((listening) => { server.listen(0, '127.0.0.1', listening); });
  return { address: `http://127.0.0.1:${server.address().port}/`, close: () => server.close() };
}

/** Opens a page, waits until it has come so far, and gives what it shows then. It must not complain. */
export async function visit(browser, address, condition, shown) {
  const page = await browser.newPage();
  const complaint = new Promise((_, reject) => {
    page.on('pageerror', reject);
    page.on('console', (message) => { if (message.type() === 'error' && !/favicon/.test(message.location().url)) reject(new Error(message.text())); });
  });
  const visited = async () => {
    await page.goto(address);
    await page.waitForFunction(condition, undefined, { timeout: 60_000 });
    return page.evaluate(shown);
  };
  try {
    return await Promise.race([complaint, visited()]);
  } finally {
    await page.close();
  }
}
