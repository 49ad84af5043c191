//! Any text as JSON that comes in pieces: the same however it is cut, refused exactly when the whole is, and never another view
//! than JSON that the whole begins with.
#![no_main]

use converse_messages::wire::{Json, PartialJson};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (u16, &str)| {
    let (place, text) = input;
    let place = text.floor_char_boundary(usize::from(place) % (text.len() + 1));
    let (first, rest) = text.split_at(place);
    let mut cut = PartialJson::new();
    let pushed = cut.push(first).and_then(|()| cut.push(rest));
    let mut slow = PartialJson::new();
    let mut slowly = Ok(());
    for char in text.chars() {
        slowly = slow.push(char.encode_utf8(&mut [0; 4]));
        for view in [slow.complete(), slow.with_open_string()].into_iter().flatten() {
            Json::parse(view.as_str()).expect("a view is JSON");
        }
        if slowly.is_err() {
            break;
        }
    }
    assert_eq!(pushed, slowly);
    assert_eq!((cut.complete(), cut.with_open_string()), (slow.complete(), slow.with_open_string()));
    let ended = cut.finish();
    assert_eq!(ended, slow.finish());
    match (ended, Json::parse(text)) {
        (Ok(pieces), Ok(whole)) => assert_eq!(pieces, whole),
        (Err(_), Err(_)) => {}
        (pieces, whole) => panic!("{pieces:?} is not {whole:?}"),
    }
});
