//! What is wrong with a kernel, and where.

use std::{
    ffi::{CStr, c_char},
    fmt,
};

/// A place in the source: the text that generated code hands over, which is a position and the name of an op.
///
/// Each op has a text of its own, so that the address tells ops apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Site(*const c_char);

impl Site {
    /// A site from its text: `file:line:column`, a line break, the name of an op.
    ///
    /// # Safety
    ///
    /// The text ends with a NUL and lives as long as the site.
    pub unsafe fn new(text: *const c_char) -> Self {
        Self(text)
    }

    fn text(&self) -> &str {
        if self.0.is_null() {
            return "";
        }
        // SAFETY: the contract of `new`.
        unsafe { CStr::from_ptr(self.0) }.to_str().unwrap_or_default()
    }

    /// `file:line:column`; empty where the source is not known.
    pub fn place(&self) -> &str {
        self.text().split_once('\n').map_or("", |(place, _)| place)
    }

    /// The name of the op, such as `gpu.barrier`.
    pub fn op(&self) -> &str {
        self.text().split_once('\n').map_or(self.text(), |(_, op)| op)
    }
}

/// An error with notes, in MLIR's form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    place: String,
    message: String,
    notes: Vec<(String, String)>,
    of_device: bool,
}

impl Report {
    /// An error at a place.
    pub fn new(site: Site, message: impl Into<String>) -> Self {
        Self { place: site.place().to_owned(), message: message.into(), notes: vec![], of_device: false }
    }

    /// A failure of a device, at a place or at none.
    pub fn device(site: Option<Site>, message: impl Into<String>) -> Self {
        let place = site.map(|site| site.place().to_owned()).unwrap_or_default();
        Self { place, message: message.into(), notes: vec![], of_device: true }
    }

    /// Whether a device has failed, not the program.
    pub fn is_of_device(&self) -> bool {
        self.of_device
    }

    /// Adds a note at another place, or at none.
    pub fn note(mut self, site: Option<Site>, message: impl Into<String>) -> Self {
        let place = site.map(|site| site.place().to_owned()).unwrap_or_default();
        self.notes.push((place, message.into()));
        self
    }
}

impl fmt::Display for Report {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        let colon = |place: &str| if place.is_empty() { String::new() } else { format!("{place}: ") };
        write!(formatter, "{}error: {}", colon(&self.place), self.message)?;
        for (place, message) in &self.notes {
            write!(formatter, "\n{}note: {message}", colon(place))?;
        }
        Ok(())
    }
}

#[cfg(test)]
pub mod tests {
    use super::*;

    /// A site for tests.
    pub fn site(text: &'static CStr) -> Site {
        // SAFETY: static text.
        unsafe { Site::new(text.as_ptr()) }
    }

    #[test]
    fn reports_read_like_diagnostics() {
        let barrier = site(c"k.mlir:3:5\ngpu.barrier");
        let report = Report::new(barrier, format!("'{}' is wrong", barrier.op()))
            .note(Some(site(c"k.mlir:9:1\nx")), "here")
            .note(None, "no place");
        let expected = "k.mlir:3:5: error: 'gpu.barrier' is wrong\nk.mlir:9:1: note: here\nnote: no place";
        assert_eq!(report.to_string(), expected);
    }

    #[test]
    fn unknown_places_leave_no_trace() {
        assert_eq!(Report::new(site(c"\ngpu.barrier"), "wrong").to_string(), "error: wrong");
    }
}
