//! How long `autodiff-opt --version` takes: loading, registration of all of MLIR, and the command line.

mod support;

use criterion::{Criterion, criterion_group, criterion_main};
use std::process::{Command, Stdio};

fn start_up(criterion: &mut Criterion) {
    let tool = support::tool("autodiff-opt");
    criterion.bench_function("start_up/autodiff-opt --version", |bencher| {
        bencher.iter(|| {
            let status = Command::new(&tool).arg("--version").stdout(Stdio::null()).status();
            assert!(status.is_ok_and(|status| status.success()), "'autodiff-opt --version' fails");
        });
    });
}

criterion_group!(benches, start_up);
criterion_main!(benches);
