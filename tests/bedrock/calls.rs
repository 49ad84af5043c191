//! Every typed call, whole.

use converse_messages::bedrock::{Client, Config, ErrorKind};
use converse_messages::{Options, Policy, converse, messages};
use serde_json::json;

use crate::fake::{Answer, Fake};

const MODEL: &str = "anthropic.claude-3-haiku-20240307-v1:0";
const PATH: &str = "/model/anthropic.claude-3-haiku-20240307-v1%3A0";

pub fn messages_request(model: &str) -> messages::Request {
    let mut request = messages::Request::new(model, 100);
    request.messages.push(messages::Message::user("Hi"));
    request
}

pub fn converse_request(model: &str) -> converse::Request {
    let mut request = converse::Request::new(model);
    request.messages.push(converse::Message::user("Hi"));
    request
}

fn messages_response() -> String {
    json!({
        "id": "msg_bdrk_1", "type": "message", "role": "assistant", "model": "claude-3-haiku-20240307",
        "content": [{"type": "text", "text": "Hello"}], "stop_reason": "end_turn", "stop_sequence": null,
        "usage": {"input_tokens": 8, "output_tokens": 2}
    })
    .to_string()
}

fn converse_response() -> String {
    json!({
        "output": {"message": {"role": "assistant", "content": [{"text": "Hello"}]}}, "stopReason": "end_turn",
        "usage": {"inputTokens": 8, "outputTokens": 2, "totalTokens": 10}, "metrics": {"latencyMs": 300}
    })
    .to_string()
}

fn text(response: &messages::Response) -> String {
    serde_json::to_value(response).unwrap()["content"][0]["text"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn messages_are_sent_by_invoke_model() {
    let fake = Fake::new([Answer::json(200, messages_response())]).await;
    let answer = fake.client().await.messages(messages_request(MODEL)).await.unwrap();
    assert_eq!(answer.request_id.as_deref(), Some("r-1"));
    assert_eq!(answer.value.id, "msg_bdrk_1");
    assert_eq!(text(&answer.value), "Hello");
    let asked = fake.asked().remove(0);
    assert_eq!(asked.path, format!("{PATH}/invoke"));
    assert_eq!(
        asked.json(),
        json!({
            "anthropic_version": "bedrock-2023-05-31", "max_tokens": 100, "messages": [{"role": "user", "content": "Hi"}]
        })
    );
}

#[tokio::test]
async fn a_service_tier_is_a_header_of_invoke_model() {
    let fake = Fake::new([Answer::json(200, messages_response())]).await;
    let mut request = messages_request(MODEL);
    request.service_tier = Some(messages::ServiceTier::from("standard_only"));
    let answer = fake.client().await.messages(request).await.unwrap();
    assert_eq!(answer.request_losses, []);
    assert_eq!(fake.asked()[0].header("x-amzn-bedrock-service-tier"), Some("default"));
}

#[tokio::test]
async fn converse_is_sent_without_its_model() {
    let fake = Fake::new([Answer::json(200, converse_response())]).await;
    let answer = fake.client().await.converse(converse_request(MODEL)).await.unwrap();
    assert_eq!(answer.value.stop_reason, Some(converse::StopReason::EndTurn));
    let asked = fake.asked().remove(0);
    assert_eq!(asked.path, format!("{PATH}/converse"));
    assert_eq!(asked.json(), json!({"messages": [{"role": "user", "content": [{"text": "Hi"}]}]}));

    let nameless = converse::Request { model_id: None, ..converse_request("") };
    let error = fake.client().await.converse(nameless).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ModelId);
    assert_eq!(fake.asked().len(), 1);
}

#[tokio::test]
async fn tokens_of_both_formats_are_counted() {
    let fake =
        Fake::new([Answer::json(200, r#"{"inputTokens": 8}"#), Answer::json(200, r#"{"inputTokens": 9}"#)]).await;
    let client = fake.client().await;
    let request = json!({"modelId": MODEL, "input": {"converse": {"messages": []}}});
    let answer = client.count_tokens(serde_json::from_value(request).unwrap()).await.unwrap();
    assert_eq!(answer.value.input_tokens, 8);
    let answer = client.messages_count_tokens(messages_request(MODEL)).await.unwrap();
    assert_eq!(answer.value.input_tokens, 9);
    for asked in fake.asked() {
        assert_eq!(asked.path, format!("{PATH}/count-tokens"));
    }
    assert!(fake.asked()[1].json()["input"]["invokeModel"]["body"].is_string());
}

#[tokio::test]
async fn messages_reach_any_model_by_way_of_converse() {
    let fake = Fake::new([Answer::json(200, converse_response())]).await;
    let mut request = messages_request("us.amazon.nova-lite-v1:0");
    request.speed = Some(messages::Speed::from("fast"));
    let answer = fake.client().await.messages_via_converse(request).await.unwrap();
    assert_eq!(text(&answer.value), "Hello");
    assert_eq!((&*answer.value.id, &*answer.value.model), ("msg_r-1", "us.amazon.nova-lite-v1:0"));
    assert_eq!(answer.request_losses[0].path, "/speed");
    assert_eq!(answer.response_losses, []);
    let asked = fake.asked().remove(0);
    assert_eq!(asked.path, "/model/us.amazon.nova-lite-v1%3A0/converse");
    assert_eq!(asked.json()["inferenceConfig"]["maxTokens"], 100);
}

#[tokio::test]
async fn converse_reaches_claude_by_way_of_messages() {
    let response = Answer::json(200, messages_response()).header("x-amzn-bedrock-invocation-latency", "412");
    let fake = Fake::new([response]).await;
    let mut request = converse_request(MODEL);
    request.guardrail_config =
        serde_json::from_value(json!({"guardrailIdentifier": "g", "guardrailVersion": "1"})).unwrap();
    let answer = fake.client().await.converse_via_messages(request).await.unwrap();
    let response = serde_json::to_value(&answer.value).unwrap();
    assert_eq!(response["output"]["message"]["content"][0]["text"], "Hello");
    assert_eq!(response["metrics"]["latencyMs"], 412);
    assert_eq!(answer.request_losses[0].path, "/inferenceConfig");
    let asked = fake.asked().remove(0);
    assert_eq!(asked.path, format!("{PATH}/invoke"));
    assert_eq!(asked.header("x-amzn-bedrock-guardrailidentifier"), Some("g"));
}

#[tokio::test]
async fn a_refused_loss_is_told_before_anything_is_sent() {
    let fake = Fake::new([]).await;
    let client = fake.client().await;
    let strict = client.with_options(Options { loss: Policy::Deny, ..Options::default() });
    let error = strict.converse_via_messages(converse_request(MODEL)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conversion);
    assert_eq!(error.conversion_error().unwrap().kind(), converse_messages::ErrorKind::Loss);
    assert!(!error.is_retryable());
    assert_eq!(fake.asked().len(), 0);
}

#[tokio::test]
async fn an_answer_that_is_not_the_service_s_is_an_error_with_its_place() {
    let fake =
        Fake::new([Answer::json(200, r#"{"output": {"message": {"role": "assistant"}}, "stopReason": 7}"#)]).await;
    let error = fake.client().await.converse(converse_request(MODEL)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Response);
    assert!(error.conversion_error().unwrap().path().starts_with('/'), "{error}");
    assert_eq!(error.request_id(), Some("r-1"));
}

#[tokio::test]
async fn a_region_or_a_url_that_is_none_is_refused() {
    let fake = Fake::new([]).await;
    let region = Some("x.evil.example/".to_owned());
    let config = Config { region, base_url: None, ..fake.config() };
    assert_eq!(Client::new(config).await.unwrap_err().kind(), ErrorKind::Config);
    for url in ["bedrock", "https://user:secret@127.0.0.1", "ftp://127.0.0.1"] {
        let error = Client::new(Config { base_url: Some(url.into()), ..fake.config() }).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config);
        assert!(!format!("{error:?}").contains("secret"));
    }
}
