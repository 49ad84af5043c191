//! Streams of typed events: whole, failed, cut, dropped.

use std::time::Duration;

use converse_messages::bedrock::ErrorKind;
use converse_messages::converse::ExceptionName;
use futures_util::StreamExt as _;
use serde_json::json;

use crate::calls::{converse_request, messages_request};
use crate::fake::{Answer, End, Fake, chunk, event, exception};

fn converse_frames() -> Vec<Vec<u8>> {
    vec![
        event("messageStart", r#"{"role":"assistant","p":"abcd"}"#),
        event("contentBlockDelta", r#"{"contentBlockIndex":0,"delta":{"text":"Hel"},"p":"ab"}"#),
        event("contentBlockDelta", r#"{"contentBlockIndex":0,"delta":{"text":"lo"}}"#),
        event("contentBlockStop", r#"{"contentBlockIndex":0}"#),
        event("messageStop", r#"{"stopReason":"end_turn"}"#),
        event(
            "metadata",
            r#"{"usage":{"inputTokens":8,"outputTokens":2,"totalTokens":10},"metrics":{"latencyMs":300}}"#,
        ),
    ]
}

fn messages_frames() -> Vec<Vec<u8>> {
    [
        json!({"type": "message_start", "message": {"id": "msg_1", "type": "message", "role": "assistant", "model": "claude",
            "content": [], "stop_reason": null, "stop_sequence": null, "usage": {"input_tokens": 8, "output_tokens": 1}}}),
        json!({"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}}),
        json!({"type": "ping"}),
        json!({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "Hel"}}),
        json!({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "lo"}}),
        json!({"type": "content_block_stop", "index": 0}),
        json!({"type": "message_delta", "delta": {"stop_reason": "end_turn", "stop_sequence": null},
            "usage": {"output_tokens": 2}}),
        json!({"type": "message_stop"}),
    ]
    .iter()
    .map(|event| chunk(&event.to_string()))
    .collect()
}

#[tokio::test]
async fn converse_streams_and_adds_up() {
    let fake = Fake::new([Answer::stream(converse_frames(), End::Whole)]).await;
    let mut stream = fake.client().await.converse_stream(converse_request("m")).await.unwrap();
    assert_eq!(stream.request_id(), Some("r-1"));
    let mut names = Vec::new();
    while let Some(event) = stream.next().await {
        names.push(event.unwrap().name().to_owned());
    }
    assert_eq!(
        names,
        ["messageStart", "contentBlockDelta", "contentBlockDelta", "contentBlockStop", "messageStop", "metadata"]
    );
    let response = serde_json::to_value(stream.final_message().await.unwrap()).unwrap();
    assert_eq!(response["output"]["message"]["content"], json!([{"text": "Hello"}]));
    assert_eq!(response["usage"]["totalTokens"], 10);
    assert_eq!(fake.asked()[0].path, "/model/m/converse-stream");
}

#[tokio::test]
async fn messages_stream_and_add_up() {
    let fake = Fake::new([Answer::stream(messages_frames(), End::Whole)]).await;
    let mut stream = fake.client().await.messages_stream(messages_request("m")).await.unwrap();
    // What has been taken counts too.
    assert_eq!(stream.next().await.unwrap().unwrap().name(), "message_start");
    let response = serde_json::to_value(stream.final_message().await.unwrap()).unwrap();
    assert_eq!(response["content"], json!([{"type": "text", "text": "Hello"}]));
    assert_eq!(response["stop_reason"], "end_turn");
    assert_eq!(fake.asked()[0].path, "/model/m/invoke-with-response-stream");
    assert_eq!(fake.asked()[0].header("accept"), Some("application/vnd.amazon.eventstream"));
}

#[tokio::test]
async fn messages_stream_by_way_of_converse() {
    let fake = Fake::new([Answer::stream(converse_frames(), End::Whole)]).await;
    let mut stream =
        fake.client().await.messages_via_converse_stream(messages_request("us.amazon.nova")).await.unwrap();
    let events: Vec<_> = (&mut stream).map(|event| serde_json::to_value(event.unwrap()).unwrap()).collect().await;
    let names: Vec<_> = events.iter().map(|event| event["type"].as_str().unwrap()).collect();
    assert_eq!(names.first(), Some(&"message_start"));
    assert_eq!(names[names.len() - 2..], ["message_delta", "message_stop"]);
    assert_eq!(events[0]["message"]["model"], "us.amazon.nova");
    assert_eq!(events[0]["message"]["id"], "msg_r-1");
    assert!(stream.response_losses().is_empty());
    let response = serde_json::to_value(stream.final_message().await.unwrap()).unwrap();
    assert_eq!(response["content"][0]["text"], "Hello");
    assert_eq!(response["usage"]["input_tokens"], 8);
}

#[tokio::test]
async fn converse_streams_by_way_of_messages() {
    let fake = Fake::new([Answer::stream(messages_frames(), End::Whole)]).await;
    let stream = fake.client().await.converse_via_messages_stream(converse_request("anthropic.claude")).await.unwrap();
    assert_eq!(stream.request_losses()[0].path, "/inferenceConfig");
    let response = serde_json::to_value(stream.final_message().await.unwrap()).unwrap();
    assert_eq!(response["output"]["message"]["content"], json!([{"text": "Hello"}]));
    assert_eq!(response["usage"]["outputTokens"], 2);
}

#[tokio::test]
async fn a_stream_is_the_same_however_its_bytes_are_cut() {
    let bytes = converse_frames().concat();
    let parts = bytes.chunks(3).map(<[u8]>::to_vec).collect();
    let fake = Fake::new([Answer::stream(parts, End::Whole)]).await;
    let stream = fake.client().await.converse_stream(converse_request("m")).await.unwrap();
    assert_eq!(stream.count().await, 6);
}

#[tokio::test]
async fn an_exception_within_a_stream_is_its_last_item() {
    for via in [false, true] {
        let mut frames = converse_frames();
        frames.truncate(2);
        frames.push(exception("throttlingException", r#"{"message":"too many"}"#));
        // In one piece: what stands before the exception comes first all the same.
        let fake = Fake::new([Answer::stream(vec![frames.concat()], End::Whole)]).await;
        let client = fake.client().await;
        let (events, error) = if via {
            let mut stream = client.messages_via_converse_stream(messages_request("m")).await.unwrap();
            let events: Vec<_> = (&mut stream).take_while(|event| std::future::ready(event.is_ok())).collect().await;
            assert!(stream.next().await.is_none());
            (events.len(), stream.final_message().await.unwrap_err())
        } else {
            let mut stream = client.converse_stream(converse_request("m")).await.unwrap();
            stream.next().await.unwrap().unwrap();
            stream.next().await.unwrap().unwrap();
            (2, stream.final_message().await.unwrap_err())
        };
        assert!(events >= 2);
        if via {
            assert_eq!(error.kind(), ErrorKind::Interrupted);
            continue;
        }
        assert_eq!(error.kind(), ErrorKind::Service);
        assert_eq!(error.exception_name(), Some(ExceptionName::Throttling));
        assert_eq!((error.status(), error.request_id()), (None, Some("r-1")));
        assert!(error.is_retryable());
        assert_eq!(fake.asked().len(), 1, "a stream that has begun is not asked for again");
    }
}

#[tokio::test]
async fn an_error_event_of_messages_is_an_error_too() {
    let mut frames = messages_frames();
    frames.truncate(3);
    frames.push(chunk(r#"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"#));
    let fake = Fake::new([Answer::stream(frames, End::Whole)]).await;
    let stream = fake.client().await.messages_stream(messages_request("m")).await.unwrap();
    let error = stream.final_message().await.unwrap_err();
    assert_eq!(error.exception_name(), Some(ExceptionName::ServiceUnavailable));
    assert!(error.is_retryable());
}

#[tokio::test]
async fn a_stream_that_ends_early_is_interrupted_however_it_ends() {
    for (frames, end) in [(4, End::Whole), (4, End::Cut), (1, End::Cut)] {
        let mut sent = converse_frames();
        sent.truncate(frames);
        let fake = Fake::new([Answer::stream(sent, end)]).await;
        let mut stream = fake.client().await.converse_stream(converse_request("m")).await.unwrap();
        for _ in 0..frames {
            stream.next().await.unwrap().unwrap();
        }
        let error = stream.next().await.unwrap().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Interrupted, "{frames} {end:?}");
        assert!(stream.next().await.is_none());
        assert_eq!(fake.asked().len(), 1);
    }
    let half = vec![converse_frames().concat()[..150].to_vec()];
    let fake = Fake::new([Answer::stream(half, End::Whole)]).await;
    let stream = fake.client().await.converse_stream(converse_request("m")).await.unwrap();
    assert_eq!(stream.final_message().await.unwrap_err().kind(), ErrorKind::Interrupted);
}

#[tokio::test]
async fn corrupt_frames_are_an_error_and_never_a_wait() {
    let mut bytes = converse_frames().concat();
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    let fake = Fake::new([Answer::stream(vec![bytes], End::Never)]).await;
    let stream = fake.client().await.converse_stream(converse_request("m")).await.unwrap();
    let error = stream.final_message().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Response);
}

#[tokio::test]
async fn what_is_wrong_in_a_frame_is_named_by_its_place_among_the_events() {
    let wrong = |at: usize, frame: Vec<u8>, mut frames: Vec<Vec<u8>>| {
        frames[at] = frame;
        Answer::stream(frames, End::Whole)
    };
    let fake = Fake::new([
        wrong(2, event("contentBlockDelta", r#"{"contentBlockIndex":"0"}"#), converse_frames()),
        wrong(3, event("chunk", r#"{"bytes":1}"#), messages_frames()),
        wrong(3, chunk(r#"{"type":"content_block_stop"}"#), messages_frames()),
        wrong(1, event("messageStart", "{}"), messages_frames()),
    ])
    .await;
    let client = fake.client().await;
    let mut errors =
        vec![client.converse_stream(converse_request("m")).await.unwrap().final_message().await.unwrap_err()];
    for _ in 0..3 {
        errors.push(client.messages_stream(messages_request("m")).await.unwrap().final_message().await.unwrap_err());
    }
    let places: Vec<_> = errors.iter().map(|error| error.conversion_error().unwrap().path()).collect();
    assert_eq!(places, ["/2/contentBlockDelta/contentBlockIndex", "/3/chunk/bytes", "/3/index", "/1"]);
    assert!(errors.iter().all(|error| error.kind() == ErrorKind::Response));
}

#[tokio::test]
async fn an_unknown_member_of_a_chunk_is_told_by_both_streams_of_invoke_model() {
    let mut frames = messages_frames();
    frames[2] = event("chunk", r#"{"bytes":"eyJ0eXBlIjoicGluZyJ9","p":"abc","new":1}"#);
    let fake = Fake::new([Answer::stream(frames.clone(), End::Whole), Answer::stream(frames, End::Whole)]).await;
    let client = fake.client().await;
    let mut own = client.messages_stream(messages_request("m")).await.unwrap();
    while own.next().await.is_some() {}
    assert_eq!(own.response_losses()[0].path, "/2/chunk/new");
    let mut via = client.converse_via_messages_stream(converse_request("anthropic.claude")).await.unwrap();
    while via.next().await.is_some() {}
    assert_eq!(via.response_losses(), own.response_losses());
}

#[tokio::test]
async fn a_dropped_stream_frees_its_connection() {
    let mut frames = converse_frames();
    frames.truncate(2);
    let fake = Fake::new([Answer::stream(frames, End::Never)]).await;
    let mut stream = fake.client().await.converse_stream(converse_request("m")).await.unwrap();
    stream.next().await.unwrap().unwrap();
    drop(stream);
    tokio::time::timeout(Duration::from_secs(5), fake.left()).await.unwrap();
}

#[tokio::test]
async fn a_reader_that_does_not_read_holds_the_service_back() {
    let part = json!({"contentBlockIndex": 0, "delta": {"text": "x".repeat(1 << 20)}});
    let part = event("contentBlockDelta", &part.to_string());
    let frames = std::iter::once(event("messageStart", r#"{"role":"assistant"}"#)).chain(vec![part; 64]);
    let fake = Fake::new([Answer::stream(frames.collect(), End::Never)]).await;
    let mut stream = fake.client().await.converse_stream(converse_request("m")).await.unwrap();
    stream.next().await.unwrap().unwrap();
    tokio::time::sleep(Duration::from_millis(300)).await;
    // What is under way fits into the buffers of the sockets, far less than the 64 MB that the service has.
    assert!(fake.sent() < 48, "{} parts were sent to a reader that read one", fake.sent());
}

#[tokio::test]
async fn streams_and_calls_can_move_between_threads() {
    fn movable<T: Send>(value: T) -> T {
        value
    }
    let fake = Fake::new([Answer::stream(converse_frames(), End::Whole)]).await;
    let client = fake.client().await;
    let stream = movable(client.converse_stream(converse_request("m"))).await.unwrap();
    let task = tokio::spawn(movable(stream).final_message());
    task.await.unwrap().unwrap();
}
