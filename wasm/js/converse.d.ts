// The JSON of Amazon Bedrock's Converse API, as it stands on the wire and as the AWS SDK has it. For those who have not installed
// `@aws-sdk/client-bedrock-runtime`, and for plain JSON. What is not listed here converts too: members are open.

/** Bytes: base64 on the wire, a `Uint8Array` (or a `Buffer`, or an `ArrayBuffer`) in the AWS SDK. */
export type Bytes = string | Uint8Array | ArrayBuffer;

/** Free-form JSON. */
export type Json = unknown;

export interface S3Location { uri: string | undefined; bucketOwner?: string }
export type Source<B = Bytes> = { bytes: B; [member: string]: unknown } | { s3Location: S3Location; [member: string]: unknown };

export interface ImageBlock<B = Bytes> { format: string | undefined; source: Source<B> | undefined; [member: string]: unknown }
export interface DocumentBlock<B = Bytes> {
  format?: string;
  name: string | undefined;
  source: Source<B> | { text: string } | { content: { text: string }[] } | undefined;
  context?: string;
  citations?: { enabled: boolean | undefined };
}
export interface MediaBlock<B = Bytes> { format: string | undefined; source: Source<B> | undefined; [member: string]: unknown }
export interface ToolUseBlock { toolUseId: string | undefined; name: string | undefined; input: Json; type?: string }
export interface SearchResultBlock {
  source: string | undefined;
  title: string | undefined;
  content: { text: string | undefined }[] | undefined;
  citations?: { enabled: boolean | undefined };
}
export interface ToolResultBlock<B = Bytes> {
  toolUseId: string | undefined;
  content: ToolResultContentBlock<B>[] | undefined;
  status?: 'success' | 'error' | (string & {});
  type?: string;
}
export type ToolResultContentBlock<B = Bytes> =
  | { text: string }
  | { json: Json }
  | { image: ImageBlock<B> }
  | { document: DocumentBlock<B> }
  | { video: MediaBlock<B> }
  | { searchResult: SearchResultBlock };
export interface CachePointBlock { type: 'default' | (string & {}) | undefined; ttl?: string }
export interface Citation {
  title?: string;
  source?: string;
  sourceContent?: { text: string }[];
  location?: Record<string, unknown>;
}
export type ReasoningContentBlock<B = Bytes> =
  | { reasoningText: { text: string | undefined; signature?: string } }
  | { redactedContent: B };
export type ContentBlock<B = Bytes> =
  | { text: string }
  | { image: ImageBlock<B> }
  | { document: DocumentBlock<B> }
  | { video: MediaBlock<B> }
  | { audio: MediaBlock<B> }
  | { toolUse: ToolUseBlock }
  | { toolResult: ToolResultBlock<B> }
  | { guardContent: Record<string, unknown> }
  | { cachePoint: CachePointBlock }
  | { reasoningContent: ReasoningContentBlock<B> }
  | { citationsContent: { content?: { text: string }[]; citations?: Citation[] } }
  | { searchResult: SearchResultBlock }
  | { toolAddition: Record<string, unknown> }
  | { toolRemoval: Record<string, unknown> };
export type SystemContentBlock = { text: string } | { guardContent: Record<string, unknown> } | { cachePoint: CachePointBlock };

export interface Message<B = Bytes> { role: 'user' | 'assistant' | 'system' | (string & {}) | undefined; content: ContentBlock<B>[] | undefined }
export type Tool =
  | { toolSpec: { name: string | undefined; description?: string; inputSchema: { json: Json } | undefined; strict?: boolean } }
  | { systemTool: { name: string | undefined } }
  | { cachePoint: CachePointBlock };
export interface ToolConfiguration {
  tools: Tool[] | undefined;
  toolChoice?: { auto: {} } | { any: {} } | { tool: { name: string | undefined } };
}

/** The body of `Converse` and `ConverseStream`, with `modelId`. */
export interface Request<B = Bytes> {
  modelId?: string | undefined;
  messages?: Message<B>[];
  system?: SystemContentBlock[];
  inferenceConfig?: { maxTokens?: number; temperature?: number; topP?: number; stopSequences?: string[] };
  toolConfig?: ToolConfiguration;
  guardrailConfig?: Record<string, unknown>;
  additionalModelRequestFields?: Json;
  promptVariables?: Record<string, unknown>;
  additionalModelResponseFieldPaths?: string[];
  requestMetadata?: Record<string, string>;
  performanceConfig?: { latency?: string };
  serviceTier?: { type: string | undefined };
  outputConfig?: Record<string, unknown>;
}

export interface TokenUsage {
  inputTokens: number | undefined;
  outputTokens: number | undefined;
  totalTokens: number | undefined;
  cacheReadInputTokens?: number;
  cacheWriteInputTokens?: number;
  cacheDetails?: { ttl: string | undefined; inputTokens: number | undefined }[];
}

/** What `Converse` answers. */
export interface Response<B = Bytes> {
  output: { message: Message<B> } | undefined;
  stopReason: string | undefined;
  usage: TokenUsage | undefined;
  metrics: { latencyMs: number | undefined } | undefined;
  additionalModelResponseFields?: Json;
  trace?: Record<string, unknown>;
  performanceConfig?: { latency?: string };
  serviceTier?: { type: string | undefined };
}

/** An event of `ConverseStream`. */
export type StreamEvent<B = Bytes> =
  | { messageStart: { role: string | undefined } }
  | { contentBlockStart: { contentBlockIndex: number | undefined; start: Record<string, unknown> | undefined } }
  | { contentBlockDelta: { contentBlockIndex: number | undefined; delta: ContentBlockDelta<B> | undefined } }
  | { contentBlockStop: { contentBlockIndex: number | undefined } }
  | { messageStop: { stopReason: string | undefined; additionalModelResponseFields?: Json } }
  | { metadata: { usage: TokenUsage | undefined; metrics: { latencyMs: number | undefined } | undefined; trace?: Record<string, unknown> } }
  | { internalServerException: Exception }
  | { modelStreamErrorException: Exception }
  | { serviceUnavailableException: Exception }
  | { throttlingException: Exception }
  | { validationException: Exception };
export type ContentBlockDelta<B = Bytes> =
  | { text: string }
  | { toolUse: { input: string | undefined } }
  | { toolResult: Record<string, unknown>[] }
  | { reasoningContent: { text: string } | { signature: string } | { redactedContent: B } }
  | { citation: Citation };

/** The body of an exception; its name stands in `__type`, `code`, `name` or `Error.Code`. */
export interface Exception {
  __type?: string;
  code?: string;
  name?: string;
  Error?: { Code?: string; Message?: string };
  message?: string;
  Message?: string;
  originalStatusCode?: number;
  originalMessage?: string;
  resourceName?: string;
}

/** The body of `CountTokens`, with `modelId`. */
export interface CountTokensRequest<B = Bytes> {
  modelId?: string | undefined;
  input:
    | { converse: Pick<Request<B>, 'messages' | 'system' | 'toolConfig' | 'additionalModelRequestFields'> }
    | { invokeModel: { body: B } }
    | undefined;
}
export interface CountTokensResponse { inputTokens: number | undefined }
