// The JSON of Anthropic's Messages API. For those who have not installed `@anthropic-ai/sdk`. What is not listed here converts too.

export type Json = unknown;

export interface CacheControl { type: 'ephemeral'; ttl?: '5m' | '1h' }
export interface TextBlockParam { type: 'text'; text: string; citations?: Record<string, unknown>[] | null; cache_control?: CacheControl | null }
export interface ImageBlockParam {
  type: 'image';
  source:
    | { type: 'base64'; media_type: string; data: string | Uint8Array | ArrayBuffer }
    | { type: 'url'; url: string }
    | { type: 'file'; file_id: string };
  cache_control?: CacheControl | null;
}
export interface DocumentBlockParam {
  type: 'document';
  source:
    | { type: 'base64'; media_type: string; data: string | Uint8Array | ArrayBuffer }
    | { type: 'text'; media_type: string; data: string }
    | { type: 'content'; content: string | ContentBlockParam[] }
    | { type: 'url'; url: string }
    | { type: 'file'; file_id: string };
  title?: string | null;
  context?: string | null;
  citations?: { enabled?: boolean } | null;
  cache_control?: CacheControl | null;
}
export interface SearchResultBlockParam {
  type: 'search_result';
  source: string;
  title: string;
  content: TextBlockParam[];
  citations?: { enabled?: boolean };
  cache_control?: CacheControl | null;
}
export interface ToolUseBlockParam { type: 'tool_use'; id: string; name: string; input: Json; caller?: Record<string, unknown>; cache_control?: CacheControl | null }
export interface ToolResultBlockParam {
  type: 'tool_result';
  tool_use_id: string;
  content?: string | ContentBlockParam[];
  is_error?: boolean;
  cache_control?: CacheControl | null;
}
export interface ThinkingBlockParam { type: 'thinking'; thinking: string; signature: string }
export interface RedactedThinkingBlockParam { type: 'redacted_thinking'; data: string }
export interface ServerToolUseBlockParam { type: 'server_tool_use'; id: string; name: string; input: Json; cache_control?: CacheControl | null }
export interface ServerToolResultBlockParam {
  type:
    | 'web_search_tool_result'
    | 'web_fetch_tool_result'
    | 'code_execution_tool_result'
    | 'bash_code_execution_tool_result'
    | 'text_editor_code_execution_tool_result'
    | 'tool_search_tool_result';
  tool_use_id: string;
  content: Json;
  cache_control?: CacheControl | null;
}
export type ContentBlockParam =
  | TextBlockParam
  | ImageBlockParam
  | DocumentBlockParam
  | SearchResultBlockParam
  | ToolUseBlockParam
  | ToolResultBlockParam
  | ThinkingBlockParam
  | RedactedThinkingBlockParam
  | ServerToolUseBlockParam
  | ServerToolResultBlockParam;
export interface MessageParam { role: 'user' | 'assistant' | 'system'; content: string | ContentBlockParam[] }

export interface Tool {
  type?: 'custom' | null;
  name: string;
  description?: string;
  input_schema: { type: 'object'; [keyword: string]: unknown };
  strict?: boolean;
  cache_control?: CacheControl | null;
  [member: string]: unknown;
}
export interface ServerTool { type: string; name?: string; [member: string]: unknown }
export type ToolChoice =
  | { type: 'auto' | 'any'; disable_parallel_tool_use?: boolean }
  | { type: 'tool'; name: string; disable_parallel_tool_use?: boolean }
  | { type: 'none' };

/** The body of `POST /v1/messages`. */
export interface Request {
  model: string;
  max_tokens: number;
  messages: MessageParam[];
  system?: string | TextBlockParam[];
  tools?: (Tool | ServerTool)[];
  tool_choice?: ToolChoice;
  thinking?: { type: 'enabled'; budget_tokens: number } | { type: 'disabled' } | { type: 'adaptive' };
  temperature?: number;
  top_p?: number;
  top_k?: number;
  stop_sequences?: string[];
  output_config?: Record<string, unknown>;
  cache_control?: CacheControl | null;
  metadata?: { user_id?: string | null };
  service_tier?: 'auto' | 'standard_only';
  stream?: boolean;
  anthropic_beta?: string[];
  [member: string]: unknown;
}

export interface Usage {
  input_tokens: number;
  output_tokens: number;
  cache_read_input_tokens?: number | null;
  cache_creation_input_tokens?: number | null;
  cache_creation?: { ephemeral_1h_input_tokens: number; ephemeral_5m_input_tokens: number } | null;
  [member: string]: unknown;
}
export type ContentBlock =
  | { type: 'text'; text: string; citations?: Record<string, unknown>[] | null }
  | { type: 'thinking'; thinking: string; signature: string }
  | { type: 'redacted_thinking'; data: string }
  | { type: 'tool_use'; id: string; name: string; input: Json }
  | { type: 'server_tool_use'; id: string; name: string; input: Json }
  | ServerToolResultBlockParam;

/** A message that the model has answered. */
export interface Response {
  id: string;
  type: 'message';
  role: 'assistant';
  model: string;
  content: ContentBlock[];
  stop_reason: 'end_turn' | 'tool_use' | 'max_tokens' | 'stop_sequence' | 'pause_turn' | 'refusal' | 'model_context_window_exceeded' | null;
  stop_sequence: string | null;
  usage: Usage;
  [member: string]: unknown;
}

/** An event of a stream. */
export type StreamEvent =
  | { type: 'message_start'; message: Response }
  | { type: 'content_block_start'; index: number; content_block: ContentBlock }
  | { type: 'content_block_delta'; index: number; delta: ContentBlockDelta }
  | { type: 'content_block_stop'; index: number }
  | { type: 'message_delta'; delta: { stop_reason: Response['stop_reason']; stop_sequence: string | null; [member: string]: unknown }; usage: { output_tokens: number; [member: string]: unknown } }
  | { type: 'message_stop'; [member: string]: unknown };
export type ContentBlockDelta =
  | { type: 'text_delta'; text: string }
  | { type: 'input_json_delta'; partial_json: string }
  | { type: 'citations_delta'; citation: Record<string, unknown> }
  | { type: 'thinking_delta'; thinking: string }
  | { type: 'signature_delta'; signature: string };

export interface ErrorResponse {
  type: 'error';
  error: { type: string; message: string; [member: string]: unknown };
  request_id?: string | null;
}

/** What Bedrock's `InvokeModel` takes, and how: a request in its form. */
export interface InvokeModel {
  model_id?: string;
  stream?: boolean;
  /** The HTTP headers of Bedrock. */
  headers?: Record<string, string>;
  body: Omit<Request, 'model' | 'stream'> & { anthropic_version: string };
}

export interface MessageTokensCount { input_tokens: number }
