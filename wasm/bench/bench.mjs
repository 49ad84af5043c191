// The package against straightforward JavaScript that does the same job: `node wasm/bench/bench.mjs CORPUS YARDSTICK.mjs [AI_SDK_FOLDER]`.
// CORPUS holds NAME.converse.json, NAME.messages.json, stream.converse.bin; YARDSTICK exports converseToMessages, messagesToConverse and
// StreamToMessages. Contestants take turns, round by round; what is printed are medians, and how many times faster the package is.
// Bytes have two speeds with glibc, as it keeps the memory of results or not (wasm/README.md, at its end): with
// MALLOC_MMAP_THRESHOLD_=33554432 MALLOC_TRIM_THRESHOLD_=67108864 it always does, with MALLOC_MMAP_THRESHOLD_=65536 never.

import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { aiSdk } from './ai-sdk.mjs';
import { frames } from './frames.mjs';
import * as ours from '../pkg/node.js';

const [corpus, yardstick, sdk] = process.argv.slice(2);
if (!yardstick) {
  console.error('usage: node wasm/bench/bench.mjs CORPUS YARDSTICK.mjs [AI_SDK_FOLDER]');
  process.exit(2);
}
const hand = await import(pathToFileURL(resolve(yardstick)));
const read = (name) => readFileSync(join(corpus, name));
const encoder = new TextEncoder();
const decoder = new TextDecoder();

const ROUNDS = 31;
const ROUND_MS = 15;

function median(times) {
  return times.sort((a, b) => a - b)[times.length >> 1];
}

/** Milliseconds for so many calls. What is not asynchronous is not awaited. */
async function time({ run, isAsync }, calls) {
  const start = performance.now();
  if (isAsync) for (let i = 0; i < calls; i += 1) await run();
  else for (let i = 0; i < calls; i += 1) run();
  return performance.now() - start;
}

/** Milliseconds per call of each, in turns. */
async function compare(contestants) {
  const runs = [];
  for (const [name, run] of Object.entries(contestants)) {
    const contestant = { name, run, isAsync: run() instanceof Promise, times: [] };
    await time(contestant, 200);
    contestant.calls = Math.max(1, Math.min(5000, Math.round(ROUND_MS / Math.max(await time(contestant, 1), 0.001))));
    runs.push(contestant);
  }
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const contestant of runs) contestant.times.push((await time(contestant, contestant.calls)) / contestant.calls);
  }
  return Object.fromEntries(runs.map(({ name, times }) => [name, median(times)]));
}

async function report(job, contestants) {
  const times = await compare(contestants);
  const base = times.ours;
  const others = Object.entries(times).filter(([name]) => name !== 'ours');
  const said = others.map(([name, time]) => `${(time / base).toFixed(2)} × faster than ${name}`).join(', ');
  console.log(`${job.padEnd(44)} ${said}`);
}

for (const name of ['agent', 'chat', 'tiny', 'image']) {
  const converse = read(`${name}.converse.json`);
  const messages = read(`${name}.messages.json`);
  await report(`${name}: bytes, Converse → Messages`, {
    ours: () => ours.requestToMessagesBytes(converse),
    'by hand': () => encoder.encode(JSON.stringify(hand.converseToMessages(JSON.parse(decoder.decode(converse))))),
  });
  await report(`${name}: bytes, Messages → Converse`, {
    ours: () => ours.requestToConverseBytes(messages),
    'by hand': () => encoder.encode(JSON.stringify(hand.messagesToConverse(JSON.parse(decoder.decode(messages))))),
  });
  const converseText = decoder.decode(converse);
  const messagesText = decoder.decode(messages);
  await report(`${name}: strings, Converse → Messages`, {
    ours: () => ours.requestToMessagesJson(converseText),
    'by hand': () => JSON.stringify(hand.converseToMessages(JSON.parse(converseText))),
  });
  await report(`${name}: strings, Messages → Converse`, {
    ours: () => ours.requestToConverseJson(messagesText),
    'by hand': () => JSON.stringify(hand.messagesToConverse(JSON.parse(messagesText))),
  });
  const converseObject = JSON.parse(converseText);
  const messagesObject = JSON.parse(messagesText);
  const ai = sdk && name === 'agent' ? await aiSdk(sdk, converseObject) : {};
  await report(`${name}: objects, Converse → Messages`, {
    ours: () => ours.requestToMessages(converseObject),
    'by hand': () => hand.converseToMessages(converseObject),
    ...ai,
  });
  await report(`${name}: objects, Messages → Converse`, {
    ours: () => ours.requestToConverse(messagesObject, { bytes: 'base64' }),
    'by hand': () => hand.messagesToConverse(messagesObject),
    ...ai,
  });
}

const stream = read('stream.converse.bin');
// As they come from a socket.
const pieces = Array.from({ length: Math.ceil(stream.length / 1400) }, (_, i) => new Uint8Array(stream.subarray(i * 1400, (i + 1) * 1400)));
await report('stream: binary chunks → server-sent events', {
  ours() {
    const transcoder = new ours.Transcoder({ from: 'eventstream', to: 'sse' });
    let length = 0;
    for (const piece of pieces) length += transcoder.push(piece).length;
    return length + transcoder.finish().length;
  },
  'by hand'() {
    const machine = new hand.StreamToMessages('msg_1', 'claude');
    const decode = frames();
    let length = 0;
    for (const piece of pieces) {
      for (const event of decode(piece)) {
        for (const out of machine.push(event)) length += encoder.encode(`event: ${out.type}\ndata: ${JSON.stringify(out)}\n\n`).length;
      }
    }
    return length;
  },
});
const events = readFileSync(join(corpus, 'stream.converse.jsonl'), 'utf8').trim().split('\n').map((line) => JSON.parse(line));
await report('stream: events as objects', {
  ours() {
    const machine = new ours.StreamToMessages();
    let count = 0;
    for (const event of events) count += machine.push(event).length;
    return count + machine.finish().length;
  },
  'by hand'() {
    const machine = new hand.StreamToMessages('msg_1', 'claude');
    let count = 0;
    for (const event of events) count += machine.push(event).length;
    return count;
  },
});
