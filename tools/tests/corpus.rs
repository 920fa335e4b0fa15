//! Real programs that PyTorch and JAX exported, with reference gradients: `AUTODIFF_CORPUS` names their folder.
//!
//! For every program and level: gradients, tangents and primal outputs of `autodiff-run` against the stored ones, and
//! its own check. For every program: the check of its gradient, that is Hessian-vector products in both modes. For
//! every GPU kernel: what it leaves behind on the host, its gradient and its tangents. Without the variable, the suite
//! says that it is skipped. Words after `--` select by name.

use serde::Deserialize;
use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Command, ExitCode},
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::Instant,
};

const SOURCES: [&str; 2] = ["torch", "jax"];
/// The level that runs as people run it, optimised.
const FULL: &str = "scf";
/// Levels that are checked too; LLVM would spend minutes on optimising them, and tells nothing new about derivatives.
const QUICK: [&str; 7] = [TENSORS, "linalg_memref", "affine", "scf_nofuse", "cf", PARALLEL, LAUNCHES];
/// The level whose functions take and give tensors.
const TENSORS: &str = "linalg";
/// The level whose loops run on two threads.
const PARALLEL: &str = "scf_parallel";
/// The level whose parallel loops are launches of kernels, which run on the host.
const LAUNCHES: &str = "gpu_launch";
/// Not a level: kernels for GPUs, which run on the host.
const KERNELS: &str = "gpu";
/// Not a level: the derivatives of the gradient of the first one.
const SECOND: &str = "hvp";

/// What `meta.json` says of a program. Outputs are the trailing arguments.
#[derive(Deserialize)]
struct Meta {
    function: String,
    args: Vec<Argument>,
    results: Vec<Output>,
    tol: f64,
}

#[derive(Deserialize)]
struct Argument {
    shape: Vec<usize>,
    diff: bool,
    file: String,
    grad: Option<String>,
    tangent: Option<String>,
}

#[derive(Deserialize)]
struct Output {
    shape: Vec<usize>,
    file: String,
    cotangent: String,
    jvp: String,
}

/// What `meta.json` says of a GPU kernel.
#[derive(Deserialize)]
struct KernelMeta {
    launch: serde_json::Value,
    args: Vec<KernelArgument>,
    tol: f64,
}

#[derive(Deserialize)]
struct KernelArgument {
    name: String,
    file: Option<String>,
    value: Option<serde_json::Value>,
    /// Its content after the launch.
    out: Option<String>,
    grad: Option<String>,
    tangent: Option<String>,
    cotangent: Option<String>,
    /// The tangent of its content after the launch.
    jvp: Option<String>,
}

struct Case {
    name: String,
    folder: PathBuf,
    level: &'static str,
}

fn main() -> ExitCode {
    let words: Vec<_> = env::args().skip(1).collect();
    if words.iter().any(|word| word == "--list") {
        return ExitCode::SUCCESS;
    }
    let Some(folder) = env::var_os("AUTODIFF_CORPUS").filter(|folder| !folder.is_empty()) else {
        println!("corpus: skipped, AUTODIFF_CORPUS is not set");
        return ExitCode::SUCCESS;
    };
    // Cargo runs tests in the folder of the package; people say the name from the folder above.
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(folder);
    let filters: Vec<_> = words.into_iter().filter(|word| !word.starts_with('-')).collect();
    let mut cases = cases(&folder);
    if cases.is_empty() {
        println!("corpus: no program found in '{}'", folder.display());
        return ExitCode::FAILURE;
    }
    cases.retain(|case| filters.is_empty() || filters.iter().any(|filter| case.name.contains(filter)));

    let start = Instant::now();
    let (next, failures) = (AtomicUsize::new(0), Mutex::new(vec![]));
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, Into::into) {
            scope.spawn(|| {
                while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                    match check(case) {
                        Ok(worst) => println!("test {} ... ok{worst}", case.name),
                        Err(message) => {
                            println!("test {} ... FAILED", case.name);
                            if let Ok(mut failures) = failures.lock() {
                                failures.push((case.name.clone(), message));
                            }
                        }
                    }
                }
            });
        }
    });
    let failures = failures.into_inner().unwrap_or_default();
    for (name, message) in &failures {
        println!("\n---- {name} ----\n{}", message.trim_end());
    }
    let (failed, verdict) = (failures.len(), if failures.is_empty() { "ok" } else { "FAILED" });
    println!(
        "\ntest result: {verdict}. {} passed; {failed} failed; 0 ignored; 0 measured; 0 filtered out; finished in {:.2}s\n",
        cases.len() - failed,
        start.elapsed().as_secs_f64()
    );
    if failures.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn cases(corpus: &Path) -> Vec<Case> {
    let mut cases = vec![];
    for source in SOURCES {
        let entries = fs::read_dir(corpus.join(source)).into_iter().flatten().flatten();
        for folder in entries.map(|entry| entry.path()).filter(|path| path.join("meta.json").is_file()) {
            let program = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
            for level in [FULL].into_iter().chain(QUICK).filter(|level| folder.join(format!("{level}.mlir")).is_file())
            {
                cases.push(Case { name: format!("{source}/{program}/{level}"), folder: folder.clone(), level });
            }
            cases.push(Case { name: format!("{source}/{program}/{SECOND}"), folder, level: SECOND });
        }
    }
    let entries = fs::read_dir(corpus.join(KERNELS)).into_iter().flatten().flatten();
    for folder in entries.map(|entry| entry.path()).filter(|path| path.join("gpu.mlir").is_file()) {
        let program = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        cases.push(Case { name: format!("{KERNELS}/{program}"), folder, level: KERNELS });
    }
    cases.sort_by(|a, b| a.name.cmp(&b.name));
    cases
}

/// Runs the three modes; the result says the largest relative error of gradients, tangents and outputs.
fn check(case: &Case) -> Result<String, String> {
    let text = fs::read_to_string(case.folder.join("meta.json")).map_err(|error| error.to_string())?;
    if case.level == KERNELS {
        return check_kernel(case, &text);
    }
    let meta: Meta = serde_json::from_str(&text).map_err(|error| format!("meta.json: {error}"))?;
    if case.level == SECOND {
        return check_second(case, &meta);
    }
    let count = meta.args.len();
    let file = |name: &str| format!("@{}", case.folder.join(name).display());
    let mut common = vec![];
    let (mut activities, mut seeds, mut tangents) = (vec![], vec![], vec![]);
    let (differentiated, first_output) = if case.level == TENSORS { ("active", None) } else { ("dup", Some(count)) };
    for (index, argument) in meta.args.iter().enumerate() {
        common.extend(["--arg".to_owned(), file(&argument.file)]);
        activities.push(if argument.diff { differentiated } else { "const" });
        if let Some(tangent) = argument.tangent.as_ref().filter(|_| argument.diff) {
            tangents.extend(["--tangent".to_owned(), format!("{index}={}", file(tangent))]);
        }
    }
    for (index, output) in meta.results.iter().enumerate() {
        let Some(first) = first_output else {
            seeds.extend(["--seed".to_owned(), file(&output.cotangent)]);
            continue;
        };
        let zeros = zeros(&output.shape);
        common.extend(["--arg".to_owned(), zeros.clone()]);
        activities.push("dup");
        seeds.extend(["--seed-arg".to_owned(), format!("{}={}", first + index, file(&output.cotangent))]);
        tangents.extend(["--tangent".to_owned(), format!("{}={zeros}", first + index)]);
    }
    let saved_as = |index: usize| match first_output {
        Some(first) => format!("arg-{}.npy", first + index),
        None => format!("result-{index}.npy"),
    };
    common.extend(["--activity".to_owned(), activities.join(",")]);
    common.extend(["--entry".to_owned(), meta.function.clone()]);
    if case.level != FULL {
        common.extend(["--opt-level", "0"].map(str::to_owned));
    }
    if case.level == PARALLEL {
        common.extend(["--threads", "2"].map(str::to_owned));
    }
    if case.level == LAUNCHES {
        common.extend(["--target", "gpu-host"].map(str::to_owned));
    }

    let mut worst: f64 = 0.0;
    // What is zero but for rounding is measured by the largest of the same kind.
    let largest = |files: Vec<&String>| -> Result<f64, String> {
        files.into_iter().try_fold(0.0, |most: f64, file| Ok(most.max(largest(&read(&case.folder.join(file))?.1))))
    };
    let gradients =
        largest(meta.args.iter().filter(|argument| argument.diff).flat_map(|argument| &argument.grad).collect())?;
    let outputs = largest(meta.results.iter().map(|output| &output.file).collect())?;
    let output_tangents = largest(meta.results.iter().map(|output| &output.jvp).collect())?;
    let mut compare = |what: String, expected: &str, got: PathBuf, largest: f64| -> Result<(), String> {
        let error = relative_error(&case.folder.join(expected), &got, largest, meta.tol)?;
        if error.is_nan() || error > meta.tol {
            return Err(format!("{what}: relative error {error:.1e}, tolerance {:.1e}", meta.tol));
        }
        worst = worst.max(error);
        Ok(())
    };

    let saved = run(case, "vjp", &common, &seeds)?;
    for (index, argument) in meta.args.iter().enumerate() {
        if let Some(grad) = argument.grad.as_ref().filter(|_| argument.diff) {
            compare(
                format!("gradient of argument #{index}"),
                grad,
                saved.path().join(format!("grad-arg-{index}.npy")),
                gradients,
            )?;
        }
    }
    for (index, output) in meta.results.iter().enumerate() {
        compare(format!("output #{index}"), &output.file, saved.path().join(saved_as(index)), outputs)?;
    }
    let saved = run(case, "jvp", &common, &tangents)?;
    for (index, output) in meta.results.iter().enumerate() {
        compare(
            format!("tangent of output #{index}"),
            &output.jvp,
            saved.path().join(format!("tangent-{}", saved_as(index))),
            output_tangents,
        )?;
    }
    run(case, "check", &common, &[])?;
    Ok(format!(" ({worst:.1e})"))
}

/// Launches a kernel on the host, and compares what it leaves behind, its gradient and its tangents; races are an error.
fn check_kernel(case: &Case, meta: &str) -> Result<String, String> {
    let meta: KernelMeta = serde_json::from_str(meta).map_err(|error| format!("meta.json: {error}"))?;
    let source = fs::read_to_string(case.folder.join("gpu.mlir")).map_err(|error| error.to_string())?;
    let symbol = |op: &str| {
        let name = source.split_once(&format!("{op} @")).map(|(_, rest)| rest);
        let end = |char: char| !char.is_alphanumeric() && char != '_';
        name.and_then(|rest| rest.split(end).next()).ok_or_else(|| format!("there is no '{op}'"))
    };
    // Where the sizes are free, one block has more threads than the kernels need.
    let sizes = |name: &str, free: &str| match meta.launch.get(name) {
        None => free.to_owned(),
        Some(serde_json::Value::Array(sizes)) => sizes.iter().map(ToString::to_string).collect::<Vec<_>>().join("x"),
        Some(size) => size.to_string(),
    };
    let mut common = vec!["--entry".to_owned(), format!("{}::{}", symbol("gpu.module")?, symbol("gpu.func")?)];
    common.extend(["--grid".to_owned(), sizes("grid", "1"), "--block".to_owned(), sizes("block", "64")]);
    common.extend(["--target", "gpu-host", "--check-races"].map(str::to_owned));
    for argument in &meta.args {
        let text = match (&argument.file, &argument.value) {
            (Some(file), _) => format!("@{}", case.folder.join(file).display()),
            (None, Some(value)) => value.to_string(),
            (None, None) => return Err(format!("argument '{}' has no value", argument.name)),
        };
        common.extend(["--arg".to_owned(), text]);
    }
    let (mut seeds, mut tangents) = (vec![], vec![]);
    for (index, argument) in meta.args.iter().enumerate() {
        let file = |name: &str| format!("{index}=@{}", case.folder.join(name).display());
        seeds.extend(argument.cotangent.iter().flat_map(|name| ["--seed-arg".to_owned(), file(name)]));
        tangents.extend(argument.tangent.iter().flat_map(|name| ["--tangent".to_owned(), file(name)]));
    }
    type Wanted = fn(&KernelArgument) -> &Option<String>;
    let modes: [(&str, &[String], &str, Wanted); 3] = [
        ("run", &[], "arg", |argument| &argument.out),
        ("vjp", &seeds, "grad-arg", |argument| &argument.grad),
        ("jvp", &tangents, "tangent-arg", |argument| &argument.jvp),
    ];
    let mut worst: f64 = 0.0;
    for (mode, more, kind, wanted) in modes {
        let saved = run(case, mode, &common, more)?;
        for (index, argument) in meta.args.iter().enumerate() {
            let Some(expected) = wanted(argument) else { continue };
            let got = saved.path().join(format!("{kind}-{index}.npy"));
            let error = relative_error(&case.folder.join(expected), &got, 0.0, meta.tol)?;
            if error.is_nan() || error > meta.tol {
                let name = &argument.name;
                return Err(format!("{mode}, '{name}': relative error {error:.1e}, tolerance {:.1e}", meta.tol));
            }
            worst = worst.max(error);
        }
    }
    run(case, "check", &common, &[])?;
    Ok(format!(" ({worst:.1e})"))
}

/// Differentiates the gradient, in one direction; nothing is compared with stored numbers.
fn check_second(case: &Case, meta: &Meta) -> Result<String, String> {
    let file = |name: &str| format!("@{}", case.folder.join(name).display());
    let (mut wrapped, mut activities, mut arguments) = (vec![], vec![], vec![]);
    for argument in &meta.args {
        wrapped.push(if argument.diff { "dup" } else { "const" });
        activities.push(if argument.diff { "dup" } else { "const" });
        arguments.push(file(&argument.file));
        if argument.diff {
            activities.push("dup");
            arguments.push(zeros(&argument.shape));
        }
    }
    for output in &meta.results {
        wrapped.push("dup");
        activities.extend(["dup", "dup"]);
        arguments.extend([zeros(&output.shape), file(&output.cotangent)]);
    }
    let directory = tempfile::tempdir().map_err(|error| error.to_string())?;
    let gradient = directory.path().join("gradient.mlir");
    let options = format!("function={} mode=vjp args={} name=gradient", meta.function, wrapped.join(","));
    let mut wrap = Command::new(env!("CARGO_BIN_EXE_autodiff-opt"));
    wrap.arg(case.folder.join(format!("{FULL}.mlir"))).arg(format!("--autodiff-wrap={options}"));
    succeed(wrap.arg("-o").arg(&gradient))?;
    let mut check = Command::new(env!("CARGO_BIN_EXE_autodiff-run"));
    check.arg(gradient).args(["--entry", "gradient", "--mode", "check", "--opt-level", "0", "--directions", "1"]);
    check.arg("--activity").arg(activities.join(","));
    for argument in arguments {
        check.args(["--arg", &argument]);
    }
    succeed(&mut check)?;
    Ok(String::new())
}

fn zeros(shape: &[usize]) -> String {
    let sizes: Vec<_> = shape.iter().map(usize::to_string).collect();
    format!("zeros:{}", sizes.join("x"))
}

fn succeed(command: &mut Command) -> Result<(), String> {
    let output = command.output().map_err(|error| error.to_string())?;
    if output.status.success() {
        return Ok(());
    }
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    Err(format!("{}\n{out}{}", output.status, err.chars().take(4000).collect::<String>()))
}

/// Runs one mode, and returns the folder with what it saved.
fn run(case: &Case, mode: &str, common: &[String], more: &[String]) -> Result<tempfile::TempDir, String> {
    let directory = tempfile::tempdir().map_err(|error| error.to_string())?;
    let mut command = Command::new(env!("CARGO_BIN_EXE_autodiff-run"));
    command.arg(case.folder.join(format!("{}.mlir", case.level))).args(common).args(more);
    command.args(["--mode", mode, "--save"]).arg(directory.path());
    succeed(&mut command).map_err(|message| format!("--mode {mode}: {message}"))?;
    Ok(directory)
}

/// How many units of rounding a sum may be off, if it is zero in exact arithmetic.
const ROUNDINGS: f64 = 64.0;

/// max |expected - got| / max |expected|, or the absolute error where all that is expected is zero. Rounding of numbers
/// of the size `largest`, of which the array may be a difference, is below `tolerance`.
fn relative_error(expected: &Path, got: &Path, largest_of_all: f64, tolerance: f64) -> Result<f64, String> {
    let epsilon = rounding(expected)?;
    let (expected, got) = (read(expected)?, read(got)?);
    if expected.0 != got.0 {
        return Err(format!("expected shape {:?}, got {:?}", expected.0, got.0));
    }
    let scale = largest(&expected.1).max(ROUNDINGS * epsilon * largest_of_all / tolerance);
    let mut error: f64 = 0.0;
    for (a, b) in expected.1.iter().zip(&got.1) {
        let difference = (a - b).abs();
        // Not-a-number must not get lost in a maximum.
        if difference.is_nan() {
            return Ok(f64::NAN);
        }
        error = error.max(difference);
    }
    Ok(if scale > 0.0 { error / scale } else { error })
}

fn largest(values: &[f64]) -> f64 {
    values.iter().fold(0.0, |most, value| most.max(value.abs()))
}

/// The rounding unit of the numbers of a file.
fn rounding(path: &Path) -> Result<f64, String> {
    let bytes = fs::read(path).map_err(|error| format!("'{}': {error}", path.display()))?;
    let header = String::from_utf8_lossy(&bytes[..bytes.len().min(256)]).into_owned();
    let is_single = ["<f4", "<c8"].iter().any(|dtype| header.contains(dtype));
    Ok(if is_single { f64::from(f32::EPSILON) } else { f64::EPSILON })
}

/// Shape and elements of a file of numbers; complex ones are two, in a dimension of their own.
fn read(path: &Path) -> Result<(Vec<u64>, Vec<f64>), String> {
    let place = |error: &dyn std::fmt::Display| format!("'{}': {error}", path.display());
    let bytes = fs::read(path).map_err(|error| place(&error))?;
    let file = npyz::NpyFile::new(&bytes[..]).map_err(|error| place(&error))?;
    let mut shape = file.shape().to_vec();
    let descr = file.dtype().descr();
    let complex = [("<c8", 4), ("<c16", 8)].into_iter().find(|(dtype, _)| *dtype == descr.trim_matches('\''));
    if let Some((_, size)) = complex {
        if file.order() == npyz::Order::Fortran {
            return Err(place(&"complex numbers with the first index first are not read"));
        }
        shape.push(2);
        let count = shape.iter().product::<u64>() as usize * size;
        let data =
            bytes.len().checked_sub(count).map(|start| &bytes[start..]).ok_or_else(|| place(&"it ends early"))?;
        let values = data.chunks_exact(size).map(|chunk| match chunk {
            [a, b, c, d] => f64::from(f32::from_le_bytes([*a, *b, *c, *d])),
            _ => f64::from_le_bytes(chunk.try_into().unwrap_or_default()),
        });
        return Ok((shape, values.collect()));
    }
    let columns_first = file.order() == npyz::Order::Fortran;
    let values = match file.dtype().descr().trim_matches('\'') {
        "<f4" => file.into_vec::<f32>().map(|values| values.into_iter().map(f64::from).collect()),
        _ => file.into_vec::<f64>(),
    };
    let values = values.map_err(|error| place(&error))?;
    Ok((shape.clone(), if columns_first { rows_first(&shape, &values) } else { values }))
}

/// Brings elements whose first index counts fastest into the order where the last one does.
fn rows_first(shape: &[u64], values: &[f64]) -> Vec<f64> {
    (0..values.len() as u64)
        .map(|mut position| {
            let mut place = 0;
            let mut stride = values.len() as u64;
            for size in shape.iter().rev() {
                stride /= size;
                place += position % size * stride;
                position /= size;
            }
            values[place as usize]
        })
        .collect()
}
