//! Finds the op at which a derivative became NaN.
//!
//! On demand, the program is compiled once more, without optimisations. After each op with a floating-point result stands a
//! call that looks at the result, and notes the ops that gave NaN in the order in which they did so.

use super::source;
use autodiff_dialect::ir::{Attribute, Builder, Op, Type, Value};
use std::{
    collections::{HashMap, HashSet},
    ffi::c_void,
    sync::{Mutex, MutexGuard, PoisonError},
};

/// The function that looks at results.
const WATCH: &str = "__autodiff_run_watch";

/// Results that are noted at most: the first one tells most.
const MOST: usize = 4096;

/// An op whose result is looked at.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Site {
    /// Its name.
    pub op: String,
    /// `file:line:column` in the source; empty if that is not known.
    pub place: String,
}

/// What gave NaN.
#[derive(Clone, Debug)]
pub struct Finding {
    pub site: Site,
    /// Up to three real operands of the op.
    pub operands: Vec<f64>,
}

impl Finding {
    /// Whether a zero met an infinity.
    pub fn is_zero_times_infinity(&self) -> bool {
        self.site.op == "arith.mulf"
            && self.operands.contains(&0.0)
            && self.operands.iter().any(|number| number.is_infinite())
    }
}

#[derive(Default)]
struct Record {
    seen: Option<HashSet<i64>>,
    order: Vec<(i64, [f64; 3])>,
}

static RECORD: Mutex<Record> = Mutex::new(Record { seen: None, order: vec![] });

fn record() -> MutexGuard<'static, Record> {
    RECORD.lock().unwrap_or_else(PoisonError::into_inner)
}

extern "C" fn watch(number: i64, result: f64, a: f64, b: f64, c: f64) {
    if !result.is_nan() {
        return;
    }
    let mut record = record();
    if record.order.len() < MOST && record.seen.get_or_insert_default().insert(number) {
        record.order.push((number, [a, b, c]));
    }
}

/// What instrumented code calls.
pub fn symbols() -> [(&'static str, *mut c_void); 1] {
    [(WATCH, watch as *mut c_void)]
}

/// Forgets what was noted.
pub fn start() {
    *record() = Record::default();
}

/// What was noted since [`start`], the first first.
pub fn findings(sites: &[(Site, usize)]) -> Vec<Finding> {
    let noted = record();
    let known = noted.order.iter().filter_map(|(number, operands)| {
        let (site, count) = sites.get(usize::try_from(*number).ok()?)?;
        Some(Finding { site: site.clone(), operands: operands[..*count].to_vec() })
    });
    known.collect()
}

/// The names of ops by their places.
pub fn names(module: Op) -> HashMap<String, String> {
    let mut names = HashMap::new();
    for op in module.walk() {
        if let Some(place) = op.location().position() {
            names.entry(place).or_insert_with(|| op.name().to_owned());
        }
    }
    names
}

/// Adds the calls; returns the ops that are looked at, each with the number of operands that are handed over.
pub fn instrument(module: Op) -> Vec<(Site, usize)> {
    let mut sites = vec![];
    for function in source::top(module).into_iter().filter(|op| op.name() == "func.func") {
        for op in function.walk() {
            if op != function && is_in_plain_code(op) && !op.is_terminator() {
                look_at(op, &mut sites);
            }
        }
    }
    if !sites.is_empty()
        && let Some(block) = module.body(0)
    {
        let context = module.context();
        let double = Type::f64(context);
        let ty = Type::function(context, &[Type::integer(context, 64), double, double, double, double], &[]);
        Builder::at_end(block, module.location()).create(
            "func.func",
            &[],
            &[],
            &[
                ("sym_name", Attribute::string(context, WATCH)),
                ("sym_visibility", Attribute::string(context, "private")),
                ("function_type", Attribute::ty(ty)),
            ],
            &[autodiff_dialect::ir::Region::new()],
        );
    }
    sites
}

/// Whether calls may stand beside an op: not in the bodies of reductions and atomic updates.
fn is_in_plain_code(op: Op) -> bool {
    let plain =
        ["func.func", "scf.for", "scf.if", "scf.while", "scf.index_switch", "scf.execute_region", "scf.parallel"];
    let around = op.ancestors().take_while(|op| op.name() != "builtin.module");
    let mut around = around.peekable();
    around.peek().is_some() && around.all(|op| plain.contains(&op.name()) || op.name() == "affine.for")
}

fn look_at(op: Op, sites: &mut Vec<(Site, usize)>) {
    for result in op.results() {
        let Some(builder) = Builder::after(op) else { return };
        let Some(number) = as_number(&builder, result) else { continue };
        let real = |value: &Value| value.ty().is_float();
        let operands: Vec<_> = op.operands().into_iter().filter(real).take(3).collect();
        let given = if result.ty().is_float() { operands } else { vec![] };
        let mut values: Vec<_> = given.iter().filter_map(|value| as_number(&builder, *value)).collect();
        let count = values.len();
        let Some(one) = builder.number(Type::f64(op.context()), 1.0) else { return };
        values.resize(3, one);
        let i64 = Type::integer(op.context(), 64);
        let site = builder.constant(i64, Attribute::integer(i64, sites.len() as i64));
        let arguments = [&[site, number], &values[..]].concat();
        let callee = Attribute::symbol(op.context(), WATCH);
        builder.create("func.call", &arguments, &[], &[("callee", callee)], &[]);
        let place = op.location().position().unwrap_or_default();
        sites.push((Site { op: op.name().to_owned(), place }, count));
    }
}

/// A value as a number of 64 bits that is NaN if something in the value is; none if it holds no floats.
fn as_number(builder: &Builder, value: Value) -> Option<Value> {
    let ty = value.ty();
    let double = Type::f64(builder.context());
    if ty == double {
        return Some(value);
    }
    if ty.is_float() {
        let narrow = ty.bit_width()? < 64;
        return Some(builder.op(if narrow { "arith.extf" } else { "arith.truncf" }, &[value], double));
    }
    if ty.is_complex() {
        let part = |name| as_number(builder, builder.op(name, &[value], ty.real()));
        // A sum would make NaN of two infinities.
        return Some(flag(builder, unordered(builder, part("complex.re")?, part("complex.im")?)?));
    }
    if ty.is_vector() && ty.element().is_float() && ty.shape().len() == 1 && !ty.to_string().contains('[') {
        let found = unordered(builder, value, value)?;
        let kind = Attribute::parse(builder.context(), "#vector.kind<or>")?;
        let bit = Type::integer(builder.context(), 1);
        let any = builder.create("vector.reduction", &[found], &[bit], &[("kind", kind)], &[]).result(0);
        return Some(flag(builder, any));
    }
    None
}

/// Whether one of two numbers is NaN, or of each pair of elements.
fn unordered(builder: &Builder, a: Value, b: Value) -> Option<Value> {
    const UNORDERED: i64 = 14;
    let bit = Type::integer(builder.context(), 1);
    let ty = if a.ty().is_vector() { a.ty().with_element(bit)? } else { bit };
    let i64 = Type::integer(builder.context(), 64);
    let predicate = ("predicate", Attribute::integer(i64, UNORDERED));
    Some(builder.create("arith.cmpf", &[a, b], &[ty], &[predicate], &[]).result(0))
}

fn flag(builder: &Builder, is_nan: Value) -> Value {
    let double = Type::f64(builder.context());
    let number = |number| builder.number(double, number);
    match (number(f64::NAN), number(0.0)) {
        (Some(nan), Some(zero)) => builder.op("arith.select", &[is_nan, nan, zero], double),
        _ => is_nan,
    }
}
