//! A Gaussian mixture model (`examples/gmm.mlir`): the function, its gradient, and the ratio of the two.
//!
//! The times are those that `autodiff-run --json` takes around the compiled code; neither compilation nor the setting up
//! of arguments is in them.

mod support;

use criterion::{Criterion, SamplingMode, criterion_group, criterion_main};
use serde_json::Value;
use std::{
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

/// 2500 points of 10 dimensions, 200 components; the points and the constant are not differentiated.
const ARGUMENTS: &str = "--entry gmm --arg rand:200:1 --arg rand:200x10:2 --arg rand:200x55:3 --arg rand:2500x10:4 --arg 0 \
                         --activity dup,dup,dup,const,const";

/// Runs that a median is taken over, at least.
const RUNS: u64 = 21;

struct Runner {
    tool: PathBuf,
    program: PathBuf,
}

impl Runner {
    /// The median times of the function and of its gradient over some runs, in seconds.
    fn seconds(&self, repeat: u64) -> (f64, f64) {
        let output = Command::new(&self.tool)
            .arg(&self.program)
            .args(ARGUMENTS.split_whitespace())
            .args(["--mode", "vjp", "--json", "--repeat", &repeat.to_string()])
            .output()
            .expect("'autodiff-run' starts");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let report: Value = serde_json::from_slice(&output.stdout).expect("'autodiff-run --json' prints JSON");
        let seconds = |key: &str| report["seconds"][key].as_f64().expect("a time is a number");
        (seconds("primal"), seconds("gradient"))
    }
}

fn gmm(criterion: &mut Criterion) {
    let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/gmm.mlir");
    if !program.exists() {
        println!("gmm: skipped, there is no '{}'", program.display());
        return;
    }
    let runner = Runner { tool: support::tool("autodiff-run"), program };
    let mut group = criterion.benchmark_group("gmm");
    group.sample_size(10).sampling_mode(SamplingMode::Flat).warm_up_time(Duration::from_millis(1));
    type Choice = fn((f64, f64)) -> f64;
    for (name, choose) in [("primal", (|times| times.0) as Choice), ("gradient", |times| times.1)] {
        group.bench_function(name, |bencher| {
            bencher.iter_custom(|count| {
                // Some more runs than asked for: the first finds the caches of the processor empty.
                Duration::from_secs_f64(choose(runner.seconds(count.max(RUNS))) * count as f64)
            });
        });
    }
    group.finish();
    let (primal, gradient) = runner.seconds(RUNS);
    println!(
        "gmm: primal {:.3} ms, gradient {:.3} ms, gradient/primal {:.2} (medians of {RUNS})",
        primal * 1e3,
        gradient * 1e3,
        gradient / primal
    );
}

criterion_group!(benches, gmm);
criterion_main!(benches);
