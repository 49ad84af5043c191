import { type ConverseCommandInput, type ConverseCommandOutput, type ConverseStreamCommandOutput, ConverseCommand, CountTokensCommand } from '@aws-sdk/client-bedrock-runtime';
import { StreamToConverse, countTokensToConverse, countTokensToMessages, messagesEvents, requestToConverse, requestToMessages, responseToMessages } from 'converse-messages';

declare const input: ConverseCommandInput;
declare const output: ConverseCommandOutput;
declare const stream: ConverseStreamCommandOutput;

const messages = requestToMessages(input).value;
const back: ConverseCommandInput = requestToConverse(messages).value;
new ConverseCommand(requestToConverse(messages).value);
new CountTokensCommand(countTokensToConverse(messages).value);
countTokensToMessages({ modelId: 'm', input: { converse: { messages: input.messages } } });
const id: string = responseToMessages(output).value.id;
for await (const event of messagesEvents(stream.stream!)) console.log(event.type);
for (const event of new StreamToConverse().finish()) console.log(event.metadata?.usage?.inputTokens);

// The type is the SDK's, not ours.
// @ts-expect-error
const wrong: number = requestToConverse(messages).value.messages![0]!.role;

export { back, id, wrong };
