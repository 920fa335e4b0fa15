//! Typed views of ops, generated from the definitions of their dialects: `op.cast::<scf::For>()` gives `lower_bound()`,
//! `init_args()`, `region()`.
//!
//! A view is as light as the handle that it wraps. Names of ops are constants of the views, so that they can be matched:
//! `match op.name() { scf::For::NAME | scf::While::NAME => … }`.

use crate::ir::{Attribute, Op};
use std::ops::Range;

/// A view of an op of one kind.
pub trait View: Copy {
    /// The full name of the op.
    const NAME: &'static str;

    /// The view of an op of that name.
    fn of(op: Op) -> Self;
}

impl Op {
    /// The view of an op, if it is one of that kind.
    pub fn cast<V: View>(self) -> Option<V> {
        self.is::<V>().then(|| V::of(self))
    }

    /// Whether it is an op of a kind.
    pub fn is<V: View>(self) -> bool {
        self.name() == V::NAME
    }
}

macro_rules! view {
    ($view:ident, $name:expr, $doc:expr) => {
        #[doc = $doc]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub struct $view(ir::Op);

        impl crate::views::View for $view {
            const NAME: &'static str = $name;

            fn of(op: ir::Op) -> Self {
                Self(op)
            }
        }

        impl $view {
            /// The full name of the op.
            pub const NAME: &'static str = $name;

            /// The op itself.
            pub fn op(self) -> ir::Op {
                self.0
            }
        }
    };
}

macro_rules! enumeration {
    ($name:ident, $($case:ident = $value:expr),*) => {
        #[doc = concat!("The values of `", stringify!($name), "`.")]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum $name {
            $($case),*
        }

        impl $name {
            /// The number that stands for it.
            pub fn number(self) -> i64 {
                match self {
                    $(Self::$case => $value),*
                }
            }

            /// The value that a number stands for.
            pub fn from_number(number: i64) -> Option<Self> {
                $(if number == $value {
                    return Some(Self::$case);
                })*
                None
            }

            /// The value of an attribute.
            pub fn from_attribute(attribute: ir::Attribute) -> Option<Self> {
                Self::from_number(attribute.as_integer()?)
            }

            /// The value as an attribute of `bits` bits.
            pub fn attribute(self, context: ir::Context, bits: u32) -> ir::Attribute {
                ir::Attribute::integer(ir::Type::integer(context, bits), self.number())
            }
        }
    };
}

/// The positions of the values of one name of several, whose numbers an attribute says.
fn segment(op: Op, sizes: &str, index: usize, count: usize) -> Range<usize> {
    let sizes = op.attribute(sizes).and_then(Attribute::as_dense_i32).filter(|sizes| sizes.len() == count);
    let sizes: Vec<_> = sizes.unwrap_or_default().into_iter().map(|size| usize::try_from(size).unwrap_or(0)).collect();
    let start = sizes.iter().take(index).sum();
    start..start + sizes.get(index).copied().unwrap_or(0)
}

include!(concat!(env!("OUT_DIR"), "/views.rs"));
