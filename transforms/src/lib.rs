//! Differentiation: the rules, the analyses, the two engines, and the passes around them.

pub mod analysis;
pub mod emit;
pub mod engine;
pub mod globals;
mod passes;
pub mod request;
pub mod rules;

pub use passes::{libm_to_math::op_of as op_of_libm, register};
