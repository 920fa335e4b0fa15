//! Standard output and error, either of which may be closed or on a full disk: the macros of the standard library panic
//! there.

use std::{
    fmt::Display,
    io::{self, ErrorKind, Write},
};

/// Writes a line to standard error. Nothing can be told if that fails; the exit code says what the line would have.
pub fn complain(line: impl Display) {
    let _ = writeln!(io::stderr(), "{line}");
}

/// Writes text to standard output; a reader that has gone away is no failure.
///
/// # Errors
///
/// If it cannot be written.
pub fn print(text: impl Display) -> io::Result<()> {
    let mut out = io::stdout();
    match write!(out, "{text}").and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(error),
        _ => Ok(()),
    }
}
