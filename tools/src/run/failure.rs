//! Why a run ended without success, and the exit code that says so.

use std::fmt;

/// The reason that `autodiff-run` gives up.
#[derive(Debug)]
pub enum Failure {
    /// Bad input; the message names the offending flag or file.
    Input(String),
    /// Bad input that diagnostics on stderr have already explained.
    Reported,
    /// A device that is missing or has failed.
    Device(String),
}

impl Failure {
    /// Bad input with a message.
    pub fn input(message: impl Into<String>) -> Self {
        Self::Input(autodiff_dialect::ir::readable_name(&message.into()).into_owned())
    }

    /// Puts the flag, file or place before the message.
    pub fn at(self, place: impl fmt::Display) -> Self {
        match self {
            Self::Input(message) => Self::Input(format!("{place}: {message}")),
            other => other,
        }
    }

    /// The exit code of the process.
    pub fn code(&self) -> u8 {
        match self {
            Self::Input(_) | Self::Reported => 2,
            Self::Device(_) => 3,
        }
    }
}

/// What steps of a run return.
pub type Result<T> = std::result::Result<T, Failure>;
