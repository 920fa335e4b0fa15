//! How long `autodiff-differentiate` takes over generated functions of 1,000, 10,000 and 100,000 ops: straight-line code
//! and nests of loops. The throughput (ops per second) stays the same where the pass is linear.

use autodiff_dialect::{bridge, ir::Op};
use criterion::{BatchSize, BenchmarkId, Criterion, SamplingMode, Throughput, criterion_group, criterion_main};
use melior::{Context, dialect::DialectRegistry, ir::Module};
use std::{fmt::Write, time::Duration};

const SIZES: [usize; 3] = [1_000, 10_000, 100_000];
const PASS: &str = "builtin.module(autodiff-differentiate)";

/// A chain of ops in one block, and a request for its gradient.
fn straight_line(ops: usize) -> Result<String, std::fmt::Error> {
    let mut text = String::from("func.func @f(%x: f64, %y: f64) -> f64 {\n");
    let mut last = "%x".to_owned();
    for number in 0..ops / 3 {
        writeln!(text, "%a{number} = math.sin {last} : f64")?;
        writeln!(text, "%b{number} = arith.mulf %a{number}, %y : f64")?;
        writeln!(text, "%c{number} = arith.addf %b{number}, {last} : f64")?;
        last = format!("%c{number}");
    }
    writeln!(text, "return {last} : f64 }}")?;
    text += "func.func @g(%x: f64, %y: f64, %s: f64) -> (f64, f64) {
      %g:2 = autodiff.vjp @f(%x, %y, %s) args [active, active] results [active_noneed] : (f64, f64, f64) -> (f64, f64)
      return %g#0, %g#1 : f64, f64 }";
    Ok(text)
}

/// Two loops around a hundred ops, one such nest after another; each stores into a buffer.
fn loop_nests(ops: usize) -> Result<String, std::fmt::Error> {
    let mut text = String::from(
        "func.func @f(%x: f64, %m: memref<?xf64>, %n: index) -> f64 {
      %zero = arith.constant 0 : index
      %one = arith.constant 1 : index\n",
    );
    let mut last = "%x".to_owned();
    for number in 0..ops / 100 {
        writeln!(text, "%r{number} = scf.for %i = %zero to %n step %one iter_args(%p = {last}) -> f64 {{")?;
        writeln!(text, "%q = scf.for %j = %zero to %n step %one iter_args(%w = %p) -> f64 {{")?;
        let mut inner = "%w".to_owned();
        for step in 0..32 {
            writeln!(text, "%a{step} = math.sin {inner} : f64")?;
            writeln!(text, "%b{step} = arith.mulf %a{step}, %x : f64")?;
            writeln!(text, "%c{step} = arith.addf %b{step}, {inner} : f64")?;
            inner = format!("%c{step}");
        }
        writeln!(
            text,
            "memref.store {inner}, %m[%j] : memref<?xf64>\nscf.yield {inner} : f64 }}\nscf.yield %q : f64 }}"
        )?;
        last = format!("%r{number}");
    }
    writeln!(text, "return {last} : f64 }}")?;
    text += "func.func @g(%x: f64, %m: memref<?xf64>, %m_shadow: memref<?xf64>, %n: index, %s: f64) -> f64 {
      %g = autodiff.vjp @f(%x, %m, %m_shadow, %n, %s) args [active, dup, const] results [active_noneed]
        : (f64, memref<?xf64>, memref<?xf64>, index, f64) -> f64
      return %g : f64 }";
    Ok(text)
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
    for (name, generate) in [("straight_line", straight_line as fn(_) -> _), ("loop_nests", loop_nests)] {
        let mut group = criterion.benchmark_group(format!("pass_time/{name}"));
        group.sample_size(10).sampling_mode(SamplingMode::Flat).warm_up_time(Duration::from_millis(500));
        for size in SIZES {
            let text = generate(size).expect("writing to a string does not fail");
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
