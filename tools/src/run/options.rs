//! The command line.

use super::launcher::parse_sizes;
use clap::{Parser, ValueEnum};
use std::path::PathBuf;

const EXAMPLES: &str = "\
Values (--arg, --seed, --seed-arg, --tangent):
  1.5            a number, for a scalar or a memref of rank 0 (complex: 1+2j)
  @x.npy         an array from a NumPy file (bf16: the raw bits, as uint16)
  zeros:4x5      zeros (rank 0: 'zeros:')
  rand:4x5:7     uniform in [-1, 1) by splitmix64 with seed 7; integers from 0 to 7

Examples:
  autodiff-run m.mlir --entry f --arg 0.7
  autodiff-run m.mlir --entry f --arg 0.7 --mode vjp
  autodiff-run m.mlir --entry f --arg rand:64x64:1 --arg zeros:64 --mode check
  autodiff-run m.mlir --entry loss --arg @w.npy --mode vjp --save out --json
  autodiff-run m.mlir --entry f --arg rand:8:1 --arg zeros:8 --mode vjp --seed-arg 1=rand:8:2
  autodiff-run m.mlir --entry f --arg rand:512:1 --target gpu-host --check-races
  autodiff-run m.mlir --entry kernels::k --grid 4 --block 128 --arg rand:512:1 --target gpu-host

Check: errors are relative to the larger of two numbers, or to what rounding makes of an output if that is more.
Differences are not trusted at a kink, a jump or where a count of iterations changes: there they do not settle, or differ
between the two sides. Such directions and entries are left out and counted; if none is left, the check has failed.

Mutable globals have their initial values at the start of each call.

Exit codes: 0 success, 1 the check failed, 2 bad input, 3 a device failed.";

/// Compiles an MLIR function, or its derivative, for this machine and runs it.
#[derive(Debug, Parser)]
#[command(name = "autodiff-run", version, after_help = EXAMPLES, max_term_width = 100)]
pub struct Options {
    /// The MLIR file; '-' reads standard input
    #[arg(value_name = "FILE")]
    pub file: String,

    /// The function to run; MODULE::KERNEL launches a kernel, with --grid and --block
    #[arg(long, value_name = "NAME")]
    pub entry: String,

    /// The value of a parameter; one for each, in order
    #[arg(long = "arg", value_name = "V", allow_hyphen_values = true)]
    pub args: Vec<String>,

    /// What to compute
    #[arg(long, value_enum, default_value_t = Mode::Run)]
    pub mode: Mode,

    /// How each argument takes part: const, active, dup or dup_noneed [default: every floating-point argument is
    /// differentiated]
    #[arg(long, value_name = "A,B,...", value_delimiter = ',', help_heading = "Differentiation")]
    pub activity: Option<Vec<String>>,

    /// vjp: the cotangent of an active result; repeat in the order of the active results [default: ones]
    #[arg(long = "seed", value_name = "V", allow_hyphen_values = true, help_heading = "Differentiation")]
    pub seeds: Vec<String>,

    /// vjp: the initial shadow of buffer argument I, the cotangent of its final content [default: zeros]
    #[arg(long = "seed-arg", value_name = "I=V", help_heading = "Differentiation")]
    pub seed_args: Vec<String>,

    /// jvp: the tangent of argument I [default: ones for every differentiated argument]
    #[arg(long = "tangent", value_name = "I=V", help_heading = "Differentiation")]
    pub tangents: Vec<String>,

    /// How many directions one call of a derivative takes: --seed, --seed-arg and --tangent are repeated, one for each
    /// direction of a value, in a row
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..=64),
        help_heading = "Differentiation")]
    pub width: u64,

    /// A derivative of zero stays zero, even where the partial that it meets is infinite or no number
    #[arg(long, help_heading = "Differentiation")]
    pub strong_zero: bool,

    /// A file of further derivative rules
    #[arg(long, value_name = "FILE", help_heading = "Differentiation")]
    pub rules: Vec<PathBuf>,

    /// How much more expensive than usual it is to keep a value than to compute it again: more takes less memory and
    /// more time
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..=1000),
        help_heading = "Differentiation")]
    pub cache_cost: u64,

    /// Whether adjoints of f16 and bf16 numbers are added up in f32
    #[arg(long, value_name = "BOOL", default_value_t = true, action = clap::ArgAction::Set,
        help_heading = "Differentiation")]
    pub wide_sums: bool,

    /// check: the number of random directions
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u64).range(1..=1000),
        help_heading = "Check")]
    pub directions: u64,

    /// check: how many entries of each argument's gradient are compared with differences one by one
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u64).range(0..=100_000),
        help_heading = "Check")]
    pub entries: u64,

    /// check: the largest relative error that passes [default: by the narrowest float type in the program: f64 1e-6,
    /// f32 2e-3, f16 5e-2, bf16 1e-1]
    #[arg(long, value_name = "T", value_parser = positive, help_heading = "Check")]
    pub tolerance: Option<f64>,

    /// Write result-I.npy, arg-I.npy (buffers after the call), grad-arg-I.npy, tangent-result-I.npy and
    /// tangent-arg-I.npy
    #[arg(long, value_name = "DIR", help_heading = "Output")]
    pub save: Option<PathBuf>,

    /// Print one JSON object
    #[arg(long, help_heading = "Output")]
    pub json: bool,

    /// Run N times and report the median time
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..),
        help_heading = "Execution")]
    pub repeat: u32,

    /// Run the iterations of parallel loops on N threads (OpenMP) [default: one after another]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=4096), help_heading = "Execution")]
    pub threads: Option<u32>,

    /// Where kernels run
    #[arg(long, value_enum, default_value_t = Target::Cpu, help_heading = "Execution")]
    pub target: Target,

    /// Blocks of the launch, if the entry is a kernel: XxYxZ, where 1 may be left out at the end
    #[arg(long, value_name = "SIZES", value_parser = parse_sizes, help_heading = "Kernels")]
    pub grid: Option<[u32; 3]>,

    /// Threads of each block, in the same form
    #[arg(long, value_name = "SIZES", value_parser = parse_sizes, help_heading = "Kernels")]
    pub block: Option<[u32; 3]>,

    /// Dynamic workgroup memory of the launch, in bytes
    #[arg(long, value_name = "BYTES", default_value_t = 0, help_heading = "Kernels")]
    pub dynamic_memory: u32,

    /// gpu-host: report two threads that access one location, one of them writing, with nothing that orders them
    #[arg(long, help_heading = "Kernels")]
    pub check_races: bool,

    /// gpu-host: count elements read and written and floating-point operations of kernels
    #[arg(long, help_heading = "Kernels")]
    pub count: bool,

    /// gpu-host: the lanes of a subgroup
    #[arg(long, value_name = "N", default_value_t = 32, value_parser = clap::value_parser!(u32).range(1..=128),
        help_heading = "Kernels")]
    pub subgroup_size: u32,

    /// gpu-host: the most workgroup memory that a block may use, in bytes
    #[arg(long, value_name = "BYTES", default_value_t = 48 << 10, help_heading = "Kernels")]
    pub workgroup_memory: u64,

    /// LLVM's optimization level
    #[arg(long, value_name = "0..3", default_value_t = 3, value_parser = clap::value_parser!(u8).range(0..=3),
        help_heading = "Execution")]
    pub opt_level: u8,
}

/// What to compute.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Mode {
    /// The function itself
    Run,
    /// Forward mode: results and their tangents
    Jvp,
    /// Reverse mode: cotangents of the arguments
    Vjp,
    /// Compare both with differences, and with each other
    Check,
}

impl Mode {
    /// The word of the command line.
    pub fn word(self) -> &'static str {
        match self {
            Self::Run => "run",
            Self::Jvp => "jvp",
            Self::Vjp => "vjp",
            Self::Check => "check",
        }
    }
}

/// Where kernels run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Target {
    /// No kernels: everything is compiled for the CPU
    Cpu,
    /// Kernels on the CPU; finds divergence, accesses out of bounds, and launches beyond what devices can do
    GpuHost,
    /// GPU kernels on a CUDA device
    Cuda,
}

fn positive(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(number) if number > 0.0 => Ok(number),
        _ => Err("expected a number above 0".into()),
    }
}
