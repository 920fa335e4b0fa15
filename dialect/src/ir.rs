//! Handles of MLIR's IR for code that rewrites it.
//!
//! They are plain copies of pointers without lifetimes: a pass erases and moves ops all the time, which lifetimes
//! cannot follow. The rule that keeps them sound: a handle is used only while the pass that got it runs, and never
//! after the op that it names was erased.

mod attribute;
mod block;
mod builder;
pub(crate) mod name;
mod op;
mod types;
mod value;

pub use attribute::{Attribute, Location};
pub use block::{Block, Region};
pub use builder::Builder;
pub use name::{encode as name_bytes, escape as readable_name};
pub use op::{Effect, EffectKind, Op};
pub use types::Type;
pub use value::Value;

use mlir_sys::{MlirContext, MlirStringRef};
use std::ffi::c_void;

/// An MLIR context.
#[derive(Clone, Copy)]
pub struct Context(MlirContext);

impl Context {
    /// The raw handle.
    pub fn raw(self) -> MlirContext {
        self.0
    }

    /// Wraps a raw handle.
    pub fn from_raw(raw: MlirContext) -> Self {
        Self(raw)
    }

    /// Whether an op of this name is defined by a dialect that is loaded.
    pub fn is_registered(self, op: &str) -> bool {
        // SAFETY: handles are live; texts and arrays have their lengths, and MLIR copies them.
        unsafe { mlir_sys::mlirContextIsRegisteredOperation(self.0, string_ref(op)) }
    }
}

pub(crate) fn string_ref(text: &(impl AsRef<[u8]> + ?Sized)) -> MlirStringRef {
    let bytes = text.as_ref();
    MlirStringRef { data: bytes.as_ptr() as *const _, length: bytes.len() }
}

/// The bytes of a string of MLIR.
fn bytes<'a>(string: MlirStringRef) -> &'a [u8] {
    if string.data.is_null() {
        return &[];
    }
    // SAFETY: MLIR's strings are valid for their length; identifiers and attributes are uniqued in the context.
    unsafe { std::slice::from_raw_parts(string.data as *const u8, string.length) }
}

/// The text of a string of MLIR that is always ASCII; empty if it is not UTF-8.
pub(crate) fn text<'a>(string: MlirStringRef) -> &'a str {
    std::str::from_utf8(bytes(string)).unwrap_or_default()
}

/// The text of a string of the user's, which may hold any bytes; see [`name::decode`].
pub(crate) fn name_text(string: MlirStringRef) -> String {
    name::decode(bytes(string))
}

/// A `MlirStringCallback` that appends to a `String`.
pub(crate) unsafe extern "C" fn append_to_string(part: MlirStringRef, data: *mut c_void) {
    // SAFETY: callers pass a `String` as the user data.
    unsafe { (*(data as *mut String)).push_str(&String::from_utf8_lossy(bytes(part))) }
}

/// Defines a copyable handle whose identity is its pointer.
macro_rules! handle {
    ($(#[$meta:meta])* $name:ident, $raw:ty) => {
        $(#[$meta])*
        #[derive(Clone, Copy)]
        pub struct $name($raw);

        impl $name {
            /// The raw handle.
            pub fn raw(self) -> $raw {
                self.0
            }

            /// Wraps a raw handle, which must be valid.
            pub fn from_raw(raw: $raw) -> Self {
                Self(raw)
            }

            /// Wraps a raw handle that may be null.
            pub fn from_nullable(raw: $raw) -> Option<Self> {
                (!raw.ptr.is_null()).then_some(Self(raw))
            }
        }

        impl PartialEq for $name {
            fn eq(&self, other: &Self) -> bool {
                std::ptr::eq(self.0.ptr, other.0.ptr)
            }
        }

        impl Eq for $name {}

        impl std::hash::Hash for $name {
            fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
                (self.0.ptr as usize).hash(state)
            }
        }
    };
}
pub(crate) use handle;
