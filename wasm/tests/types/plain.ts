// Holds whatever is installed.
import {
  ConverseMessagesError, StreamToConverse, StreamToMessages, Transcoder, TranscoderStream, countTokensToInvoke, eventStreamToSse, inlineSchema,
  invokeFromConverse, invokeToMessages, messagesEvents, modelFamily,
  modelIdToBedrock, requestToConverse, requestToMessages, requestToMessagesBytes, requestToMessagesJson,
  type Converse, type ErrorKind, type Loss, type Messages,
} from 'converse-messages';

const wire: Converse.Request<string> = {
  modelId: 'm',
  messages: [{ role: 'user', content: [{ text: 'Hi' }, { image: { format: 'png', source: { bytes: 'AAAA' } } }] }],
};
const { value, losses } = requestToMessages(wire, { loss: 'allow', model: 'translate', geo: 'eu', defaultMaxTokens: null });
const model: string = value.model;
const all: Loss[] = losses;

const wireBack: Converse.Request<string> = requestToConverse(value, { bytes: 'base64' }).value;
const own: Messages.Request = { model, max_tokens: 1, messages: [{ role: 'user', content: 'Hi' }] };
const typed = requestToConverse(own).value;
const id: string | undefined = typed.modelId;

const counted: Converse.CountTokensRequest<string> = countTokensToInvoke({ model, messages: own.messages }, { bytes: 'base64' }).value;
const invoked: string = invokeToMessages(invokeFromConverse(wire).value).value.model;

const bytes: Uint8Array = requestToMessagesBytes(new Uint8Array()).value;
const json: string = requestToMessagesJson('{}').value;
const family: 'claude' | 'nova' | 'opaque' | 'other' = modelFamily('x');
const bedrock: string | undefined = modelIdToBedrock('claude-haiku-4-5', 'us');
const isAnything: boolean = inlineSchema(true).value;
const schema: Record<string, unknown> = inlineSchema({ type: 'object' }, { recursion: 'unroll', depth: 2 }).value;

const body = new Response('').body!.pipeThrough(eventStreamToSse()).pipeThrough(new TranscoderStream({ from: 'sse', to: 'invoke' }));
const out: Uint8Array = new Transcoder({ from: 'json', to: 'json', side: 'converse' }).push(bytes);
async function read() {
  const events = messagesEvents(body, { from: 'invoke' });
  for await (const event of events) if (event.type === 'content_block_delta') console.log(events.input(event.index, { openString: true }));
  return [events.response().content, events.message?.usage];
}
for (const event of new StreamToMessages().push({ messageStop: { stopReason: 'end_turn' } })) console.log(event.type === 'error' ? event.error.type : event.type);
const encoded: Converse.StreamEvent<string>[] = new StreamToConverse({ bytes: 'base64' }).finish();

try {
  read();
} catch (error) {
  if (error instanceof ConverseMessagesError) {
    const kind: ErrorKind = error.kind;
    console.log(kind, error.path, error.losses[0]?.code, error.message);
  }
}

// @ts-expect-error
new ConverseMessagesError('mine');
// @ts-expect-error
requestToMessages('{}');
// @ts-expect-error
requestToMessages(wire, { loss: 'some' });
// @ts-expect-error
requestToMessages(wire, { bytes: 'base64' });
// @ts-expect-error
requestToMessagesBytes('{}');
// @ts-expect-error
new Transcoder({ from: 'xml', to: 'sse' });

export { all, bedrock, counted, encoded, family, id, invoked, isAnything, json, out, schema, wireBack };
