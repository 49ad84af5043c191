// The AI SDK's own conversion of a prompt and tools to Converse. It is not exported: what is measured is a copy of the installed module
// that exports it.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** A contestant; `folder` has `node_modules/@ai-sdk/amazon-bedrock`. */
export async function aiSdk(folder, request) {
  const dist = join(folder, 'node_modules/@ai-sdk/amazon-bedrock/dist');
  const exporting = join(dist, 'exporting.mjs');
  const source = readFileSync(join(dist, 'index.js'), 'utf8').replace(/\nexport \{[^}]*\};/, '');
  writeFileSync(exporting, `${source}\nexport { convertToAmazonBedrockChatMessages as convert, prepareTools };\n`);
  const sdk = await import(pathToFileURL(exporting));
  const prompt = promptOf(request);
  const tools = request.toolConfig.tools.filter((tool) => tool.toolSpec).map(({ toolSpec }) => ({
    type: 'function',
    name: toolSpec.name,
    description: toolSpec.description,
    inputSchema: toolSpec.inputSchema.json,
  }));
  const run = async () => [await sdk.convert(prompt), await sdk.prepareTools({ tools, toolChoice: { type: 'auto' }, modelId: request.modelId })];
  await run();
  return { "the AI SDK's conversion": run };
}

/** A Converse request as the AI SDK's language model prompt. */
function promptOf({ system, messages }) {
  const prompt = system.filter((block) => block.text).map((block) => ({ role: 'system', content: block.text }));
  for (const { role, content } of messages) {
    const results = content.filter((block) => block.toolResult);
    const others = content.flatMap(part);
    if (results.length > 0) prompt.push({ role: 'tool', content: results.map(result) });
    if (others.length > 0) prompt.push({ role, content: others });
  }
  return prompt;
}

function part(block) {
  if (block.text) return [{ type: 'text', text: block.text }];
  if (block.toolUse) return [{ type: 'tool-call', toolCallId: block.toolUse.toolUseId, toolName: block.toolUse.name, input: block.toolUse.input }];
  if (block.reasoningContent) {
    const { text, signature } = block.reasoningContent.reasoningText;
    return [{ type: 'reasoning', text, providerOptions: { bedrock: { signature } } }];
  }
  return [];
}

function result({ toolResult }) {
  const value = toolResult.content.map((block) => ({ type: 'text', text: block.text ?? JSON.stringify(block.json) }));
  return { type: 'tool-result', toolCallId: toolResult.toolUseId, toolName: 'tool', output: { type: 'content', value } };
}
