//! A generated program: its text and what its entry takes and gives.

use autodiff_tools::run::SplitMix;
use std::collections::BTreeSet;

/// The option of expensive caches.
pub const EXPENSIVE_CACHES: &str = "cache-cost=30";

/// One argument of the entry, `@main`.
#[derive(Clone, Debug)]
pub enum Argument {
    /// A number that can be differentiated, or is const.
    Float { value: f64, active: bool },
    /// An integer of a type.
    Integer { ty: &'static str, value: i64 },
    /// A buffer of floats.
    /// With `same`, it is the buffer of an earlier argument, and its shadow is that one's.
    Buffer { ty: String, shape: Vec<usize>, seed: u64, active: bool, same: Option<usize> },
    /// A buffer of integers.
    Indices { ty: String, element: &'static str, shape: Vec<usize>, seed: u64 },
}

/// One result of the entry.
#[derive(Clone, Debug)]
pub enum Output {
    Float {
        active: bool,
    },
    Index,
    /// A buffer of floats that the caller frees, and its size if it is known.
    Buffer {
        ty: String,
        shape: Vec<usize>,
    },
}

/// A program.
#[derive(Clone, Debug)]
pub struct Program {
    pub text: String,
    pub arguments: Vec<Argument>,
    pub outputs: Vec<Output>,
    /// `f64` or `f32`.
    pub float: &'static str,
    /// Lower to blocks first.
    pub blocks: bool,
    /// Whether the engine may optimise the primal.
    pub normal_form: bool,
    /// Whether values are computed again rather than cached.
    pub expensive_caches: bool,
    /// Whether LLVM optimises the code, and so makes use of what it is told about buffers.
    pub optimised: bool,
    /// Whether the program leaves memory of.
    pub leaks: bool,
    /// Ask for derivatives without the primal results.
    pub no_primal: bool,
    /// Ask for two directions at once.
    pub directions: bool,
    /// Let zero times anything be zero in derivatives.
    pub strong_zero: bool,
    /// Passes that keep its meaning, after which the gradient has to be the same.
    pub rewrite: Option<&'static str>,
    /// What it is made of.
    pub features: BTreeSet<&'static str>,
}

impl Argument {
    /// The type as MLIR writes it.
    pub fn ty(&self, float: &str) -> String {
        match self {
            Self::Float { .. } => float.into(),
            Self::Integer { ty, .. } => (*ty).into(),
            Self::Buffer { ty, .. } | Self::Indices { ty, .. } => ty.clone(),
        }
    }

    /// The number of elements.
    pub fn len(&self) -> usize {
        match self {
            Self::Float { .. } | Self::Integer { .. } => 1,
            Self::Buffer { shape, .. } | Self::Indices { shape, .. } => shape.iter().product(),
        }
    }

    /// The numbers in it.
    pub fn floats(&self) -> Vec<f64> {
        match self {
            Self::Float { value, .. } => vec![*value],
            Self::Buffer { same: None, seed, .. } => {
                let mut random = SplitMix::new(*seed);
                (0..self.len()).map(|_| random.uniform()).collect()
            }
            _ => vec![],
        }
    }

    /// The integers in it.
    pub fn integers(&self) -> Vec<i64> {
        match self {
            Self::Indices { seed, .. } => {
                let mut random = SplitMix::new(*seed);
                (0..self.len()).map(|_| (random.bits() >> 61) as i64).collect()
            }
            _ => vec![],
        }
    }

    /// The argument on the command line of `autodiff-run`.
    pub fn option(&self) -> String {
        let shape = |shape: &[usize]| shape.iter().map(ToString::to_string).collect::<Vec<_>>().join("x");
        match self {
            Self::Float { value, .. } => format!("--arg {value:?}"),
            Self::Integer { value, .. } => format!("--arg {value}"),
            Self::Buffer { shape: sizes, seed, .. } | Self::Indices { shape: sizes, seed, .. } => {
                format!("--arg rand:{}:{seed}", shape(sizes))
            }
        }
    }

    /// Whether a derivative is taken with respect to it.
    pub fn is_active(&self) -> bool {
        matches!(self, Self::Float { active: true, .. } | Self::Buffer { active: true, .. })
    }
}

impl Program {
    /// The command that shows the failure, with the program after it.
    pub fn reproducer(&self, why: &str) -> String {
        let options: Vec<_> = self.arguments.iter().map(Argument::option).collect();
        let activities: Vec<_> = self
            .arguments
            .iter()
            .map(|argument| match argument {
                Argument::Float { active: true, .. } => "active",
                Argument::Buffer { active: true, .. } => "dup",
                _ => "const",
            })
            .collect();
        let mut head = String::new();
        for line in why.lines().take(12) {
            head += &format!("// {line}\n");
        }
        if self.blocks {
            head += "// Run through --convert-scf-to-cf first.\n";
        }
        for (index, argument) in self.arguments.iter().enumerate() {
            if let Argument::Buffer { same: Some(same), .. } = argument {
                head += &format!("// Argument {index} is the buffer of argument {same}, and so are the shadows.\n");
            }
        }
        for (set, option) in [(!self.normal_form, "normal-form=false"), (self.expensive_caches, EXPENSIVE_CACHES)] {
            if set {
                head += &format!("// Differentiate with {option}.\n");
            }
        }
        if let Some(rewrite) = self.rewrite {
            head += &format!("// Compare with what --pass-pipeline='builtin.module({rewrite})' makes of it.\n");
        }
        head += &format!(
            "// RUN: autodiff-run %s --entry main {} --activity {} --mode check\n",
            options.join(" "),
            activities.join(",")
        );
        head + &self.text
    }
}
