//! Located messages with notes.

use crate::{bridge, ir::Location};

/// Severity of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i32)]
pub enum Severity {
    Error = 0,
    Warning = 1,
    Remark = 2,
}

/// A message at a location, with notes at others.
#[must_use = "a message is shown by `emit` only"]
#[derive(Clone)]
pub struct Diagnostic {
    severity: Severity,
    location: Location,
    message: String,
    notes: Vec<(Location, String)>,
}

impl Diagnostic {
    /// An error.
    pub fn error(location: Location, message: impl Into<String>) -> Self {
        Self { severity: Severity::Error, location, message: message.into(), notes: vec![] }
    }

    /// A warning.
    pub fn warning(location: Location, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(location, message) }
    }

    /// A remark.
    pub fn remark(location: Location, message: impl Into<String>) -> Self {
        Self { severity: Severity::Remark, ..Self::error(location, message) }
    }

    /// Adds a note.
    pub fn note(mut self, location: Location, message: impl Into<String>) -> Self {
        self.notes.push((location, message.into()));
        self
    }

    /// The message, without its notes.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Hands it to the context's handlers.
    pub fn emit(&self) {
        bridge::emit(self.severity as i32, self.location, &self.message, &self.notes);
    }
}
