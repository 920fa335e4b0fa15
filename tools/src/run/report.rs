//! What a run has found: as a table, as JSON, and as files.

use super::{
    array::{Array, shape_text},
    check::{Count, Errors},
    failure::{Failure, Result},
    npy,
    options::{Mode, Options},
    program::Call,
    request::Role,
    slot::Kind,
    source::Entry,
};
use crate::console::print;
use autodiff_runtime::Counters;
use serde_json::{Map, Value, json};
use std::{fs, path::PathBuf};

/// Arrays up to this many elements are printed in full.
const FULL: usize = 8;

/// Arrays up to this many elements are in the JSON object in full.
const FULL_JSON: usize = 1024;

/// One array that a run has made.
struct Item {
    /// The name of its file, without `.npy`.
    name: String,
    /// Its place in the JSON object.
    list: &'static str,
    index: usize,
    /// The direction, if it is a derivative.
    lane: usize,
    ty: String,
    array: Array,
}

/// All that a run has found.
pub struct Report {
    mode: Mode,
    /// The number of directions.
    width: u64,
    entry: String,
    directory: Option<PathBuf>,
    items: Vec<Item>,
    pub errors: Option<Errors>,
    pub compile_seconds: f64,
    pub primal_seconds: f64,
    pub gradient_seconds: Option<f64>,
    /// Heap that the derivative has used at once, beyond that of the primal.
    pub cache_bytes: usize,
    /// The largest resident size of the process.
    pub peak_bytes: u64,
    /// Whether kernels have counted more than their atomic updates.
    count: bool,
    /// What the kernels of the primal have done on the host.
    pub primal_kernels: Vec<(String, Counters)>,
    /// What those of the derivative have done.
    pub gradient_kernels: Vec<(String, Counters)>,
}

impl Report {
    /// An empty report.
    pub fn new(options: &Options, entry: &Entry, compile_seconds: f64) -> Self {
        Self {
            mode: options.mode,
            width: options.width,
            entry: entry.name.clone(),
            directory: options.save.clone(),
            items: vec![],
            errors: None,
            compile_seconds,
            primal_seconds: 0.0,
            gradient_seconds: None,
            cache_bytes: 0,
            peak_bytes: 0,
            count: options.count,
            primal_kernels: vec![],
            gradient_kernels: vec![],
        }
    }

    /// Takes what is worth telling from a call.
    pub fn collect(&mut self, entry: &Entry, call: Call) {
        let forward = self.mode == Mode::Jvp;
        for (role, array) in call.results {
            let (name, list, index, lane) = match role {
                Role::Primal(index) => (format!("result-{index}"), "results", index, 0),
                Role::Tangent(index, lane) => (format!("tangent-result-{index}"), "tangents", index, lane),
                Role::Gradient(index, lane) => (format!("grad-arg-{index}"), "gradients", index, lane),
                Role::Shadow(..) | Role::Seed(..) => continue,
            };
            let ty = match role {
                Role::Gradient(..) => entry.parameters[index].ty.clone(),
                _ => entry.results[index].ty.clone(),
            };
            self.items.push(Item { name: name + &self.suffix(role, lane), list, index, lane, ty, array });
        }
        for (role, array) in call.operands {
            let (name, list, index, lane) = match role {
                Role::Primal(index) if entry.parameters[index].kind == Kind::Memref => {
                    (format!("arg-{index}"), "args", index, 0)
                }
                Role::Shadow(index, lane) if !forward => (format!("grad-arg-{index}"), "gradients", index, lane),
                Role::Shadow(index, lane) if entry.parameters[index].kind == Kind::Memref => {
                    (format!("tangent-arg-{index}"), "arg_tangents", index, lane)
                }
                _ => continue,
            };
            let (name, ty) = (name + &self.suffix(role, lane), entry.parameters[index].ty.clone());
            self.items.push(Item { name, list, index, lane, ty, array });
        }
        self.items.sort_by_key(|item| {
            (
                ["results", "args", "tangents", "arg_tangents", "gradients"].iter().position(|list| *list == item.list),
                item.index,
                item.lane,
            )
        });
    }

    /// What the name of a derivative ends in if there are several directions.
    fn suffix(&self, role: Role, lane: usize) -> String {
        if self.width == 1 || matches!(role, Role::Primal(_)) { String::new() } else { format!("-{lane}") }
    }

    /// Whether the check, if there was one, has passed.
    pub fn passed(&self) -> bool {
        self.errors.is_none_or(|errors| errors.passed())
    }

    /// Writes the arrays into the directory of `--save`.
    ///
    /// # Errors
    ///
    /// If a file cannot be written.
    pub fn save(&self) -> Result<()> {
        let Some(directory) = &self.directory else { return Ok(()) };
        let is_new = !directory.exists();
        fs::create_dir_all(directory)
            .map_err(|error| Failure::input(format!("--save: cannot create '{}': {error}", directory.display())))?;
        let arrays: Vec<_> = self.items.iter().map(|item| (item.name.as_str(), &item.array)).collect();
        npy::write_all(directory, &arrays).map_err(|why| {
            if is_new {
                // Only an empty folder can be removed so, and a second failure matters to nothing.
                let _ = fs::remove_dir(directory);
            }
            Failure::input(why).at("--save")
        })
    }

    /// Prints to standard output.
    ///
    /// # Errors
    ///
    /// If nothing can read it; a reader that has gone away is no failure.
    pub fn print(&self, as_json: bool) -> Result<()> {
        let text = if as_json { format!("{}\n", self.json()) } else { self.table() };
        print(text).map_err(|error| Failure::input(format!("cannot write to standard output: {error}")))
    }

    fn json(&self) -> Value {
        let mut object = Map::new();
        object.insert("entry".into(), json!(self.entry));
        object.insert("mode".into(), json!(self.mode.word()));
        for list in ["results", "args", "tangents", "arg_tangents", "gradients"] {
            let items = self.items.iter().filter(|item| item.list == list).map(Item::json).collect();
            object.insert(list.into(), Value::Array(items));
        }
        let errors = self.errors.map(|errors| {
            json!({
                "primal": number(errors.primal),
                "jvp": number(errors.jvp),
                "vjp": number(errors.vjp),
                "identity": number(errors.identity),
                "entry": number(errors.entry),
                "directions": { "trusted": errors.directions.trusted, "untrusted": errors.directions.untrusted },
                "entries": { "trusted": errors.entries.trusted, "untrusted": errors.entries.untrusted },
                "tolerance": number(errors.limits.difference),
                "identity_tolerance": number(errors.limits.exact),
                "passed": errors.passed(),
            })
        });
        object.insert("errors".into(), errors.unwrap_or(Value::Null));
        object.insert(
            "seconds".into(),
            json!({ "compile": self.compile_seconds, "primal": self.primal_seconds, "gradient": self.gradient_seconds }),
        );
        object.insert("cache_bytes".into(), json!(self.cache_bytes));
        object.insert("peak_bytes".into(), json!(self.peak_bytes));
        let kernels =
            [("primal", &self.primal_kernels), ("gradient", &self.gradient_kernels)].map(|(name, kernels)| {
                (name.to_owned(), kernels.iter().map(|kernel| kernel_json(kernel, self.count)).collect())
            });
        object.insert("kernels".into(), Value::Object(kernels.into_iter().collect()));
        Value::Object(object)
    }

    fn table(&self) -> String {
        let mut rows: Vec<(String, String, String)> =
            self.items.iter().map(|item| (item.name.clone(), item.ty.clone(), summary(&item.array))).collect();
        if let Some(errors) = self.errors {
            let row = |name: &str, error: f64, limit: f64| {
                let verdict = if error <= limit { "ok" } else { "failed" };
                (format!("error {name}"), verdict.to_owned(), format!("{error:.1e}, tolerance {limit:.1e}"))
            };
            let by_differences = |name: &str, error: f64, count: Count| match count.trusted {
                0 => (format!("error {name}"), "unknown".to_owned(), "nothing to compare with".to_owned()),
                _ => row(name, error, errors.limits.difference),
            };
            rows.push(row("primal", errors.primal, errors.limits.exact));
            rows.push(by_differences("jvp", errors.jvp, errors.directions));
            rows.push(by_differences("vjp", errors.vjp, errors.directions));
            rows.push(row("identity", errors.identity, errors.limits.exact));
            rows.push(by_differences("entry", errors.entry, errors.entries));
            let (directions, entries) = (errors.directions, errors.entries);
            let of = |count: Count| count.trusted + count.untrusted;
            rows.push((
                "compared".into(),
                String::new(),
                format!("directions {}, entries of gradients {}", directions.trusted, entries.trusted),
            ));
            if directions.untrusted + entries.untrusted > 0 {
                rows.push((
                    "differences".into(),
                    "not trusted".into(),
                    format!(
                        "{} of {} directions, {} of {} entries: a kink, a jump, or a count that changes",
                        directions.untrusted,
                        of(directions),
                        entries.untrusted,
                        of(entries)
                    ),
                ));
            }
        }
        let gradient =
            self.gradient_seconds.map(|seconds| format!(", derivative {}", time(seconds))).unwrap_or_default();
        for (call, kernels) in [("primal", &self.primal_kernels), ("derivative", &self.gradient_kernels)] {
            rows.extend(kernels.iter().map(|(name, counters)| {
                let Counters { launches, threads, atomics, loads, stores, flops, nanoseconds } = counters;
                if *nanoseconds > 0 {
                    let seconds = time(*nanoseconds as f64 / 1e9);
                    return (
                        "kernel".into(),
                        call.into(),
                        format!("'{name}': launches {launches}, threads {threads}, time {seconds}"),
                    );
                }
                let mut text = format!("'{name}': launches {launches}, threads {threads}, atomic updates {atomics}");
                if self.count {
                    text += &format!(", loads {loads}, stores {stores}, flops {flops}");
                }
                ("kernel".into(), call.into(), text)
            }));
        }
        rows.push((
            "time".into(),
            String::new(),
            format!("compile {}, primal {}{gradient}", time(self.compile_seconds), time(self.primal_seconds)),
        ));
        let width = |pick: fn(&(String, String, String)) -> &String| {
            rows.iter().map(|row| pick(row).chars().count()).max().unwrap_or(0)
        };
        let (first, second) = (width(|row| &row.0), width(|row| &row.1));
        rows.iter().map(|(name, ty, text)| format!("{name:first$}  {ty:second$}  {text}\n")).collect()
    }
}

impl Item {
    fn json(&self) -> Value {
        let array = &self.array;
        let mut object = Map::new();
        object.insert("index".into(), json!(self.index));
        object.insert("direction".into(), json!(self.lane));
        object.insert("type".into(), json!(self.ty));
        object.insert("shape".into(), json!(array.shape));
        let statistics = Statistics::of(array);
        object.insert("norm".into(), number(statistics.norm));
        object.insert("min".into(), number(statistics.min));
        object.insert("max".into(), number(statistics.max));
        let values = array.elements().take(FULL_JSON).map(|chunk| element_json(array, chunk)).collect();
        object.insert("values".into(), Value::Array(values));
        object.insert("truncated".into(), json!(array.len() > FULL_JSON));
        Value::Object(object)
    }
}

fn element_json(array: &Array, chunk: &[u8]) -> Value {
    let element = array.element;
    if !element.is_float() {
        return json!(element.integer(chunk));
    }
    let parts: Vec<_> = element.decode(chunk).into_iter().map(number).collect();
    if element.is_complex() { Value::Array(parts) } else { parts.into_iter().next().unwrap_or(Value::Null) }
}

fn kernel_json((name, counters): &(String, Counters), count: bool) -> Value {
    let counted = |number: u64| if count { json!(number) } else { Value::Null };
    json!({
        "name": name,
        "launches": counters.launches,
        "threads": counters.threads,
        "atomics": counters.atomics,
        "loads": counted(counters.loads),
        "stores": counted(counters.stores),
        "flops": counted(counters.flops),
        "seconds": (counters.nanoseconds > 0).then_some(counters.nanoseconds as f64 / 1e9),
    })
}

/// A number; as text where JSON has none.
fn number(number: f64) -> Value {
    if number.is_finite() { json!(number) } else { json!(number.to_string()) }
}

/// Of the sizes of the elements if they are complex. NaN shows in all of them.
struct Statistics {
    norm: f64,
    min: f64,
    max: f64,
}

impl Statistics {
    fn of(array: &Array) -> Self {
        let numbers = array.numbers();
        let norm = numbers.iter().map(|number| number * number).sum::<f64>().sqrt();
        let values: Vec<f64> = if array.element.is_complex() {
            numbers.chunks_exact(2).map(|parts| parts[0].hypot(parts[1])).collect()
        } else {
            numbers
        };
        let fold = |pick: fn(f64, f64) -> f64| {
            values
                .iter()
                .copied()
                .reduce(|a, b| if a.is_nan() || b.is_nan() { f64::NAN } else { pick(a, b) })
                .unwrap_or(0.0)
        };
        Self { norm, min: fold(f64::min), max: fold(f64::max) }
    }
}

/// A number, the elements of a small array, or what is to be known of a large one.
fn summary(array: &Array) -> String {
    let mut shown: Vec<_> = array.elements().take(FULL).map(|chunk| array.element.format(chunk)).collect();
    if array.shape.is_empty() {
        return shown.pop().unwrap_or_default();
    }
    if array.len() <= FULL {
        return format!("[{}]", shown.join(", "));
    }
    shown.truncate(4);
    let Statistics { norm, min, max } = Statistics::of(array);
    format!("{}: norm {norm:.6e}, min {min:.6e}, max {max:.6e}, [{}, ...]", shape_text(&array.shape), shown.join(", "))
}

fn time(seconds: f64) -> String {
    match seconds {
        _ if seconds < 1e-6 => format!("{:.0} ns", seconds * 1e9),
        _ if seconds < 1e-3 => format!("{:.1} us", seconds * 1e6),
        _ if seconds < 1.0 => format!("{:.1} ms", seconds * 1e3),
        _ => format!("{seconds:.2} s"),
    }
}
