use converse_messages::ErrorKind;
use converse_messages::frame::eventstream::{self, DEFAULT_LIMIT, Header, Reader, Value};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::framing::{cut, frames};
use crate::in_linear_time;

type Headers<'a> = &'a [(&'a str, Value<'a>)];

fn bytes(hex: &str) -> Vec<u8> {
    let digits: Vec<u32> =
        hex.chars().filter(|char| !char.is_whitespace()).map(|char| char.to_digit(16).unwrap()).collect();
    digits.chunks(2).map(|pair| u8::try_from(pair[0] * 16 + pair[1]).unwrap()).collect()
}

/// A frame with both CRCs right, whatever the lengths and the headers say.
fn sealed(frame: u32, headers: u32, content: &[u8]) -> Vec<u8> {
    let mut bytes = [frame.to_be_bytes(), headers.to_be_bytes()].concat();
    bytes.extend(crc32fast::hash(&bytes).to_be_bytes());
    bytes.extend(content);
    bytes.extend(crc32fast::hash(&bytes).to_be_bytes());
    bytes
}

fn with_headers(headers: &[u8]) -> Vec<u8> {
    let length = u32::try_from(headers.len()).unwrap();
    sealed(length + 16, length, headers)
}

#[track_caller]
fn assert_refused(bytes: &[u8], kind: ErrorKind, message: &str) {
    let (frames, end) = frames(&[bytes], DEFAULT_LIMIT);
    let error = end.unwrap_err();
    assert_eq!((frames.len(), error.kind(), error.path(), error.message()), (0, kind, "", message));
}

// What AWS publishes: the vectors of botocore and aws-c-event-stream, then those of aws-smithy-eventstream.

#[test]
fn the_published_frames_are_read_and_written() {
    let all = [
        ("0", Value::Bool(true)),
        ("1", Value::Bool(false)),
        ("2", Value::Byte(2)),
        ("3", Value::Short(3)),
        ("4", Value::Integer(4)),
        ("5", Value::Long(5)),
        ("6", Value::ByteArray(b"bytes")),
        ("7", Value::String("utf8")),
        ("8", Value::Timestamp(8)),
        ("9", Value::Uuid(*b"0123456789abcdef")),
    ];
    let smithy = [
        ("true", Value::Bool(true)),
        ("false", Value::Bool(false)),
        ("byte", Value::Byte(50)),
        ("short", Value::Short(20_000)),
        ("int", Value::Integer(500_000)),
        ("long", Value::Long(50_000_000_000)),
        ("bytes", Value::ByteArray(b"some bytes")),
        ("str", Value::String("some str")),
        ("time", Value::Timestamp(5_000_000_000)),
        ("uuid", Value::Uuid(0xb79b_c914_de21_4e13_b8b2_bc47_e85b_7f0b_u128.to_be_bytes())),
    ];
    let error = [
        (":message-type", Value::String("error")),
        (":error-code", Value::String("code")),
        (":error-message", Value::String("message")),
    ];
    let cases: [(&str, Headers<'_>, &[u8]); 12] = [
        ("000000100000000005c248eb7d98c8ff", &[], b""),
        ("000000170000000729860158046279746502ffc2f869dc", &[("byte", Value::Byte(-1))], b""),
        ("0000001900000009710e923e0573686f727403ffffb27cb6cc", &[("short", Value::Short(-1))], b""),
        ("0000001d0000000d83e3f0e707696e746567657204ffffffff8b8e12eb", &[("integer", Value::Integer(-1))], b""),
        ("0000001e0000000e5d4adb8d046c6f6e6705ffffffffffffffff4bc232da", &[("long", Value::Long(-1))], b""),
        ("0000001d00000000fd528c5a7b27666f6f273a27626172277dc3653936", &[], b"{'foo':'bar'}"),
        (
            "0000003d0000002007fd83960c636f6e74656e742d747970650700106170706c69636174696f6e2f6a736f6e7b27666f6f273a27626172277d8d9c08b1",
            &[("content-type", Value::String("application/json"))],
            b"{'foo':'bar'}",
        ),
        (
            "000000620000005203b5cb9c0130000131010132020201330300030134040000000401350500000000000000050136060005627974657301370700047574663801380800000000000000080139093031323334353637383961626364656663353671",
            &all,
            b"",
        ),
        (
            "0000005200000042bf23637e0d3a6d6573736167652d747970650700056572726f720b3a6572726f722d636f6465070004636f64650e3a6572726f722d6d6573736167650700076d6573736167656b6cea3d",
            &error,
            b"",
        ),
        ("0000001f0000000f172dc2ab0b736f6d652d6865616465720301f4933c5cad", &[("some-header", Value::Short(500))], b""),
        ("0000002400000000516356ad616e6f746865722074657374207061796c6f61648df80e65", &[], b"another test payload"),
        (
            "000000960000007a8bb495fb0474727565000566616c736501046279746502320573686f7274034e2003696e74040007a120046c6f6e67050000000ba43b740005627974657306000a736f6d6520627974657303737472070008736f6d65207374720474696d6508000000012a05f200047575696409b79bc914de214e13b8b2bc47e85b7f0b736f6d65207061796c6f616401a05860",
            &smithy,
            b"some payload",
        ),
    ];
    let mut stream = Vec::new();
    for (hex, headers, payload) in cases {
        let mut reader = Reader::new();
        reader.push(&bytes(hex));
        let frame = reader.next_frame().unwrap().unwrap();
        let headers: Vec<Header<'_>> = headers.iter().map(|&(name, value)| Header { name, value }).collect();
        assert_eq!((frame.headers.iter().collect::<Vec<_>>(), frame.payload), (headers.clone(), payload));
        reader.finish().unwrap();
        let start = stream.len();
        eventstream::write(&headers, payload, &mut stream).unwrap();
        assert_eq!(stream[start..], bytes(hex));
    }
    assert_eq!(frames(&[&stream], DEFAULT_LIMIT).0.len(), 12);
}

#[test]
fn the_published_frames_that_are_corrupt_are_refused() {
    let lengths = "at byte 0 of the stream: the checksum of a frame's lengths does not match";
    let whole = "at byte 0 of the stream: the checksum of a frame does not match";
    for (hex, kind, message) in [
        // corrupted_header_len
        (
            "0000003dff00010207fd83960c636f6e74656e742d747970650700106170706c69636174696f6e2f6a736f6e7b27666f6f273a27626172277d8d9c08b1",
            ErrorKind::Framing,
            lengths,
        ),
        // corrupted_headers
        (
            "0000003d0000002007fd83960c636f6e74656e742b747970650700106170706c69636174696f6e2f6a736f6e7b27666f6f273a27626172277d8d9c08b1",
            ErrorKind::Framing,
            whole,
        ),
        // corrupted_length
        ("0100001d00000000fd528c5a7b27666f6f273a27626172277dc3653936", ErrorKind::Framing, lengths),
        // corrupted_payload
        ("0000001d00000000fd528c5a7b27666f6f273a27626172278dc3653936", ErrorKind::Framing, whole),
        // duplicate header
        (
            "00000024000000144bb982d00474657374046173646604746573740461736466f3f47563",
            ErrorKind::Framing,
            "at byte 22 of the stream: a header of a frame occurs twice",
        ),
        // invalid headers length
        (
            "0000003dff0001021583f5c20c636f6e74656e742d747970650700106170706c69636174696f6e2f6a736f6e7b27666f6f273a27626172277d2f377f5d",
            ErrorKind::Framing,
            "at byte 4 of the stream: the headers of a frame are longer than the frame",
        ),
        // invalid payload length: no more than the prelude is needed
        (
            "0180002100000000dd3f33b1",
            ErrorKind::TooLarge,
            "at byte 0 of the stream: more than 25165824 bytes of payload in a frame",
        ),
        // invalid_headers_length
        (
            "000000590000004d584c4ffe",
            ErrorKind::Framing,
            "at byte 4 of the stream: the headers of a frame are longer than the frame",
        ),
        // invalid_prelude_checksum
        ("000000960000007adeadbeef", ErrorKind::Framing, lengths),
        // invalid_message_checksum
        ("0000002400000000516356ad616e6f746865722074657374207061796c6f6164deadbeef", ErrorKind::Framing, whole),
    ] {
        assert_refused(&bytes(hex), kind, message);
    }
}

// Frames as Bedrock sends them.

const START: &str =
    "00000085000000529941d0530b3a6576656e742d7479706507000c6d65737361676553746172740d3a636f6e74656e742d747970
    650700106170706c69636174696f6e2f6a736f6e0d3a6d6573736167652d747970650700056576656e747b2270223a2261626364
    65666768222c22726f6c65223a22617373697374616e74227d3d593ac6";
const DELTA: &str =
    "000000a300000057a7aafe780b3a6576656e742d74797065070011636f6e74656e74426c6f636b44656c74610d3a636f6e74656e
    742d747970650700106170706c69636174696f6e2f6a736f6e0d3a6d6573736167652d747970650700056576656e747b22636f6e
    74656e74426c6f636b496e646578223a302c2264656c7461223a7b2274657874223a224772c3bcc39f65227d2c2270223a226162
    63227d930a665b";
const EXCEPTION: &str =
    "00000090000000618e91a9b70f3a657863657074696f6e2d747970650700137468726f74746c696e67457863657074696f6e0d3a
    636f6e74656e742d747970650700106170706c69636174696f6e2f6a736f6e0d3a6d6573736167652d7479706507000965786365
    7074696f6e7b226d657373616765223a22546f6f206d616e79207265717565737473227de67f8005";

#[test]
fn events_and_exceptions_are_named_by_their_headers() {
    let mut reader = Reader::new();
    reader.push(&[bytes(START), bytes(EXCEPTION)].concat());
    let event = reader.next_frame().unwrap().unwrap();
    assert_eq!(event.message_type(), Some("event"));
    assert_eq!(event.event_type(), Some("messageStart"));
    assert_eq!(event.content_type(), Some("application/json"));
    assert_eq!((event.exception_type(), event.error_code(), event.error_message()), (None, None, None));
    assert_eq!(event.payload, br#"{"p":"abcdefgh","role":"assistant"}"#);
    let exception = reader.next_frame().unwrap().unwrap();
    assert_eq!(exception.message_type(), Some("exception"));
    assert_eq!(exception.exception_type(), Some("throttlingException"));
    assert_eq!(exception.event_type(), None);
    assert_eq!(exception.payload, br#"{"message":"Too many requests"}"#);
}

#[test]
fn a_header_of_another_type_is_no_name() {
    let mut stream = Vec::new();
    eventstream::write(&[Header { name: ":event-type", value: Value::Integer(1) }], b"", &mut stream).unwrap();
    let mut reader = Reader::new();
    reader.push(&stream);
    let frame = reader.next_frame().unwrap().unwrap();
    assert_eq!((frame.event_type(), frame.headers.get(":event-type")), (None, Some(Value::Integer(1))));
}

// Cuts.

#[test]
fn a_transcript_gives_the_same_frames_wherever_it_is_cut() {
    let stream = [START, DELTA, DELTA, EXCEPTION].map(bytes).concat();
    let whole = frames(&[&stream], DEFAULT_LIMIT);
    assert_eq!((whole.0.len(), &whole.1), (4, &Ok(())));
    assert_eq!(frames(&cut(&stream, 0..stream.len()), DEFAULT_LIMIT), whole);
    for place in 0..stream.len() {
        assert_eq!(frames(&cut(&stream, [place]), DEFAULT_LIMIT), whole, "cut at {place}");
    }
}

#[test]
fn a_stream_that_ends_within_a_frame_says_how_much_of_it_had_come() {
    let stream = [START, DELTA].map(bytes).concat();
    let first = bytes(START).len();
    for place in (1..stream.len()).filter(|place| *place != first) {
        let (frames, end) = frames(&[&stream[..place]], DEFAULT_LIMIT);
        let (before, of) = if place < first { (0, 133) } else { (first, 163) };
        let of = if place - before < 12 { String::new() } else { format!("of {of} ") };
        let come = place - before;
        assert_eq!(frames.len(), usize::from(place > first));
        assert_eq!(
            end.unwrap_err().to_string(),
            format!("at byte {place} of the stream: the stream ended within a frame: {come} {of}bytes had come")
        );
    }
}

#[test]
fn a_bit_that_flips_anywhere_is_noticed() {
    let stream = [START, DELTA].map(bytes).concat();
    let sound = frames(&[&stream], DEFAULT_LIMIT).0;
    for bit in 0..stream.len() * 8 {
        let mut flipped = stream.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        let (frames, end) = frames(&[&flipped], DEFAULT_LIMIT);
        let error = end.unwrap_err();
        assert!(error.message().contains("checksum") && error.kind() == ErrorKind::Framing, "{error}");
        assert_eq!(frames, sound[..usize::from(bit / 8 >= bytes(START).len())]);
    }
}

// What is no frame, with both CRCs right.

#[test]
fn lengths_are_refused_before_anything_is_waited_for() {
    for (frame, headers, kind, message) in [
        (15, 0, ErrorKind::Framing, "at byte 0 of the stream: a frame is shorter than 16 bytes"),
        (0, 0, ErrorKind::Framing, "at byte 0 of the stream: a frame is shorter than 16 bytes"),
        (16, 1, ErrorKind::Framing, "at byte 4 of the stream: the headers of a frame are longer than the frame"),
        (
            200_000,
            131_073,
            ErrorKind::TooLarge,
            "at byte 4 of the stream: more than 131072 bytes of headers in a frame",
        ),
        (
            16 + (24 << 20) + 1,
            0,
            ErrorKind::TooLarge,
            "at byte 0 of the stream: more than 25165824 bytes of payload in a frame",
        ),
        (u32::MAX, 0, ErrorKind::TooLarge, "at byte 0 of the stream: more than 25165824 bytes of payload in a frame"),
        (
            u32::MAX,
            u32::MAX,
            ErrorKind::Framing,
            "at byte 4 of the stream: the headers of a frame are longer than the frame",
        ),
    ] {
        let prelude = &sealed(frame, headers, b"")[..12];
        assert_refused(prelude, kind, message);
        assert!(frames(&[&prelude[..11]], DEFAULT_LIMIT).1.unwrap_err().message().contains("11 bytes"));
    }
}

#[test]
fn the_limit_is_on_the_payload() {
    let mut stream = Vec::new();
    eventstream::write(&[Header { name: "a", value: Value::Bool(true) }], b"12345678", &mut stream).unwrap();
    assert_eq!(frames(&[&stream], 8).1, Ok(()));
    assert_eq!(frames(&[&stream[..12]], 7).1.unwrap_err().kind(), ErrorKind::TooLarge);
}

#[test]
fn headers_that_cannot_be_read_are_refused() {
    let cut_off = "a header of a frame is cut off";
    for (headers, at, what) in [
        (&b"\x02a"[..], 12, cut_off),
        (b"\x01a", 12, cut_off),
        (b"\x01a\x00\x00", 15, cut_off),
        (b"\x01a\x07\x00", 12, cut_off),
        (b"\x01a\x07\x00\x02x", 12, cut_off),
        (b"\x01a\x06\xff\xffx", 12, cut_off),
        (b"\x01a\x05\0\0\0\0\0\0\0", 12, cut_off),
        (b"\x01a\x09\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 12, cut_off),
        (b"\x01a\x0a", 12, "the value of a header is of an unknown type"),
        (b"\x01a\x00\x01b\x60", 15, "the value of a header is of an unknown type"),
        (b"\x01\xff\x00", 12, "a header of a frame is not UTF-8"),
        (b"\x01a\x07\x00\x01\xff", 12, "a header of a frame is not UTF-8"),
        (b"\x01a\x00\x01a\x01", 15, "a header of a frame occurs twice"),
    ] {
        assert_refused(&with_headers(headers), ErrorKind::Framing, &format!("at byte {at} of the stream: {what}"));
    }
}

#[test]
fn a_header_may_not_occur_twice_however_many_there_are() {
    for count in 2..20_u8 {
        let headers: Vec<u8> = (0..count).flat_map(|name| [1, b'a' + name, 0]).collect();
        assert_eq!(frames(&[&with_headers(&headers)], DEFAULT_LIMIT).1, Ok(()));
        for name in 0..count {
            let twice = [&headers[..], &[1, b'a' + name, 1]].concat();
            let message = format!("at byte {} of the stream: a header of a frame occurs twice", 12 + headers.len());
            assert_refused(&with_headers(&twice), ErrorKind::Framing, &message);
        }
    }
}

#[test]
fn many_headers_take_linear_time() {
    let header = |number: u32| [3, b'a', (number >> 7 & 0x7f) as u8, (number & 0x7f) as u8, 0];
    let headers: Vec<u8> = (0..128 * 128).flat_map(header).collect();
    let stream = with_headers(&headers).repeat(20);
    in_linear_time(|| assert_eq!(frames(&[&stream], DEFAULT_LIMIT).0.len(), 20));
}

#[test]
fn a_frame_that_comes_byte_by_byte_takes_linear_time() {
    in_linear_time(|| {
        let mut stream = Vec::new();
        eventstream::write(&[], &vec![b'x'; 2 << 20], &mut stream).unwrap();
        assert_eq!(frames(&cut(&stream, 0..stream.len()), DEFAULT_LIMIT).0.len(), 1);
    });
}

#[test]
fn taking_fewer_frames_than_come_takes_linear_time() {
    in_linear_time(|| {
        let mut reader = Reader::new();
        let frame = bytes("000000100000000005c248eb7d98c8ff");
        reader.push(&frame.repeat(1_000_000));
        for byte in frame.iter().cycle().take(1_000_000) {
            reader.push(&[*byte]);
            assert!(reader.next_frame().unwrap().is_some());
        }
    });
}

// Writing.

#[test]
fn what_no_reader_would_take_is_not_written() {
    let (name, long) = ("n".repeat(256), "x".repeat(32_768));
    let names: Vec<String> = (0..6).map(|number| number.to_string()).collect();
    let many: Vec<Header<'_>> =
        names.iter().map(|name| Header { name, value: Value::String(&long[..30_000]) }).collect();
    let header = |name, value| vec![Header { name, value }];
    let twice = [header("a", Value::Bool(true)), header("a", Value::Byte(1))].concat();
    let payload = vec![0; DEFAULT_LIMIT + 1];
    for (headers, payload, message) in [
        (header(&name, Value::Bool(true)), &[][..], "the name of a header is longer than 255 bytes"),
        (header("a", Value::String(&long)), &[], "the value of a header is longer than 32767 bytes"),
        (header("a", Value::ByteArray(long.as_bytes())), &[], "the value of a header is longer than 32767 bytes"),
        (twice, &[], "a header of a frame occurs twice"),
        (many, &[], "more than 131072 bytes of headers in a frame"),
        (Vec::new(), &payload, "more than 25165824 bytes of payload in a frame"),
    ] {
        let mut bytes = b"before".to_vec();
        let error = eventstream::write(&headers, payload, &mut bytes).unwrap_err();
        assert_eq!((error.message(), bytes.as_slice()), (message, &b"before"[..]));
    }
    // Each 32768 bytes with its name.
    let most: Vec<Header<'_>> =
        names[..4].iter().map(|name| Header { name, value: Value::String(&long[..32_763]) }).collect();
    let mut bytes = Vec::new();
    eventstream::write(&most, b"", &mut bytes).unwrap();
    eventstream::write(&header(&name[1..], Value::String(&long[1..])), &payload[1..], &mut bytes).unwrap();
    assert_eq!(frames(&[&bytes], DEFAULT_LIMIT).1, Ok(()));
}

/// What a [`Value`] is made of, owned.
#[derive(Clone, Debug)]
enum Owned {
    Fixed(Value<'static>),
    Bytes(Vec<u8>),
    Text(String),
}

impl Owned {
    fn value(&self) -> Value<'_> {
        match self {
            Self::Fixed(value) => *value,
            Self::Bytes(bytes) => Value::ByteArray(bytes),
            Self::Text(text) => Value::String(text),
        }
    }
}

fn values() -> impl Strategy<Value = Owned> {
    prop_oneof![
        any::<bool>().prop_map(|value| Owned::Fixed(Value::Bool(value))),
        any::<i8>().prop_map(|value| Owned::Fixed(Value::Byte(value))),
        any::<i16>().prop_map(|value| Owned::Fixed(Value::Short(value))),
        any::<i32>().prop_map(|value| Owned::Fixed(Value::Integer(value))),
        any::<i64>().prop_map(|value| Owned::Fixed(Value::Long(value))),
        any::<i64>().prop_map(|value| Owned::Fixed(Value::Timestamp(value))),
        any::<[u8; 16]>().prop_map(|value| Owned::Fixed(Value::Uuid(value))),
        vec(any::<u8>(), 0..300).prop_map(Owned::Bytes),
        ".{0,60}".prop_map(Owned::Text),
    ]
}

proptest! {
    #[test]
    fn what_is_written_is_read_however_it_is_cut(
        written in vec((proptest::collection::btree_map(".{0,20}", values(), 0..5), vec(any::<u8>(), 0..200)), 0..4),
        places in vec(0..1500_usize, 0..10),
    ) {
        let (mut stream, mut expected) = (Vec::new(), Vec::new());
        for (headers, payload) in &written {
            let headers: Vec<Header<'_>> = headers.iter().map(|(name, value)| Header { name, value: value.value() }).collect();
            eventstream::write(&headers, payload, &mut stream).unwrap();
            expected.push((headers.iter().map(|header| format!("{header:?}")).collect(), payload.clone()));
        }
        prop_assert_eq!(frames(&cut(&stream, places), DEFAULT_LIMIT), (expected, Ok(())));
    }

    #[test]
    fn any_bytes_are_a_frame_or_an_error_however_they_are_cut(
        headers in prop_oneof![vec(any::<u8>(), 0..40), vec(prop_oneof![Just(0), Just(1), Just(2), 0..12_u8], 0..40)],
        payload in vec(any::<u8>(), 0..20), off in 0..3_u32, places in vec(0..150_usize, 0..8),
    ) {
        let length = u32::try_from(headers.len()).unwrap();
        let frame = 16 + length + u32::try_from(payload.len()).unwrap();
        let stream = [bytes(START), sealed(frame, length.saturating_sub(off), &[headers, payload].concat())].concat();
        let whole = frames(&[&stream], DEFAULT_LIMIT);
        prop_assert_eq!(frames(&cut(&stream, places), DEFAULT_LIMIT), whole);
    }
}
