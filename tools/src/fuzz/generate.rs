//! Generation of programs: scopes, values, and the entry. Statements are in `statement`, buffers in `buffer`.
//!
//! Every program is valid: loads are initialised, accesses in bounds, numbers tame, buffers freed once.

use super::{
    buffer::{Buffer, Dim, Element},
    choices::Choices,
    program::{Argument, Output, Program},
};
use std::collections::BTreeSet;

/// The type of a scalar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scalar {
    Float,
    Index,
}

/// A scalar that is in scope.
#[derive(Clone, Debug)]
pub struct Variable {
    pub name: String,
    pub ty: Scalar,
    pub depth: usize,
}

/// A function that others may call.
#[derive(Clone, Debug)]
pub struct Callee {
    pub name: String,
    pub scalars: Vec<Scalar>,
    /// Rank and whether the layout is strided, per buffer.
    pub buffers: Vec<(usize, bool)>,
    pub may_alias: bool,
    pub results: Vec<Scalar>,
    /// Whether it returns a buffer that the caller frees.
    pub gives_buffer: bool,
}

/// What a scope frees at its end.
#[derive(Clone, Debug)]
pub struct Owned {
    pub name: String,
    pub ty: String,
    pub root: usize,
}

/// The state of generation.
pub struct Generator<'c> {
    pub choices: &'c mut Choices,
    pub text: String,
    pub float: &'static str,
    pub depth: usize,
    pub budget: i32,
    pub variables: Vec<Variable>,
    pub buffers: Vec<Buffer>,
    /// Induction variable, buffer and dimension that it runs over.
    pub fits: Vec<(String, String, usize, usize)>,
    pub owned: Vec<Vec<Owned>>,
    /// The depth of the scope that owns each root.
    pub roots: Vec<usize>,
    pub callees: Vec<Callee>,
    pub features: BTreeSet<&'static str>,
    pub leaks: bool,
    /// Whether the iterations of a loop around run in parallel.
    pub parallel: bool,
    next: usize,
}

/// Constructs that are not generated, by name; for known failures.
pub fn avoided(name: &str) -> bool {
    listed("AUTODIFF_FUZZ_AVOID", name)
}

/// Constructs that are generated only on demand, because they are known to fail.
pub fn tried(name: &str) -> bool {
    listed("AUTODIFF_FUZZ_TRY", name)
}

fn listed(variable: &str, name: &str) -> bool {
    std::env::var(variable).is_ok_and(|list| list.split(',').any(|word| word == name))
}

impl Generator<'_> {
    /// Notes that a construct is covered.
    pub fn note(&mut self, feature: &'static str) {
        self.features.insert(feature);
    }

    pub fn line(&mut self, text: &str) {
        for _ in 0..=self.depth {
            self.text += "  ";
        }
        self.text += text;
        self.text.push('\n');
    }

    pub fn fresh(&mut self, prefix: &str) -> String {
        self.next += 1;
        format!("%{prefix}{}", self.next)
    }

    /// An op with one result.
    pub fn op(&mut self, prefix: &str, text: &str) -> String {
        let name = self.fresh(prefix);
        self.line(&format!("{name} = {text}"));
        name
    }

    pub fn add(&mut self, name: &str, ty: Scalar) {
        self.variables.push(Variable { name: name.into(), ty, depth: self.depth });
    }

    pub fn ty(&self, ty: Scalar) -> &'static str {
        match ty {
            Scalar::Float => self.float,
            Scalar::Index => "index",
        }
    }

    pub fn constant(&mut self, value: i64) -> String {
        self.op("c", &format!("arith.constant {value} : index"))
    }

    pub fn number(&mut self, value: f64) -> String {
        let float = self.float;
        self.op("k", &format!("arith.constant {value:?} : {float}"))
    }

    /// How far to go back in a list: rather not far.
    fn back(&mut self, count: usize) -> usize {
        self.choices.below(count).min(self.choices.below(2 * count))
    }

    /// A scalar in scope.
    pub fn scalar(&mut self, ty: Scalar) -> String {
        let names: Vec<_> = self.variables.iter().filter(|v| v.ty == ty).map(|v| v.name.clone()).collect();
        if names.is_empty() || self.choices.one_in(12) {
            return match ty {
                Scalar::Float => {
                    let value = self.choices.pick(&[0.5, 0.3, -0.7, 1.1, 0.9]);
                    self.number(value)
                }
                Scalar::Index => {
                    let value = self.choices.below(5) as i64;
                    self.constant(value)
                }
            };
        }
        let back = self.back(names.len());
        names[names.len() - 1 - back].clone()
    }

    pub fn float(&mut self) -> String {
        self.scalar(Scalar::Float)
    }

    pub fn index(&mut self) -> String {
        self.scalar(Scalar::Index)
    }

    /// An index below a constant.
    pub fn below(&mut self, limit: i64) -> String {
        let (value, limit) = (self.index(), self.constant(limit));
        self.op("i", &format!("arith.remui {value}, {limit} : index"))
    }

    pub fn condition(&mut self) -> String {
        match self.choices.weighted(&[4, 2, 1]) {
            0 => {
                let predicate = self.choices.pick(&["slt", "eq", "ult", "sge", "ne"]);
                let (a, c) = (self.index(), self.choices.below(4) as i64);
                let b = self.constant(c);
                self.op("p", &format!("arith.cmpi {predicate}, {a}, {b} : index"))
            }
            1 => {
                self.note("float condition");
                let predicate = self.choices.pick(&["olt", "ogt", "oge"]);
                let (a, c) = (self.float(), self.choices.pick(&[0.123, -0.21, 0.417, 0.77]));
                let b = self.number(c);
                let float = self.float;
                self.op("p", &format!("arith.cmpf {predicate}, {a}, {b} : {float}"))
            }
            _ => {
                let (a, b) = (self.index(), self.index());
                self.op("p", &format!("arith.cmpi ugt, {a}, {b} : index"))
            }
        }
    }

    /// Opens a scope.
    pub fn enter(&mut self) {
        self.depth += 1;
        self.owned.push(vec![]);
    }

    /// Frees what the scope owns; the terminator follows.
    pub fn free(&mut self) {
        for owned in self.owned.pop().unwrap_or_default().into_iter().rev() {
            if !self.leaks {
                self.line(&format!("memref.dealloc {} : {}", owned.name, owned.ty));
            }
        }
        self.owned.push(vec![]);
    }

    /// Closes a scope, after its terminator.
    pub fn leave(&mut self) {
        self.owned.pop();
        self.depth -= 1;
        let depth = self.depth;
        self.variables.retain(|variable| variable.depth <= depth);
        self.buffers.retain(|buffer| buffer.depth <= depth);
        self.fits.retain(|fit| fit.3 <= depth);
    }

    pub fn new_root(&mut self) -> usize {
        self.roots.push(self.depth);
        self.roots.len() - 1
    }

    /// The buffers in scope that satisfy a predicate.
    pub fn some_buffer(&mut self, wanted: impl Fn(&Buffer) -> bool) -> Option<Buffer> {
        let found: Vec<_> = self.buffers.iter().filter(|buffer| wanted(buffer)).cloned().collect();
        if found.is_empty() {
            return None;
        }
        let back = self.back(found.len());
        Some(found[found.len() - 1 - back].clone())
    }

    pub fn statements(&mut self, most: usize) {
        for _ in 0..most {
            self.choices.open();
            let more = self.choices.below(9) != 0 && self.budget > 0;
            if more {
                self.budget -= 1;
                self.statement();
            }
            self.choices.close();
            if !more {
                break;
            }
        }
    }

    fn start_function(&mut self) {
        self.variables.clear();
        self.buffers.clear();
        self.fits.clear();
        self.owned = vec![vec![]];
        self.roots.clear();
        self.depth = 0;
    }

    fn callee(&mut self, number: usize) {
        self.start_function();
        self.budget = 8;
        let scalars: Vec<_> = (0..self.choices.below(3))
            .map(|_| if self.choices.below(3) < 2 { Scalar::Float } else { Scalar::Index })
            .collect();
        let buffers: Vec<_> =
            (0..self.choices.below(3)).map(|_| (1 + self.choices.below(4) / 3, self.choices.one_in(2))).collect();
        let may_alias = self.choices.one_in(3);
        let mut parameters = vec![];
        for ty in &scalars {
            let name = self.fresh("a");
            self.add(&name, *ty);
            parameters.push(format!("{name}: {}", self.ty(*ty)));
        }
        for (index, (rank, strided)) in buffers.iter().enumerate() {
            let name = self.fresh("m");
            let root = if may_alias && index > 0 { 0 } else { self.new_root() };
            let buffer = Buffer::generic(name, *rank, *strided, vec![root], 0);
            parameters.push(format!("{}: {}", buffer.name, buffer.ty(self.float)));
            self.buffers.push(buffer);
        }
        let results: Vec<_> = (0..self.choices.below(3))
            .map(|_| if self.choices.below(4) < 3 { Scalar::Float } else { Scalar::Index })
            .collect();
        let gives_buffer = self.choices.one_in(3);
        let head_at = self.text.len();
        self.statements(7);
        let mut values = vec![];
        let mut types = vec![];
        for ty in &results {
            values.push(self.scalar(*ty));
            types.push(self.ty(*ty).to_owned());
        }
        if gives_buffer {
            let (name, _) = self.allocate(&[Dim::dynamic(1)], Element::Float);
            values.push(name);
            types.push(format!("memref<?x{}>", self.float));
            if let Some(owned) = self.owned.last_mut() {
                owned.pop();
            }
        }
        self.free();
        self.line(&format!(
            "return{}",
            if values.is_empty() { String::new() } else { format!(" {} : {}", values.join(", "), types.join(", ")) }
        ));
        let kept = if self.choices.one_in(3) && !avoided("tape") { " attributes {no_inline}" } else { "" };
        let head =
            format!("func.func private @f{number}({}) -> ({}){kept} {{\n", parameters.join(", "), types.join(", "));
        self.text.insert_str(head_at, &head);
        self.text += "}\n";
        self.callees.push(Callee { name: format!("@f{number}"), scalars, buffers, may_alias, results, gives_buffer });
    }

    /// Makes the first result depend on every buffer, mostly.
    fn mix(&mut self) {
        if !self.choices.one_in(2) {
            return;
        }
        let float = self.float;
        let mut sum: Option<String> = None;
        for buffer in self.buffers.clone().into_iter().filter(Buffer::is_float).take(6) {
            let value = self.load(&buffer);
            sum = Some(match sum {
                None => value,
                Some(sum) => {
                    let product = self.op("f", &format!("arith.mulf {sum}, {value} : {float}"));
                    let bounded = self.op("f", &format!("math.tanh {product} : {float}"));
                    self.op("f", &format!("arith.addf {bounded}, {value} : {float}"))
                }
            });
        }
        if let Some(sum) = sum {
            self.add(&sum, Scalar::Float);
        }
    }

    fn entry(&mut self) -> (Vec<Argument>, Vec<Output>) {
        self.start_function();
        self.budget = match self.choices.below(4) {
            0 => 8,
            1 | 2 => 24,
            _ => 45,
        };
        let mut arguments = vec![];
        let mut parameters = vec![];
        for index in 0..1 + self.choices.below(3) {
            let value = self.choices.pick(&[0.6, -0.4, 1.3, 0.2, -0.9]);
            arguments.push(Argument::Float { value, active: index == 0 || !self.choices.one_in(8) });
            let name = self.fresh("x");
            self.add(&name, Scalar::Float);
            parameters.push(format!("{name}: {}", self.float));
        }
        let mut to_cast = vec![];
        for _ in 0..self.choices.below(3) {
            let value = self.choices.below(6) as i64;
            let ty = self.choices.pick(&["index", "index", "i32", "i64"]);
            arguments.push(Argument::Integer { ty, value });
            let name = self.fresh("n");
            parameters.push(format!("{name}: {ty}"));
            match ty {
                "index" => self.add(&name, Scalar::Index),
                _ => to_cast.push((name, ty)),
            }
        }
        for _ in 0..self.choices.below(4) {
            let rank = self.choices.pick(&[1, 1, 2, 0]);
            let dims: Vec<_> = (0..rank)
                .map(|_| {
                    let size = 1 + self.choices.below(4) as i64;
                    Dim { fixed: !self.choices.one_in(2), size, exact: true }
                })
                .collect();
            let name = self.fresh("m");
            let root = self.new_root();
            let buffer = Buffer::plain(name, Element::Float, dims, vec![root], 0);
            let shape = buffer.dims.iter().map(|dim| dim.size as usize).collect();
            let (ty, seed) = (buffer.ty(self.float), 1 + self.choices.below(9) as u64);
            parameters.push(format!("{}: {ty}", buffer.name));
            arguments.push(Argument::Buffer { ty, shape, seed, active: !self.choices.one_in(6), same: None });
            self.buffers.push(buffer.clone());
            if self.choices.one_in(8) {
                // Two const arguments have shadows of their own, which cannot be the same.
                let Some(Argument::Buffer { ty, shape, active: active @ true, .. }) = arguments.last().cloned() else {
                    continue;
                };
                self.note("argument given twice");
                let same = Some(arguments.len() - 1);
                let twin = Buffer { name: self.fresh("m"), ..buffer };
                parameters.push(format!("{}: {ty}", twin.name));
                arguments.push(Argument::Buffer { ty, shape, seed, active, same });
                self.buffers.push(twin);
            }
        }
        if self.choices.one_in(4) {
            let element = self.choices.pick(&[Element::Index, Element::Int]);
            let size = 2 + self.choices.below(3) as i64;
            let name = self.fresh("d");
            let root = self.new_root();
            let dims = vec![Dim { fixed: !self.choices.one_in(2), size, exact: true }];
            let buffer = Buffer::plain(name, element, dims, vec![root], 0);
            let ty = buffer.ty(self.float);
            parameters.push(format!("{}: {ty}", buffer.name));
            let element = buffer.element.text(self.float);
            arguments.push(Argument::Indices { ty, element, shape: vec![size as usize], seed: 3 });
            self.buffers.push(buffer);
        }
        let head_at = self.text.len();
        for (name, ty) in to_cast {
            let name = self.op("n", &format!("arith.index_cast {name} : {ty} to index"));
            self.add(&name, Scalar::Index);
        }
        self.statements(14);
        self.mix();
        let mut outputs = vec![];
        let mut values = vec![];
        let mut types = vec![];
        for _ in 0..1 + self.choices.below(2) {
            values.push(self.float());
            types.push(self.float.to_owned());
            outputs.push(Output::Float { active: !self.choices.one_in(10) });
        }
        if self.choices.one_in(8) {
            values.push(self.index());
            types.push("index".into());
            outputs.push(Output::Index);
        }
        // A buffer that the function owns goes to the caller.
        let own = self.owned.last().and_then(|owned| owned.last().cloned());
        if self.choices.one_in(4)
            && let Some(own) = own
            && let Some(buffer) = self.buffers.iter().find(|buffer| buffer.name == own.name).cloned()
            && buffer.element == Element::Float
            && buffer.layout.is_none()
            && buffer.dims.iter().all(|dim| dim.exact)
        {
            self.note("buffer result");
            if let Some(owned) = self.owned.last_mut() {
                owned.pop();
            }
            let ty = buffer.ty(self.float);
            values.push(buffer.name.clone());
            types.push(ty.clone());
            outputs.push(Output::Buffer { ty, shape: buffer.dims.iter().map(|dim| dim.size as usize).collect() });
        }
        self.free();
        self.line(&format!("return {} : {}", values.join(", "), types.join(", ")));
        let head = format!("func.func @main({}) -> ({}) {{\n", parameters.join(", "), types.join(", "));
        self.text.insert_str(head_at, &head);
        self.text += "}\n";
        (arguments, outputs)
    }
}

/// A function that asks for a derivative of `@inner`, with what it takes and gives, to be differentiated again.
fn second_order(
    reverse: bool,
    arguments: &[Argument],
    outputs: &[Output],
    float: &'static str,
) -> Option<(String, Vec<Argument>, Vec<Output>)> {
    if outputs.iter().any(|output| matches!(output, Output::Buffer { .. })) {
        return None;
    }
    let (mut taken, mut parameters, mut activities) = (vec![], vec![], vec![]);
    let mut gradients = 0;
    let mut take = |argument: Argument, parameters: &mut Vec<(String, String)>| {
        parameters.push((format!("%z{}", parameters.len()), argument.ty(float)));
        taken.push(argument);
    };
    for argument in arguments {
        take(argument.clone(), &mut parameters);
        activities.push(match argument {
            Argument::Float { active: true, .. } if reverse => {
                gradients += 1;
                "active"
            }
            Argument::Float { active: true, .. } => {
                take(Argument::Float { value: 0.45, active: true }, &mut parameters);
                "dup"
            }
            Argument::Buffer { same: Some(_), .. } => return None,
            Argument::Buffer { ty, shape, active: true, .. } => {
                let shadow =
                    Argument::Buffer { ty: ty.clone(), shape: shape.clone(), seed: 11, active: true, same: None };
                take(shadow, &mut parameters);
                "dup"
            }
            _ => "const",
        });
    }
    let (mut given, mut types, mut wanted) = (vec![], vec![], vec![]);
    for output in outputs {
        match output {
            Output::Float { active: true } => {
                given.push(output.clone());
                types.push(float);
                if reverse {
                    take(Argument::Float { value: 0.8, active: true }, &mut parameters);
                } else {
                    given.push(output.clone());
                    types.push(float);
                }
                wanted.push(if reverse { "active" } else { "dup" });
            }
            Output::Float { active: false } => {
                given.push(output.clone());
                types.push(float);
                wanted.push("const");
            }
            _ => {
                given.push(Output::Index);
                types.push("index");
                wanted.push("const");
            }
        }
    }
    for _ in 0..gradients {
        given.push(Output::Float { active: true });
        types.push(float);
    }
    let list = |texts: Vec<String>| texts.join(", ");
    let names = list(parameters.iter().map(|(name, _)| name.clone()).collect());
    let from = list(parameters.iter().map(|(_, ty)| ty.clone()).collect());
    let typed = list(parameters.iter().map(|(name, ty)| format!("{name}: {ty}")).collect());
    let results = list((0..types.len()).map(|index| format!("%r{index}")).collect());
    let to = types.join(", ");
    let text = format!(
        "func.func @main({typed}) -> ({to}) {{\n  {results} = autodiff.{} @inner({names}) args [{}] results [{}] : ({from}) \
         -> ({to})\n  return {results} : {to}\n}}\n",
        if reverse { "vjp" } else { "jvp" },
        activities.join(", "),
        wanted.join(", ")
    );
    Some((text, taken, given))
}

/// Generates a program.
pub fn generate(choices: &mut Choices) -> Program {
    let float = if choices.one_in(12) { "f32" } else { "f64" };
    let blocks = choices.one_in(7) && !avoided("cf");
    let normal_form = !choices.one_in(4);
    let leaks = choices.one_in(25);
    let no_primal = choices.one_in(8);
    let order = if avoided("order2") { 0 } else { choices.below(8).saturating_sub(5) };
    let callees = if avoided("call") { 0 } else { choices.below(4).saturating_sub(1) };
    let mut generator = Generator {
        choices,
        text: String::new(),
        float,
        depth: 0,
        budget: 0,
        variables: vec![],
        buffers: vec![],
        fits: vec![],
        owned: vec![],
        roots: vec![],
        callees: vec![],
        features: BTreeSet::new(),
        leaks,
        parallel: false,
        next: 0,
    };
    for number in 0..callees {
        generator.callee(number);
    }
    let (arguments, outputs) = generator.entry();
    let second = if order > 0 && !blocks { second_order(order == 1, &arguments, &outputs, float) } else { None };
    let (arguments, outputs) = match second {
        Some((text, arguments, outputs)) => {
            generator.text = generator.text.replace("func.func @main(", "func.func private @inner(") + &text;
            generator.note(if order == 1 { "derivative of vjp" } else { "derivative of jvp" });
            (arguments, outputs)
        }
        None => (arguments, outputs),
    };
    let mut head = String::new();
    if generator.text.contains("@table") {
        head +=
            &format!("memref.global \"private\" constant @table : memref<4x{float}> = dense<[0.3, -0.8, 1.2, 0.5]>\n");
    }
    if generator.text.contains("@order") {
        head += "memref.global \"private\" constant @order : memref<4xindex> = dense<[2, 0, 3, 1]>\n";
    }
    let mut features = generator.features;
    let expensive_caches = generator.choices.one_in(4);
    let optimised = generator.choices.one_in(3);
    let directions =
        generator.choices.one_in(4) && !outputs.iter().any(|output| matches!(output, Output::Buffer { .. }));
    for (set, name) in [
        (blocks, "cf"),
        (!normal_form, "no normal form"),
        (leaks, "never freed"),
        (no_primal, "noneed"),
        (directions, "two directions"),
        (float == "f32", "f32"),
        (expensive_caches, "expensive caches"),
        (optimised, "optimised code"),
    ] {
        if set {
            features.insert(name);
        }
    }
    Program {
        text: head + &generator.text,
        arguments,
        outputs,
        float,
        blocks,
        normal_form,
        expensive_caches,
        optimised,
        leaks,
        no_primal,
        directions,
        features,
        strong_zero: false,
        rewrite: None,
    }
}
