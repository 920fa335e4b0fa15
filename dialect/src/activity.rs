//! How one argument or result takes part in a derivative.

use std::{fmt, str::FromStr};

/// An activity, as written in a request (`args [dup, const]`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(i32)]
pub enum Activity {
    /// Not differentiated.
    Const = 0,
    /// Reverse mode, by value: the cotangent is a result (of an argument) or an operand (of a result).
    Active = 1,
    /// The tangent or the shadow follows.
    Dup = 2,
    /// As `Dup`; the primal is not needed.
    DupNoneed = 3,
    /// As `Active`; the primal result is not returned.
    ActiveNoneed = 4,
    /// As `Const`; the primal result is not returned.
    ConstNoneed = 5,
}

impl Activity {
    /// All activities, in the order of their numbers.
    pub const ALL: [Self; 6] =
        [Self::Const, Self::Active, Self::Dup, Self::DupNoneed, Self::ActiveNoneed, Self::ConstNoneed];

    /// The keyword of the dialect's syntax.
    pub const fn keyword(self) -> &'static str {
        match self {
            Self::Const => "const",
            Self::Active => "active",
            Self::Dup => "dup",
            Self::DupNoneed => "dup_noneed",
            Self::ActiveNoneed => "active_noneed",
            Self::ConstNoneed => "const_noneed",
        }
    }

    /// Whether a tangent or shadow operand follows the argument, or a tangent the result.
    pub const fn is_dup(self) -> bool {
        matches!(self, Self::Dup | Self::DupNoneed)
    }

    /// Whether a cotangent is passed by value.
    pub const fn is_active(self) -> bool {
        matches!(self, Self::Active | Self::ActiveNoneed)
    }

    /// Whether the derivative of a result returns the primal too.
    pub const fn keeps_primal(self) -> bool {
        matches!(self, Self::Const | Self::Active | Self::Dup)
    }
}

impl fmt::Display for Activity {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str(self.keyword())
    }
}

impl FromStr for Activity {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|activity| activity.keyword() == text).ok_or_else(|| {
            format!(
                "unknown activity '{text}', expected one of {}",
                Self::ALL.map(|activity| format!("'{activity}'")).join(", ")
            )
        })
    }
}
