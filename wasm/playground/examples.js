// What the example menu offers.

const weather = {
  name: 'get_weather',
  description: 'The weather in a city, now or on a day of this week.',
  inputSchema: {
    json: {
      type: 'object',
      properties: { city: { type: 'string' }, day: { type: 'string', enum: ['today', 'tomorrow'] } },
      required: ['city'],
    },
  },
};

const agent = {
  modelId: 'us.anthropic.claude-sonnet-4-5-20250929-v1:0',
  system: [
    { text: 'You are a travel agent. Ask for what you do not know, and look up the weather before you recommend a trip.' },
    { cachePoint: { type: 'default' } },
  ],
  messages: [
    { role: 'user', content: [{ text: 'Is tomorrow a good day for a walk in Lisbon?' }] },
    {
      role: 'assistant',
      content: [
        { text: 'I will look at the forecast.' },
        { toolUse: { toolUseId: 'tooluse_kZJMlvQmRJ6eAyJE5GIl7Q', name: 'get_weather', input: { city: 'Lisbon', day: 'tomorrow' } } },
      ],
    },
    {
      role: 'user',
      content: [
        {
          toolResult: {
            toolUseId: 'tooluse_kZJMlvQmRJ6eAyJE5GIl7Q',
            content: [{ json: { sky: 'clear', high: 21.0, unit: '°C' } }],
            status: 'success',
          },
        },
      ],
    },
  ],
  inferenceConfig: { maxTokens: 1024, temperature: 0.2, stopSequences: ['</answer>'] },
  toolConfig: { tools: [{ toolSpec: weather }], toolChoice: { auto: {} } },
};

const guarded = {
  modelId: 'us.anthropic.claude-sonnet-4-5-20250929-v1:0',
  system: [{ text: 'You check advertisements.' }],
  messages: [
    {
      role: 'user',
      content: [
        { video: { format: 'mp4', source: { s3Location: { uri: 's3://adverts/spring/spot-17.mp4' } } } },
        { guardContent: { text: { text: 'Does this spot promise more than the law allows?', qualifiers: ['query'] } } },
      ],
    },
  ],
  inferenceConfig: { maxTokens: 512 },
  guardrailConfig: { guardrailIdentifier: 'gr-adverts', guardrailVersion: '3', trace: 'enabled' },
  additionalModelResponseFieldPaths: ['/stop_sequence'],
  requestMetadata: { team: 'compliance' },
  performanceConfig: { latency: 'optimized' },
};

const thinking = {
  model: 'claude-sonnet-4-5-20250929',
  max_tokens: 16000,
  thinking: { type: 'enabled', budget_tokens: 8000 },
  system: [{ type: 'text', text: 'You review contracts. The house rules follow. …', cache_control: { type: 'ephemeral', ttl: '1h' } }],
  messages: [
    {
      role: 'user',
      content: [
        {
          type: 'document',
          source: { type: 'text', media_type: 'text/plain', data: 'The lessee shall return the goods by the end of May.' },
          title: 'Lease',
          cache_control: { type: 'ephemeral' },
        },
        { type: 'text', text: 'When does this lease end?' },
      ],
    },
  ],
  tools: [{ type: 'web_search_20250305', name: 'web_search', max_uses: 3 }],
  metadata: { user_id: 'u-8f14e45f' },
  container: 'container_011CPR5CNjB747bTd36fQLFk',
};

const response = {
  output: {
    message: {
      role: 'assistant',
      content: [
        { reasoningContent: { reasoningText: { text: 'The forecast is needed first.', signature: 'EqQBCgIYAhIM1gbcDa9GJwZA2b3h' } } },
        { text: 'I will look at the forecast.' },
        { toolUse: { toolUseId: 'tooluse_kZJMlvQmRJ6eAyJE5GIl7Q', name: 'get_weather', input: { city: 'Lisbon', day: 'tomorrow' } } },
      ],
    },
  },
  stopReason: 'tool_use',
  usage: { inputTokens: 412, outputTokens: 87, totalTokens: 499, cacheReadInputTokens: 1024, cacheWriteInputTokens: 0 },
  metrics: { latencyMs: 1840 },
};

const stream = [
  { messageStart: { role: 'assistant' } },
  { contentBlockDelta: { contentBlockIndex: 0, delta: { text: 'I will look at ' } } },
  { contentBlockDelta: { contentBlockIndex: 0, delta: { text: 'the forecast.' } } },
  { contentBlockStop: { contentBlockIndex: 0 } },
  { contentBlockStart: { contentBlockIndex: 1, start: { toolUse: { toolUseId: 'tooluse_kZJMlvQmRJ6eAyJE5GIl7Q', name: 'get_weather' } } } },
  { contentBlockDelta: { contentBlockIndex: 1, delta: { toolUse: { input: '{"city": "Lis' } } } },
  { contentBlockDelta: { contentBlockIndex: 1, delta: { toolUse: { input: 'bon"}' } } } },
  { contentBlockStop: { contentBlockIndex: 1 } },
  { messageStop: { stopReason: 'tool_use' } },
  { metadata: { usage: { inputTokens: 412, outputTokens: 61, totalTokens: 473 }, metrics: { latencyMs: 1210 } } },
];

// As Pydantic writes the schema of a model that holds a list of itself.
const recursive = {
  $defs: {
    Task: {
      properties: {
        title: { title: 'Title', type: 'string' },
        done: { default: false, title: 'Done', type: 'boolean' },
        subtasks: { items: { $ref: '#/$defs/Task' }, title: 'Subtasks', type: 'array' },
      },
      required: ['title'],
      title: 'Task',
      type: 'object',
    },
  },
  properties: { name: { title: 'Name', type: 'string' }, tasks: { items: { $ref: '#/$defs/Task' }, title: 'Tasks', type: 'array' } },
  required: ['name', 'tasks'],
  title: 'Project',
  type: 'object',
};

const throttled = { __type: 'ThrottlingException', message: 'Too many requests, please wait before trying again.' };

const count = { modelId: 'anthropic.claude-sonnet-4-5-20250929-v1:0', input: { converse: { system: agent.system.slice(0, 1), messages: agent.messages.slice(0, 1) } } };

const laidOut = (value) => JSON.stringify(value, null, 2);
const lines = (events) => events.map((event) => JSON.stringify(event)).join('\n');

export const EXAMPLES = [
  { name: 'Converse: an agent with a tool (boto3)', kind: 'request', direction: 'messages', text: laidOut(agent) },
  { name: 'Converse: a guardrail and a video', kind: 'request', direction: 'messages', text: laidOut(guarded) },
  { name: 'Messages: thinking and caching', kind: 'request', direction: 'converse', text: laidOut(thinking) },
  { name: 'Converse: a response with a tool call', kind: 'response', direction: 'messages', text: laidOut(response) },
  { name: 'Converse: a stream, one event a line', kind: 'stream', direction: 'messages', text: lines(stream) },
  { name: 'Converse: a throttled request', kind: 'error', direction: 'messages', text: laidOut(throttled) },
  { name: 'Converse: a token count', kind: 'countTokens', direction: 'messages', text: laidOut(count) },
  { name: 'JSON Schema: a recursive Pydantic model', kind: 'schema', direction: 'messages', text: laidOut(recursive) },
];
