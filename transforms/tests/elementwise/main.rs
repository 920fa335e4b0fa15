//! The rule book of elementwise ops: its text, its completeness, its ops on all types, and its numbers.

mod book;
mod cases;
mod completeness;
mod grammar;
mod numeric;
mod support;
mod types;
