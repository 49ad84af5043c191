import Anthropic from '@anthropic-ai/sdk';
import { StreamToConverse, requestToConverse, requestToMessages, responseToConverse, responseToMessages } from 'converse-messages';

declare const client: Anthropic;
declare const params: Anthropic.MessageCreateParams;
declare const message: Anthropic.Message;
declare const events: Anthropic.RawMessageStreamEvent[];

const converse = requestToConverse(params).value;
const { anthropic_beta: betas, ...body } = requestToMessages(converse).value;
const answer: Promise<Anthropic.Message> = client.messages.create(body, { headers: { 'anthropic-beta': betas?.join(',') } });
const again: Anthropic.Message = responseToMessages(responseToConverse(message).value).value;
const machine = new StreamToConverse();
for (const event of events) machine.push(event);

// @ts-expect-error
const wrong: number = requestToMessages(converse).value.messages[0]!.role;

export { again, answer, wrong };
