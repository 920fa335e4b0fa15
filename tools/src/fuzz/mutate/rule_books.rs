//! Mutations of rule books: lines, tokens and bytes, and what no rule book should be.

use super::text::Dice;
use std::{
    fs::File,
    io::Write,
    os::fd::{AsRawFd, FromRawFd},
};

/// Tokens that mean something, or look as if they did.
const TOKENS: &[&str] = &[
    "(",
    ")",
    "=>",
    "->",
    ",",
    "_",
    "?",
    ":",
    "x",
    "y",
    "z",
    "1",
    "-1",
    "1e999",
    "0x7F",
    "inactive",
    "error",
    "\"",
    "\"why\"",
    "//",
    "+",
    "*",
    "/",
    ">=",
    "!=",
    "sin(x)",
    "math.sin",
    "scf.for",
    "memref.load",
    "func.call",
    "autodiff.vjp",
    "builtin.module",
    "nonsense.op",
    "\0",
    "\u{e9}",
    "99999999999999999999999",
    "((((",
    "))))",
    "arith.addf(x) -> z => 1\n",
    "scf.if(x) -> y => 1\n",
    "math.exp(x, y, z) -> y => y, y, y\n",
    "math.tanh(x) -> y => w\n",
    "math.cos error\n",
];

/// A rule book after some changes.
pub fn mutate(books: &[String], dice: &mut Dice) -> Option<Vec<u8>> {
    let mut bytes = dice.pick(books)?.clone().into_bytes();
    for _ in 0..1 + dice.below(4) {
        let at = dice.below(bytes.len() + 1);
        match dice.below(12) {
            0..=3 => {
                let token = dice.pick(TOKENS)?.as_bytes().to_vec();
                let end = if dice.one_in(2) { at } else { (at + 1 + dice.below(6)).min(bytes.len()) };
                bytes.splice(at..end, token);
            }
            4 => bytes.truncate(at),
            5 => {
                let end = (at + dice.below(80)).min(bytes.len());
                bytes.drain(at..end);
            }
            6 => {
                let end = (at + dice.below(200)).min(bytes.len());
                let part = bytes[at..end].to_vec();
                let to = dice.below(bytes.len() + 1);
                bytes.splice(to..to, part);
            }
            7 => {
                let noise: Vec<u8> = (0..1 + dice.below(40)).map(|_| dice.bits() as u8).collect();
                bytes.splice(at..at, noise);
            }
            8 => {
                // Deep, long, or both.
                let (open, close) =
                    *dice.pick(&[("(", ")"), ("-", ""), ("sin(", ")"), ("x ? ", " : 1"), ("1 + ", "")])?;
                let count = [10, 300, 20_000][dice.below(3)];
                let text = format!("\nmath.sin(x) -> y => {}x{}\n", open.repeat(count), close.repeat(count));
                bytes.extend(text.into_bytes());
            }
            9 => {
                let other = dice.pick(books)?.as_bytes();
                bytes.extend_from_slice(other);
            }
            10 => bytes.extend(b"\n\n// ".repeat(1 + dice.below(3))),
            _ => {
                // An exchange of two lines.
                let mut lines: Vec<Vec<u8>> = bytes.split(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
                let (one, other) = (dice.below(lines.len()), dice.below(lines.len()));
                lines.swap(one, other);
                bytes = lines.join(&b'\n');
            }
        }
    }
    Some(bytes)
}

/// A file without a name that holds some bytes, and a path that opens it while the process lives.
pub fn file(bytes: &[u8]) -> Option<(File, String)> {
    // SAFETY: a new descriptor that is owned by the file.
    let mut file = unsafe {
        let descriptor = libc::memfd_create(c"rules".as_ptr(), 0);
        (descriptor >= 0).then(|| File::from_raw_fd(descriptor))?
    };
    file.write_all(bytes).ok()?;
    let path = format!("/proc/self/fd/{}", file.as_raw_fd());
    Some((file, path))
}
