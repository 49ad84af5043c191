'use strict';

const { readFileSync } = require('node:fs');
const { join } = require('node:path');
const { start } = require('./cjs/engine.js');

start(readFileSync(join(__dirname, 'converse_messages.wasm')));

module.exports = require('./cjs/index.js');
