//! Any bytes as frames of AWS's event stream, as they are, with both CRCs put right, and as the headers and payload of one frame: a
//! frame or an error, the same wherever they are cut; and what is read is written again to the byte.
#![no_main]

use converse_messages::frame::eventstream::{self, DEFAULT_LIMIT, Header, Reader};
use converse_messages_fuzz::framing::{cut, frames};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (u16, u16, &[u8])| {
    let (place, limit, stream) = input;
    for stream in [stream, &sealed(stream), &framed(stream, limit)] {
        for limit in [DEFAULT_LIMIT, limit.into()] {
            let whole = frames(&[stream], limit);
            assert_eq!(frames(&cut(stream, [place.into()]), limit), whole, "cut once");
            assert_eq!(frames(&cut(stream, 0..stream.len()), limit), whole, "byte by byte");
        }
        write_again(stream);
    }
});

fn write_again(stream: &[u8]) {
    let (mut reader, mut written) = (Reader::new(), Vec::new());
    reader.push(stream);
    while let Ok(Some(frame)) = reader.next_frame() {
        let headers: Vec<Header<'_>> = frame.headers.iter().collect();
        let start = written.len();
        if let Err(error) = eventstream::write(&headers, frame.payload, &mut written) {
            // The reader takes what two bytes can count.
            assert_eq!(error.message(), "the value of a header is longer than 32767 bytes");
            return;
        }
        assert!(stream.get(start..).is_some_and(|rest| rest.starts_with(&written[start..])), "written as it was read");
    }
}

/// One frame, of which at most so many bytes are headers.
fn framed(content: &[u8], headers: u16) -> Vec<u8> {
    let lengths = [content.len() + 16, content.len().min(headers.into())].map(|length| length as u32);
    let prelude = [lengths.map(u32::to_be_bytes).as_flattened(), &[0; 4]].concat();
    sealed(&[&prelude, content, &[0; 4]].concat())
}

/// The same with the CRCs right, as far as the lengths let frames be found.
fn sealed(stream: &[u8]) -> Vec<u8> {
    let mut sealed = stream.to_vec();
    let mut start = 0;
    while let Some(prelude) = sealed.get_mut(start..start + 12) {
        let length = u32::from_be_bytes([prelude[0], prelude[1], prelude[2], prelude[3]]) as usize;
        let crc = crc32fast::hash(&prelude[..8]).to_be_bytes();
        prelude[8..].copy_from_slice(&crc);
        let Some(frame) = sealed.get_mut(start..start + length) else { break };
        let Some((content, seal)) = frame.split_last_chunk_mut::<4>() else { break };
        *seal = crc32fast::hash(content).to_be_bytes();
        start += length;
    }
    sealed
}
