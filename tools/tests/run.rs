//! `autodiff-run` as people and scripts use it: exit codes, output, files.

use std::{
    fs,
    io::Write,
    path::Path,
    process::{Command, Output, Stdio},
};

const PROGRAM: &str = r#"
func.func @tanh(%x: f64) -> f64 {
  %y = math.tanh %x : f64
  return %y : f64
}
func.func @scale(%a: f32, %x: memref<?xf32>, %y: memref<4xf32>) -> (f32, memref<?xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  %m = memref.alloc(%c4) : memref<?xf32>
  scf.for %i = %c0 to %c4 step %c1 {
    %u = memref.load %x[%i] : memref<?xf32>
    %w = arith.mulf %a, %u : f32
    memref.store %w, %y[%i] : memref<4xf32>
    memref.store %w, %m[%i] : memref<?xf32>
  }
  return %a, %m : f32, memref<?xf32>
}
func.func @mixed(%v: vector<2x4xf16>, %c: complex<f32>, %i: index, %b: i1, %z: bf16, %n: i8)
    -> (vector<2x4xf16>, complex<f32>, index, i1, bf16, i8) {
  %w = arith.addf %v, %v : vector<2x4xf16>
  %d = complex.mul %c, %c : complex<f32>
  %e = arith.addf %z, %z : bf16
  return %w, %d, %i, %b, %e, %n : vector<2x4xf16>, complex<f32>, index, i1, bf16, i8
}
func.func @double(%x: tensor<?xf64>) -> tensor<?xf64> {
  %y = arith.addf %x, %x : tensor<?xf64>
  return %y : tensor<?xf64>
}
func.func @insert(%x: tensor<4xf64>, %v: f64) -> tensor<4xf64> {
  %c1 = arith.constant 1 : index
  %y = tensor.insert %v into %x[%c1] : tensor<4xf64>
  return %y : tensor<4xf64>
}
func.func @id(%x: memref<4xf64>) -> memref<4xf64> {
  return %x : memref<4xf64>
}
func.func @ints(%x: memref<64xi32>) { return }
func.func @rank0(%x: memref<f64>) -> f64 {
  %y = memref.load %x[] : memref<f64>
  return %y : f64
}
func.func private @external(f64) -> f64
func.func @calls(%x: f64) -> f64 {
  %y = func.call @external(%x) : (f64) -> f64
  return %y : f64
}
func.func @narrow(%x: f8E5M2) { return }
func.func @strided(%x: memref<4xf64, strided<[2]>>) { return }
func.func @square_int(%n: i32, %x: f64) -> f64 { return %x : f64 }
func.func @divide(%n: i32) -> i32 {
  %c7 = arith.constant 7 : i32
  %x = arith.divsi %c7, %n : i32
  return %x : i32
}
func.func @assert(%x: i1) {
  cf.assert %x, "not so"
  return
}
"#;

struct Run {
    directory: tempfile::TempDir,
}

impl Run {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        fs::write(directory.path().join("m.mlir"), PROGRAM).unwrap();
        Self { directory }
    }

    fn path(&self) -> &Path {
        self.directory.path()
    }

    fn run(&self, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_autodiff-run")).args(arguments).current_dir(self.path()).output().unwrap()
    }

    /// Runs `m.mlir --entry ...` and expects success; returns standard output.
    fn ok(&self, line: &str) -> String {
        let arguments: Vec<_> = ["m.mlir", "--entry"].into_iter().chain(line.split_whitespace()).collect();
        let output = self.run(&arguments);
        assert_eq!(output.status.code(), Some(0), "{line}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    fn json(&self, line: &str) -> serde_json::Value {
        serde_json::from_str(&self.ok(&format!("{line} --json"))).unwrap()
    }

    /// Expects exit code 2 and a message that holds all of the words.
    fn bad(&self, line: &str, words: &[&str]) {
        let arguments: Vec<_> = ["m.mlir", "--entry"].into_iter().chain(line.split_whitespace()).collect();
        let output = self.run(&arguments);
        expect_bad(line, &output, words);
    }
}

fn expect_bad(line: &str, output: &Output, words: &[&str]) {
    let text = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{line}: {text}");
    for word in words {
        assert!(text.contains(word), "{line}: '{word}' is not in: {text}");
    }
    assert!(!text.contains("panicked"), "{line}: {text}");
}

/// A `.npy` file with the given header fields.
fn npy(dtype: &str, order: &str, shape: &str, data: &[u8]) -> Vec<u8> {
    let header = format!("{{'descr': '{dtype}', 'fortran_order': {order}, 'shape': {shape}, }}\n");
    let mut file = b"\x93NUMPY\x01\x00".to_vec();
    file.extend((header.len() as u16).to_le_bytes());
    file.extend(header.as_bytes());
    file.extend(data);
    file
}

fn bytes(numbers: &[f32]) -> Vec<u8> {
    numbers.iter().flat_map(|number| number.to_le_bytes()).collect()
}

fn values(item: &serde_json::Value) -> Vec<f64> {
    item["values"].as_array().unwrap().iter().map(|value| value.as_f64().unwrap()).collect()
}

#[test]
fn scalar() {
    let run = Run::new();
    let json = run.json("tanh --arg -0.7");
    assert_eq!(values(&json["results"][0]), [(-0.7f64).tanh()]);
    assert!(json["seconds"]["compile"].as_f64().unwrap() > 0.0);
    assert!(json["peak_bytes"].as_u64().unwrap() > 0);
    assert!(json["errors"].is_null());
    assert!(run.ok("tanh --arg 0.7").contains("0.60436777"));
}

#[test]
fn standard_input() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_autodiff-run"))
        .args(["-", "--entry", "tanh", "--arg", "0"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(PROGRAM.as_bytes()).unwrap();
    assert!(child.wait_with_output().unwrap().status.success());
}

#[test]
fn buffers_and_files() {
    let run = Run::new();
    let input = [1.0, 2.0, 3.0, 4.0];
    fs::write(run.path().join("x.npy"), npy("<f4", "False", "(4,)", &bytes(&input))).unwrap();
    run.ok("scale --arg 2 --arg @x.npy --arg zeros:4 --save out/deep");
    let out = run.path().join("out/deep");
    let scaled = bytes(&[2.0, 4.0, 6.0, 8.0]);
    for (name, expected) in [("result-1", &scaled), ("arg-2", &scaled), ("arg-1", &bytes(&input))] {
        let file = fs::read(out.join(format!("{name}.npy"))).unwrap();
        assert_eq!(file[file.len() - 16..], expected[..], "{name}");
        assert_eq!((file.len() - 16) % 64, 0);
    }
    let mut names: Vec<_> = fs::read_dir(out).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["arg-1.npy", "arg-2.npy", "result-0.npy", "result-1.npy"]);
}

#[test]
fn column_major_file() {
    let run = Run::new();
    let half = |number: f32| half_bits(number).to_le_bytes();
    let data: Vec<u8> = [0.0, 4.0, 1.0, 5.0, 2.0, 6.0, 3.0, 7.0].into_iter().flat_map(half).collect();
    fs::write(run.path().join("v.npy"), npy("<f2", "True", "(2, 4)", &data)).unwrap();
    let json = run.json("mixed --arg @v.npy --arg 1+2j --arg -3 --arg true --arg 1.5 --arg -4");
    assert_eq!(values(&json["results"][0]), [0.0, 2.0, 4.0, 6.0, 8.0, 10.0, 12.0, 14.0]);
    assert_eq!(json["results"][1]["values"], serde_json::json!([[-3.0, 4.0]]));
    assert_eq!(values(&json["results"][2]), [-3.0]);
    assert_eq!(values(&json["results"][3]), [1.0]);
    assert_eq!(values(&json["results"][4]), [3.0]);
    assert_eq!(values(&json["results"][5]), [-4.0]);
}

/// The bits of a small non-negative integer as a half.
fn half_bits(number: f32) -> u16 {
    if number == 0.0 { 0 } else { ((number.to_bits() >> 13) - (112 << 10)) as u16 }
}

#[test]
fn random_numbers() {
    let run = Run::new();
    let json = run.json("id --arg rand:4:0");
    // The first outputs of splitmix64 with seed 0, from its reference implementation.
    let bits = [0xE220A8397B1DCDAFu64, 0x6E789E6AA1B965F4, 0x06C45D188009454F, 0xF88BB8A8724C81EC];
    let expected = bits.map(|bits| 2.0 * ((bits >> 11) as f64 / 2f64.powi(53)) - 1.0);
    assert_eq!(values(&json["results"][0]), expected);
    let json = run.json("ints --arg rand:64:5");
    assert!(values(&json["args"][0]).iter().all(|value| (0.0..8.0).contains(value)));
}

#[test]
fn tensors_are_never_written() {
    let run = Run::new();
    let json = run.json("double --arg rand:3:1");
    let (x, y) = (values(&json["args"][0]), values(&json["results"][0]));
    assert_eq!(y, x.iter().map(|x| 2.0 * x).collect::<Vec<_>>());
    let json = run.json("insert --arg zeros:4 --arg 5");
    assert_eq!(values(&json["args"][0]), [0.0; 4]);
    assert_eq!(values(&json["results"][0]), [0.0, 5.0, 0.0, 0.0]);
}

#[test]
fn rank_zero() {
    let run = Run::new();
    assert_eq!(values(&run.json("rank0 --arg 2.5")["results"][0]), [2.5]);
    assert_eq!(values(&run.json("rank0 --arg zeros:")["results"][0]), [0.0]);
}

#[test]
fn repeats_and_threads() {
    Run::new().ok("tanh --arg 1 --repeat 5 --threads 2 --opt-level 0");
}

#[test]
fn bad_values() {
    let run = Run::new();
    run.bad("tanh", &["--arg", "takes 1 argument", "got 0"]);
    run.bad("tanh --arg x", &["--arg x", "expected a number"]);
    run.bad("tanh --arg zeros:4", &["--arg zeros:4", "expected a number for 'f64', got an array of 4"]);
    run.bad("tanh --arg @none.npy", &["--arg @none.npy", "cannot open"]);
    run.bad("id --arg 1", &["--arg 1", "expected an array of 4"]);
    run.bad("id --arg zeros:5", &["expected 4 for 'memref<4xf64>', got 5"]);
    run.bad("id --arg zeros:4x", &["expected sizes"]);
    run.bad("id --arg rand:4", &["expected 'rand:SHAPE:SEED'"]);
    run.bad("id --arg rand:4:-1", &["expected a non-negative integer as the seed"]);
    run.bad("double --arg zeros:99999999999999999999", &["expected sizes"]);
    run.bad("double --arg zeros:9999999999999999999", &["does not fit in memory"]);
    run.bad("divide --arg 1.5", &["expected an integer"]);
    run.bad("divide --arg 5000000000", &["an integer of 32 bits"]);
}

#[test]
fn bad_files() {
    let run = Run::new();
    let write = |data: &[u8]| fs::write(run.path().join("x.npy"), data).unwrap();
    let full = npy("<f8", "False", "(4,)", &[0; 32]);
    for length in 0..full.len() {
        write(&full[..length]);
        run.bad("id --arg @x.npy", &["--arg @x.npy", "not a valid .npy file"]);
    }
    write(&npy("<i8", "False", "(4,)", &[0; 32]));
    run.bad("id --arg @x.npy", &["dtype '<i8', expected '<f8'"]);
    write(&npy(">f8", "False", "(4,)", &[0; 32]));
    run.bad("id --arg @x.npy", &["dtype '>f8', expected '<f8'"]);
    write(&npy("<f8", "False", "(2, 2)", &[0; 32]));
    run.bad("id --arg @x.npy", &["expected 4 for 'memref<4xf64>', got 2x2"]);
    write(&npy("<f8", "False", "(4611686018427387904, 4)", &[0; 32]));
    run.bad("id --arg @x.npy", &["not a valid .npy file"]);
    run.bad("id --arg @.", &["is not a file"]);
}

#[test]
fn bad_programs() {
    let run = Run::new();
    run.bad("nothing --arg 1", &["--entry", "no function '@nothing'", "'@tanh'"]);
    run.bad("external --arg 1", &["m.mlir:", "function '@external' has no body"]);
    run.bad("calls --arg 1", &["external", "cannot be linked"]);
    run.bad("narrow --arg 1", &["m.mlir:", "argument #0 of '@narrow'", "unsupported type"]);
    run.bad("strided --arg 1", &["identity layout"]);
    expect_bad("missing", &run.run(&["none.mlir", "--entry", "f"]), &["cannot open 'none.mlir'"]);
    expect_bad("directory", &run.run(&[".", "--entry", "f"]), &["is a directory"]);
    fs::write(run.path().join("bad.mlir"), "func.func @f() {\n  %x = arith.nothing\n}").unwrap();
    expect_bad("unparsable", &run.run(&["bad.mlir", "--entry", "f"]), &["bad.mlir:2:", "error:"]);
    fs::write(run.path().join("bad.mlir"), [0xff, 0xfe, 0, 1]).unwrap();
    expect_bad("binary", &run.run(&["bad.mlir", "--entry", "f"]), &["bad.mlir:", "error:"]);
}

#[test]
fn bad_flags() {
    let run = Run::new();
    run.bad("tanh --arg 1 --nonsense", &["--nonsense"]);
    run.bad("tanh --arg 1 --mode sideways", &["sideways", "vjp"]);
    run.bad("tanh --arg 1 --seed 1", &["--seed", "no meaning in mode 'run'"]);
    run.bad("tanh --arg 1 --repeat 0", &["--repeat"]);
    run.bad("tanh --arg 1 --mode vjp --activity active,const", &["--activity", "expected 1 activity", "got 2"]);
    run.bad("tanh --arg 1 --mode vjp --activity alive", &["--activity", "unknown activity 'alive'"]);
    run.bad("tanh --arg 1 --mode vjp --activity dup", &["m.mlir:", "cannot be 'dup'"]);
    run.bad("tanh --arg 1 --mode vjp --seed 1 --seed 2", &["--seed", "1 active result", "got 2"]);
    run.bad("tanh --arg 1 --mode vjp --seed-arg 0=1", &["--seed-arg 0=1", "no shadow"]);
    run.bad("tanh --arg 1 --mode jvp --tangent 3=1", &["--tangent 3=1", "has 1 argument"]);
    let scale = "scale --arg 3 --arg rand:4:1 --arg zeros:4 --mode";
    let sizes = "expected 4 for 'memref<?xf32>', got 5";
    run.bad(&format!("{scale} vjp --seed-arg 1=rand:5:1"), &["--seed-arg 1=rand:5:1", sizes]);
    run.bad(&format!("{scale} jvp --tangent 1=zeros:5"), &["--tangent 1=zeros:5", sizes]);
    run.bad("tanh --arg 1 --mode jvp --tangent 1", &["--tangent 1", "expected 'I=V'"]);
    run.bad("tanh --arg 1 --mode vjp --rules none.rules", &["--rules", "none.rules"]);
    run.bad(
        "square_int --arg 1 --arg 2 --mode vjp --activity active,const",
        &["integers and indices have no derivative"],
    );
    run.bad("ints --arg zeros:64 --mode check", &["nothing to check"]);
}

#[test]
fn failures_at_run_time() {
    let run = Run::new();
    run.bad("divide --arg 0 --opt-level 0", &["divided an integer by zero"]);
    run.bad("assert --arg false", &["assertion"]);
}

#[test]
fn help_and_version() {
    let run = Run::new();
    let help = run.run(&["--help"]);
    assert_eq!(help.status.code(), Some(0));
    let help = String::from_utf8(help.stdout).unwrap();
    for word in ["Examples:", "Exit codes:", "--seed-arg", "Differentiation:", "splitmix64"] {
        assert!(help.contains(word), "{word}");
    }
    assert_eq!(run.run(&["--version"]).status.code(), Some(0));
}

#[test]
fn scalar_derivatives() {
    let run = Run::new();
    let slope = 1.0 - 0.7f64.tanh().powi(2);
    let close = |item: &serde_json::Value, expected: f64| assert!((values(item)[0] - expected).abs() < 1e-15);
    close(&run.json("tanh --arg 0.7 --mode vjp")["gradients"][0], slope);
    close(&run.json("tanh --arg 0.7 --mode vjp --seed -2")["gradients"][0], -2.0 * slope);
    close(&run.json("tanh --arg 0.7 --mode jvp")["tangents"][0], slope);
    close(&run.json("tanh --arg 0.7 --mode jvp --tangent 0=3")["tangents"][0], 3.0 * slope);
    assert_eq!(run.json("tanh --arg 0.7 --mode vjp --activity const")["gradients"], serde_json::json!([]));
}

#[test]
fn check_passes_and_fails() {
    let run = Run::new();
    let json = run.json("tanh --arg 0.7 --mode check");
    assert_eq!(json["errors"]["passed"], true);
    assert!(json["errors"]["identity"].as_f64().unwrap() < 1e-14);
    // No difference quotient is exact.
    let output = run.run(&["m.mlir", "--entry", "tanh", "--arg", "0.7", "--mode", "check", "--tolerance", "1e-30"]);
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(String::from_utf8_lossy(&output.stdout).contains("failed"));
}

#[test]
fn buffer_derivatives() {
    let run = Run::new();
    let line = "scale --arg 3 --arg rand:4:1 --arg zeros:4 --mode";
    let json = run.json(&format!("{line} vjp --seed 0 --seed zeros:4 --seed-arg 2=rand:4:2 --save out"));
    let shadow = values(&json["gradients"][2]);
    assert_eq!(shadow, [0.0; 4]);
    for name in ["grad-arg-0", "grad-arg-1", "grad-arg-2", "arg-2", "result-1"] {
        assert!(run.path().join(format!("out/{name}.npy")).exists(), "{name}");
    }
    assert_eq!(run.json(&format!("{line} check"))["errors"]["passed"], true);
    run.ok(&format!("{line} jvp --save tangents"));
    for name in ["tangent-result-0", "tangent-result-1", "tangent-arg-2"] {
        assert!(run.path().join(format!("tangents/{name}.npy")).exists(), "{name}");
    }
}

/// Without a driver for CUDA the tool says so, as a failure of the device.
#[test]
fn no_device() {
    let run = Run::new();
    let arguments = ["m.mlir", "--entry", "tanh", "--arg", "1", "--target", "cuda"];
    let output = run.run(&arguments);
    if output.status.success() {
        eprintln!("skipped: there is a CUDA device");
        return;
    }
    let message = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(3), "{message}");
    assert!(message.contains("--target: there is no CUDA device: "), "{message}");
    assert!(message.contains("--target gpu-host"), "{message}");
    let output = run.run(&[&arguments[..], &["--threads", "2"]].concat());
    assert_eq!(output.status.code(), Some(2));
}
