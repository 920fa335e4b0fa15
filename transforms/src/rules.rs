//! Rules: what each op means for derivatives.
//!
//! Elementwise ops are data, in the rule book ([`elementwise`]); structured ops are code, one file per construct
//! ([`structured`]), which say what the op means ([`Semantics`](crate::analysis::semantics::Semantics)) and how its
//! derivative is made ([`Rule`](crate::engine::Rule)).

pub mod elementwise;
mod registry;
pub mod structured;

pub use registry::{read_book, registry, registry_with_files};
