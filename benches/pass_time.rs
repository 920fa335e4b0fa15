//! How long `autodiff-differentiate` takes over the generated functions of `./x bench --compiler`, of 1,000 to 100,000
//! ops: without reading, verifying and printing them. The throughput (ops per second) stays the same where the pass is
//! linear.

use autodiff_dialect::{bridge, ir::Op};
use criterion::{BatchSize, BenchmarkId, Criterion, SamplingMode, Throughput, criterion_group, criterion_main};
use melior::{Context, dialect::DialectRegistry, ir::Module};
use std::{path::Path, process::Command, time::Duration};

const SHAPES: [&str; 2] = ["straight line", "loop nests"];
const SIZES: [usize; 3] = [1_000, 10_000, 100_000];
const PASS: &str = "builtin.module(autodiff-differentiate)";

/// A function of a shape, of so many ops, and a request for its gradient: what `benches/suite/compiler.py` prints.
fn program(shape: &str, ops: usize) -> String {
    let output = Command::new("python3")
        .args(["-m", "suite.compiler", shape, &ops.to_string()])
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("benches"))
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .output()
        .expect("'python3' starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("the program is text")
}

fn context() -> Context {
    let registry = DialectRegistry::new();
    bridge::register_everything(&registry);
    bridge::register_upstream_passes();
    autodiff_transforms::register();
    let context = Context::new();
    context.append_dialect_registry(&registry);
    context.load_all_available_dialects();
    context
}

fn pass_time(criterion: &mut Criterion) {
    let context = context();
    for shape in SHAPES {
        let mut group = criterion.benchmark_group(format!("pass_time/{}", shape.replace(' ', "_")));
        group.sample_size(10).sampling_mode(SamplingMode::Flat).warm_up_time(Duration::from_millis(500));
        for size in SIZES {
            let text = program(shape, size);
            group.throughput(Throughput::Elements(size as u64));
            group.bench_with_input(BenchmarkId::from_parameter(size), &text, |bencher, text| {
                bencher.iter_batched(
                    || Module::parse(&context, text).expect("the generated module parses"),
                    |module| {
                        let op = Op::from_raw(module.as_operation().to_raw());
                        bridge::run_pipeline(op, PASS).expect("the generated module has a derivative");
                        // Dropped outside the measurement.
                        module
                    },
                    BatchSize::PerIteration,
                );
            });
        }
        group.finish();
    }
}

criterion_group!(benches, pass_time);
criterion_main!(benches);
