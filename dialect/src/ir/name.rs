//! Names as Rust's text, without loss: MLIR's may hold any bytes, Rust's text is UTF-8.
//!
//! A byte that is no UTF-8 becomes a character of its own at the end of a private plane. Such characters of the source
//! are taken apart into bytes, too, so that different names stay different, and each comes back as it was.

use std::borrow::Cow;

/// The character for byte 0.
const FIRST: u32 = 0x10_FF00;

/// The byte that a character stands for.
fn byte(char: char) -> Option<u8> {
    u32::from(char).checked_sub(FIRST).and_then(|byte| u8::try_from(byte).ok())
}

fn stand_ins(bytes: &[u8]) -> impl Iterator<Item = char> {
    bytes.iter().filter_map(|byte| char::from_u32(FIRST + u32::from(*byte)))
}

/// Bytes as text.
pub(crate) fn decode(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        for char in chunk.valid().chars() {
            match byte(char) {
                Some(_) => text.extend(stand_ins(char.encode_utf8(&mut [0; 4]).as_bytes())),
                None => text.push(char),
            }
        }
        text.extend(stand_ins(chunk.invalid()));
    }
    text
}

/// The bytes that [`decode`] made a text of.
pub fn encode(text: &str) -> Cow<'_, [u8]> {
    if !text.chars().any(|char| byte(char).is_some()) {
        return Cow::Borrowed(text.as_bytes());
    }
    let mut bytes = Vec::with_capacity(text.len());
    for char in text.chars() {
        match byte(char) {
            Some(byte) => bytes.push(byte),
            None => bytes.extend(char.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
    Cow::Owned(bytes)
}

/// The text as people read it: bytes that are no text are written as MLIR writes them, such as `\FF`.
pub fn escape(text: &str) -> Cow<'_, str> {
    if !text.chars().any(|char| byte(char).is_some()) {
        return Cow::Borrowed(text);
    }
    let escaped = text.chars().map(|char| byte(char).map_or(char.to_string(), |byte| format!("\\{byte:02X}")));
    Cow::Owned(escaped.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_back_as_they_were() {
        let stand_in = char::from_u32(FIRST + 0xff).map(String::from).unwrap_or_default();
        let names: [&[u8]; 7] =
            [b"plain", "h\u{e4}".as_bytes(), b"\xff", b"\xfe", b"a\xe2\x82z", b"\0", stand_in.as_bytes()];
        let texts = names.map(decode);
        for (name, text) in names.iter().zip(&texts) {
            assert_eq!(*encode(text), **name);
            assert_eq!(texts.iter().filter(|other| *other == text).count(), 1);
        }
        assert_eq!(escape(&texts[2]), "\\FF");
    }
}
