//! Statements: arithmetic, memory, control flow, calls.

use super::{
    buffer::{Buffer, Dim, Element},
    generate::{Callee, Generator, Owned, Scalar, avoided, tried},
};

const KINDS: [(&str, usize); 25] = [
    ("float", 20),
    ("index", 5),
    ("load", 13),
    ("store", 15),
    ("for", 10),
    ("if", 7),
    ("while", 4),
    ("switch", 2),
    ("execute", 1),
    ("alloc", 7),
    ("view", 9),
    ("copy", 4),
    ("select", 3),
    ("free", 2),
    ("call", 4),
    ("sweep", 5),
    ("indirect", 3),
    ("swap", 3),
    ("global", 1),
    ("replace", 1),
    ("intstore", 1),
    ("scope", 2),
    ("parallel", 5),
    ("sum", 3),
    ("nest", 3),
];

/// A value that a region passes on.
#[derive(Clone)]
enum Pass {
    Scalar(Scalar),
    /// A buffer of this type.
    Merged(Buffer),
    /// A buffer that the region allocates and the outer scope frees.
    Fresh(Vec<Dim>),
}

impl Generator<'_> {
    pub fn statement(&mut self) {
        let weights = KINDS.map(|(name, weight)| match name {
            "for" | "while" | "if" | "switch" | "execute" | "swap" | "sweep" | "replace" | "scope" | "parallel"
            | "sum"
                if self.depth >= 3 =>
            {
                0
            }
            "nest" if self.depth >= 2 => 0,
            // A function may write to what another iteration reads.
            "call" if self.parallel => 0,
            // Control flow in one cannot be lowered yet.
            "scope" if !tried(name) => 0,
            _ if avoided(name) => 0,
            _ => weight,
        });
        let kind = KINDS[self.choices.weighted(&weights)].0;
        match kind {
            "index" => self.index_op(),
            "load" => match self.some_buffer(|buffer| buffer.is_float()) {
                Some(buffer) => drop(self.load(&buffer)),
                None => self.float_op(),
            },
            "store" => match self.some_buffer(|buffer| buffer.is_float() && buffer.writable) {
                Some(buffer) => {
                    let value = self.float();
                    self.store(&value, &buffer);
                }
                None => self.float_op(),
            },
            "for" => self.counted_loop(),
            "if" => self.branch(),
            "while" => self.while_loop(),
            "switch" => self.switch(),
            "execute" => self.execute(),
            "alloc" => {
                self.note("alloc");
                let element = self.choices.pick(&[Element::Float, Element::Float, Element::Float, Element::Index]);
                let rank = match element {
                    Element::Float => self.choices.pick(&[1, 1, 2, 0]),
                    _ => 1,
                };
                let dims: Vec<_> = (0..rank).map(|_| self.some_dim()).collect();
                self.allocate(&dims, element);
            }
            "view" => self.view(),
            "copy" => self.copy(),
            "select" => self.select(),
            "free" => self.free_early(),
            "call" => self.call(),
            "sweep" => self.sweep(),
            "indirect" => self.indirect(),
            "swap" => self.swap(),
            "global" => self.global(),
            "replace" => self.replace(),
            "intstore" => self.integer_store(),
            "scope" => self.alloca_scope(),
            "parallel" => self.parallel_loop(),
            "sum" => self.sum(),
            "nest" => self.nest(),
            _ => self.float_op(),
        }
    }

    fn some_dim(&mut self) -> Dim {
        let size = 1 + self.choices.below(4) as i64;
        match self.choices.below(4) {
            0 | 1 => Dim::fixed(size),
            2 => Dim { fixed: false, size, exact: true },
            _ => Dim::dynamic(1),
        }
    }

    pub fn float_op(&mut self) {
        let float = self.float;
        let (a, b) = (self.float(), self.float());
        let name = match self.choices.below(13) {
            0 => self.op("f", &format!("math.sin {a} : {float}")),
            1 => self.op("f", &format!("math.tanh {a} : {float}")),
            2 => {
                let bounded = self.op("f", &format!("math.cos {b} : {float}"));
                self.op("f", &format!("arith.mulf {a}, {bounded} : {float}"))
            }
            3 | 4 => {
                let (p, q) = (self.number(0.6), self.number(0.5));
                let left = self.op("f", &format!("arith.mulf {a}, {p} : {float}"));
                let right = self.op("f", &format!("arith.mulf {b}, {q} : {float}"));
                self.op("f", &format!("arith.addf {left}, {right} : {float}"))
            }
            5 => {
                let two = self.number(2.0);
                let square = self.op("f", &format!("arith.mulf {b}, {b} : {float}"));
                let below = self.op("f", &format!("arith.addf {square}, {two} : {float}"));
                self.op("f", &format!("arith.divf {a}, {below} : {float}"))
            }
            6 => {
                let square = self.op("f", &format!("arith.mulf {a}, {a} : {float}"));
                let negative = self.op("f", &format!("arith.negf {square} : {float}"));
                self.op("f", &format!("math.exp {negative} : {float}"))
            }
            7 => {
                let one = self.number(1.0);
                let square = self.op("f", &format!("arith.mulf {a}, {a} : {float}"));
                let sum = self.op("f", &format!("arith.addf {square}, {one} : {float}"));
                let root = self.op("f", &format!("math.sqrt {sum} : {float}"));
                self.op("f", &format!("arith.subf {root}, {one} : {float}"))
            }
            8 => {
                let condition = self.condition();
                self.op("f", &format!("arith.select {condition}, {a}, {b} : {float}"))
            }
            9 => {
                let (left, right) = (
                    self.op("f", &format!("math.tanh {a} : {float}")),
                    self.op("f", &format!("math.sin {b} : {float}")),
                );
                self.op("f", &format!("arith.mulf {left}, {right} : {float}"))
            }
            10 => {
                let index = self.below(4);
                let int = self.op("w", &format!("arith.index_cast {index} : index to i32"));
                let real = self.op("f", &format!("arith.sitofp {int} : i32 to {float}"));
                let third = self.number(0.31);
                let scaled = self.op("f", &format!("arith.mulf {real}, {third} : {float}"));
                self.op("f", &format!("arith.mulf {scaled}, {a} : {float}"))
            }
            11 => self.op("f", &format!("arith.negf {a} : {float}")),
            _ => {
                let (c, s) = (self.number(0.4), self.op("f", &format!("math.sin {b} : {float}")));
                self.op("f", &format!("math.fma {s}, {a}, {c} : {float}"))
            }
        };
        self.add(&name, Scalar::Float);
    }

    fn index_op(&mut self) {
        let name = match self.choices.below(7) {
            0 => {
                let value = self.choices.below(5) as i64;
                self.constant(value)
            }
            1 => {
                let (a, b) = (self.index(), self.index());
                self.op("i", &format!("arith.addi {a}, {b} : index"))
            }
            2 => {
                let (a, b) = (self.index(), self.constant(3));
                self.op("i", &format!("arith.muli {a}, {b} : index"))
            }
            3 => self.below(4),
            4 => {
                let (condition, a, b) = (self.condition(), self.index(), self.index());
                self.op("i", &format!("arith.select {condition}, {a}, {b} : index"))
            }
            5 => {
                self.note("float to index");
                let (float, a) = (self.float, self.float());
                let three = self.number(3.3);
                let scaled = self.op("f", &format!("arith.mulf {a}, {three} : {float}"));
                let int = self.op("w", &format!("arith.fptosi {scaled} : {float} to i64"));
                self.op("i", &format!("arith.index_cast {int} : i64 to index"))
            }
            _ => {
                let (a, b) = (self.index(), self.index());
                self.op("i", &format!("arith.minui {a}, {b} : index"))
            }
        };
        self.add(&name, Scalar::Index);
    }

    /// Bounds of a loop of few iterations: type, lower, upper, step, and a keyword.
    pub fn bounds(&mut self) -> (&'static str, [String; 3], &'static str) {
        let ty = self.choices.pick(&["index", "index", "index", "i32", "i64"]);
        let unsigned = self.choices.one_in(6);
        let constant = |this: &mut Self, value: i64| this.op("c", &format!("arith.constant {value} : {ty}"));
        let cast = |this: &mut Self, value: String| {
            if ty == "index" { value } else { this.op("w", &format!("arith.index_cast {value} : index to {ty}")) }
        };
        if unsigned {
            self.note("unsigned loop");
        }
        if ty != "index" {
            self.note("i32/i64 loop");
        }
        let step = self.choices.pick(&[1, 1, 2, 3]);
        let (lower, upper) = match self.choices.below(5) {
            0 => {
                let lower: i64 = if unsigned {
                    let top = if ty == "i32" { 2_147_483_646 } else { 9_223_372_036_854_775_806 };
                    self.choices.pick(&[0, 1, -20, top])
                } else {
                    self.choices.pick(&[0, 1, 2, -3])
                };
                let length = self.choices.pick(&[2, 3, 4, 5, 1, 0, -1]);
                // An unsigned range that ends before 0 is huge.
                let length = if unsigned { length.max(0) } else { length };
                let upper = lower.wrapping_add(length);
                let upper = if ty == "i32" { i64::from(upper as i32) } else { upper };
                if length <= 0 {
                    self.note("zero trips");
                }
                (constant(self, lower), constant(self, upper))
            }
            1 => {
                let value = self.below(5);
                self.note("dynamic upper bound");
                (constant(self, 0), cast(self, value))
            }
            2 => {
                self.note("dynamic bounds");
                let (low, length) = (self.below(3), self.below(5));
                let upper = self.op("i", &format!("arith.addi {low}, {length} : index"));
                (cast(self, low), cast(self, upper))
            }
            3 if !unsigned => {
                self.note("negative range");
                let (value, zero) = (self.below(4), self.constant(0));
                let low = self.op("i", &format!("arith.subi {zero}, {value} : index"));
                let upper = self.choices.pick(&[1, 0, -1]);
                (cast(self, low), constant(self, upper))
            }
            _ => {
                let value = self.below(4);
                (constant(self, 1), cast(self, value))
            }
        };
        let step = if self.choices.one_in(5) {
            self.note("dynamic step");
            let (value, one) = (self.below(2), self.constant(1));
            let sum = self.op("i", &format!("arith.addi {value}, {one} : index"));
            cast(self, sum)
        } else {
            constant(self, step)
        };
        (ty, [lower, upper, step], if unsigned { "unsigned " } else { "" })
    }

    /// Chooses what an op with regions passes on.
    fn passes(&mut self, most: usize, fresh: bool) -> Vec<Pass> {
        (0..self.choices.below(most + 1))
            .map(|_| match self.choices.weighted(&[6, 3, 3, 1]) {
                1 => Pass::Scalar(Scalar::Index),
                2 if !avoided("merge") => match self.target() {
                    Some(target) => Pass::Merged(target),
                    None => Pass::Scalar(Scalar::Float),
                },
                3 if fresh && !avoided("fresh") => {
                    let dims = if self.choices.one_in(2) { vec![Dim::dynamic(1)] } else { vec![Dim::fixed(3)] };
                    Pass::Fresh(dims)
                }
                _ => Pass::Scalar(Scalar::Float),
            })
            .collect()
    }

    /// The type of a buffer that is one of several.
    fn target(&mut self) -> Option<Buffer> {
        let model = self.some_buffer(|buffer| buffer.is_float() && buffer.writable && buffer.distinct)?;
        let mut roots: Vec<_> =
            self.buffers.iter().filter(|b| b.is_float() && b.writable).flat_map(|b| b.roots.clone()).collect();
        roots.sort_unstable();
        roots.dedup();
        let mut target = match self.choices.below(2) {
            0 => Buffer { roots, ..model },
            _ => Buffer::generic(String::new(), model.dims.len(), true, roots, self.depth),
        };
        for dim in &mut target.dims {
            if !dim.fixed {
                *dim = Dim::dynamic(1);
            }
        }
        target.depth = self.depth;
        Some(target)
    }

    /// A buffer that fits a type and whose memory outlives the scopes deeper than `depth`.
    fn matching(&mut self, target: &Buffer, depth: usize) -> String {
        let float = self.float;
        let ty = target.ty(float);
        let strided = Buffer::generic(String::new(), target.dims.len(), true, vec![], 0).ty(float) == ty;
        let roots = self.roots.clone();
        let found = self.some_buffer(|buffer| {
            buffer.is_float()
                && buffer.writable
                && buffer.distinct
                && buffer.roots.iter().all(|root| roots[*root] <= depth && target.roots.contains(root))
                && (buffer.ty(float) == ty || strided && buffer.dims.len() == target.dims.len())
        });
        match found {
            Some(buffer) if strided => self.generalise(&buffer),
            Some(buffer) => buffer.name,
            None => String::from("%nothing"),
        }
    }

    fn pass_type(&self, pass: &Pass) -> String {
        match pass {
            Pass::Scalar(ty) => self.ty(*ty).into(),
            Pass::Merged(buffer) => buffer.ty(self.float),
            Pass::Fresh(dims) => Buffer::plain(String::new(), Element::Float, dims.clone(), vec![], 0).ty(self.float),
        }
    }

    fn pass_types(&self, passes: &[Pass]) -> String {
        passes.iter().map(|pass| self.pass_type(pass)).collect::<Vec<_>>().join(", ")
    }

    /// Values for what is passed on; `depth` is that of the op.
    fn values(&mut self, passes: &[Pass], depth: usize) -> Vec<String> {
        passes
            .iter()
            .map(|pass| match pass {
                Pass::Scalar(ty) => self.scalar(*ty),
                Pass::Merged(target) => self.matching(target, depth),
                Pass::Fresh(dims) => {
                    let before = self.owned.last().map_or(0, Vec::len);
                    let (name, _) = loop {
                        let made = self.allocate(dims, Element::Float);
                        // An alloca cannot be passed on.
                        if self.owned.last().map_or(0, Vec::len) > before {
                            break made;
                        }
                    };
                    if let Some(owned) = self.owned.last_mut() {
                        owned.pop();
                    }
                    name
                }
            })
            .collect()
    }

    /// Brings a passed value into scope.
    fn receive(&mut self, name: &str, pass: &Pass) {
        match pass {
            Pass::Scalar(ty) => self.add(name, *ty),
            Pass::Merged(target) => {
                let buffer = Buffer { name: name.into(), depth: self.depth, ..target.clone() };
                self.buffers.push(buffer);
            }
            Pass::Fresh(dims) => {
                let root = self.new_root();
                let buffer = Buffer::plain(name.into(), Element::Float, dims.clone(), vec![root], self.depth);
                let ty = buffer.ty(self.float);
                if let Some(owned) = self.owned.last_mut() {
                    owned.push(Owned { name: name.into(), ty, root });
                }
                self.buffers.push(buffer);
            }
        }
    }

    fn note_passes(&mut self, passes: &[Pass], merged: &'static str, fresh: &'static str) {
        for pass in passes {
            match pass {
                Pass::Merged(_) => self.note(merged),
                Pass::Fresh(_) => self.note(fresh),
                Pass::Scalar(_) => {}
            }
        }
    }

    fn results(&mut self, passes: &[Pass]) -> (Vec<String>, String) {
        let names: Vec<_> = passes.iter().map(|_| self.fresh("r")).collect();
        let head = if names.is_empty() { String::new() } else { format!("{} = ", names.join(", ")) };
        (names, head)
    }

    fn terminator(&mut self, name: &str, values: &[String], types: &str) {
        let text = if values.is_empty() { name.to_owned() } else { format!("{name} {} : {types}", values.join(", ")) };
        self.line(&text);
    }

    fn counted_loop(&mut self) {
        self.note("scf.for");
        let passes = self.passes(3, false);
        self.note_passes(&passes, "for carries buffer", "");
        // A loop over a dimension of a buffer, or one with bounds of its own.
        let over = self.some_buffer(|buffer| !buffer.dims.is_empty());
        let (ty, [lower, upper, step], word, over) = match over {
            Some(buffer) if self.choices.one_in(2) => {
                let dim = self.choices.below(buffer.dims.len());
                let (lower, step) = (self.choices.pick(&[0, 0, 1]), self.choices.pick(&[1, 1, 2]));
                let bounds = [self.constant(lower), self.extent(&buffer, dim), self.constant(step)];
                ("index", bounds, "", Some((buffer, dim)))
            }
            _ => {
                let (ty, bounds, word) = self.bounds();
                (ty, bounds, word, None)
            }
        };
        let types = self.pass_types(&passes);
        let start = self.values(&passes, self.depth);
        let (names, head) = self.results(&passes);
        let iv = self.fresh("i");
        let arguments: Vec<_> = passes.iter().map(|_| self.fresh("t")).collect();
        let pairs: Vec<_> = arguments.iter().zip(&start).map(|(name, value)| format!("{name} = {value}")).collect();
        let carried =
            if pairs.is_empty() { String::new() } else { format!(" iter_args({}) -> ({types})", pairs.join(", ")) };
        let suffix = if ty == "index" { String::new() } else { format!(" : {ty}") };
        self.line(&format!("{head}scf.for {word}{iv} = {lower} to {upper} step {step}{carried}{suffix} {{"));
        let depth = self.depth;
        self.enter();
        let counter = if ty == "index" { iv } else { self.op("i", &format!("arith.index_cast {iv} : {ty} to index")) };
        self.add(&counter, Scalar::Index);
        if let Some((buffer, dim)) = over {
            self.fits.push((counter, buffer.name, dim, self.depth));
        }
        for (name, pass) in arguments.iter().zip(&passes) {
            self.receive(name, pass);
        }
        self.statements(6);
        let values = self.values(&passes, depth);
        self.free();
        self.terminator("scf.yield", &values, &types);
        self.leave();
        self.line("}");
        for (name, pass) in names.iter().zip(&passes) {
            self.receive(name, pass);
        }
    }

    /// A parallel loop: each iteration writes to a row of its own and to what it allocates, and reads anything else.
    fn parallel_loop(&mut self) {
        self.note("scf.parallel");
        let float = self.float;
        let rank = 1 + self.choices.below(2);
        let counts: Vec<_> = (0..rank).map(|_| self.below(4)).collect();
        let root = self.new_root();
        let (own, row) = (self.fresh("m"), self.fresh("v"));
        let dims = [vec![Dim::dynamic(0); rank], vec![Dim::fixed(3)]].concat();
        let ty = Buffer::plain(String::new(), Element::Float, dims, vec![], 0).ty(float);
        let start = self.float();
        self.line(&format!("{own} = memref.alloc({}) : {ty}", counts.join(", ")));
        self.line(&format!("linalg.fill ins({start} : {float}) outs({own} : {ty})"));
        let (zero, one) = (self.constant(0), self.constant(1));
        let list = |value: &str| vec![value; rank].join(", ");
        let ivs: Vec<_> = (0..rank).map(|_| self.fresh("i")).collect();
        let kinds: Vec<_> =
            (0..self.choices.below(3)).map(|_| self.choices.pick(&["addf", "addf", "mulf", "maximumf", ""])).collect();
        let initial: Vec<_> = kinds.iter().map(|_| self.float()).collect();
        let results: Vec<_> = kinds.iter().map(|_| self.fresh("r")).collect();
        let types = vec![float; kinds.len()].join(", ");
        let (head, init) = match kinds.is_empty() {
            true => (String::new(), String::new()),
            false => (format!("{} = ", results.join(", ")), format!(" init ({}) -> ({types})", initial.join(", "))),
        };
        let (ids, counts) = (ivs.join(", "), counts.join(", "));
        self.line(&format!(
            "{head}scf.parallel ({ids}) = ({}) to ({counts}) step ({}){init} {{",
            list(&zero),
            list(&one)
        ));
        let before: Vec<_> = self.buffers.iter().map(|buffer| (buffer.name.clone(), buffer.writable)).collect();
        self.buffers.iter_mut().for_each(|buffer| buffer.writable = false);
        let outer = std::mem::replace(&mut self.parallel, true);
        self.enter();
        for iv in &ivs {
            self.add(iv, Scalar::Index);
        }
        let mut own_row = Buffer::plain(row.clone(), Element::Float, vec![Dim::fixed(3)], vec![root], self.depth);
        own_row.layout = Some((vec![Some(1)], None));
        let (offsets, sizes, strides) = (format!("{ids}, 0"), "1, ".repeat(rank) + "3", "1, ".repeat(rank) + "1");
        let view = own_row.ty(float);
        self.line(&format!("{row} = memref.subview {own}[{offsets}] [{sizes}] [{strides}] : {ty} to {view}"));
        self.buffers.push(own_row.clone());
        self.statements(6);
        let value = self.float();
        self.store(&value, &own_row);
        let mut reduced = vec![];
        for _ in &kinds {
            let value = self.float();
            reduced.push(self.op("f", &format!("math.tanh {value} : {float}")));
        }
        self.free();
        self.reduce(&kinds, &reduced, &types);
        self.leave();
        self.line("}");
        self.parallel = outer;
        for (name, writable) in before {
            self.buffers.iter_mut().filter(|buffer| buffer.name == name).for_each(|buffer| buffer.writable = writable);
        }
        results.iter().for_each(|name| self.add(name, Scalar::Float));
        self.collect_rows(&own, &ty, rank);
    }

    fn reduce(&mut self, kinds: &[&str], values: &[String], types: &str) {
        if kinds.is_empty() {
            return self.line("scf.reduce");
        }
        let float = self.float;
        self.line(&format!("scf.reduce({} : {types}) {{", values.join(", ")));
        for (number, kind) in kinds.iter().enumerate() {
            if number > 0 {
                self.line("}, {");
            }
            let (l, r) = (self.fresh("l"), self.fresh("l"));
            self.line(&format!("^bb0({l}: {float}, {r}: {float}):"));
            let result = match *kind {
                "" => {
                    self.note("general reduction");
                    let product = self.op("f", &format!("arith.mulf {l}, {r} : {float}"));
                    let sum = self.op("f", &format!("arith.addf {l}, {r} : {float}"));
                    self.op("f", &format!("arith.addf {product}, {sum} : {float}"))
                }
                _ => {
                    self.note("reduction by one op");
                    self.op("f", &format!("arith.{kind} {l}, {r} : {float}"))
                }
            };
            self.line(&format!("scf.reduce.return {result} : {float}"));
        }
        self.line("}");
    }

    /// Adds up the rows that a parallel loop has written.
    fn collect_rows(&mut self, own: &str, ty: &str, rank: usize) {
        let float = self.float;
        let (zero, one, three) = (self.constant(0), self.constant(1), self.constant(3));
        let start = self.number(0.0);
        let mut sums = vec![start];
        let mut places = vec![];
        for dim in 0..=rank {
            let number = self.constant(dim as i64);
            let count = match dim == rank {
                true => three.clone(),
                false => self.op("n", &format!("memref.dim {own}, {number} : {ty}")),
            };
            let (result, iv, sum) = (self.fresh("f"), self.fresh("i"), self.fresh("f"));
            let before = &sums[sums.len() - 1];
            self.line(&format!(
                "{result} = scf.for {iv} = {zero} to {count} step {one} iter_args({sum} = {before}) -> ({float}) {{"
            ));
            places.push((result, iv));
            sums.push(sum);
        }
        let indices: Vec<_> = places.iter().map(|(_, iv)| iv.clone()).collect();
        let value = self.op("f", &format!("memref.load {own}[{}] : {ty}", indices.join(", ")));
        let mut last = self.op("f", &format!("arith.addf {}, {value} : {float}", sums[sums.len() - 1]));
        for (result, _) in places.into_iter().rev() {
            self.line(&format!("scf.yield {last} : {float}"));
            self.line("}");
            last = result;
        }
        self.line(&format!("memref.dealloc {own} : {ty}"));
        let bounded = self.op("f", &format!("math.tanh {last} : {float}"));
        self.add(&bounded, Scalar::Float);
    }

    fn region(&mut self, passes: &[Pass], most: usize) {
        self.region_with(passes, most, "scf.yield");
    }

    fn alloca_scope(&mut self) {
        self.note("alloca_scope");
        let passes = self.passes(1, true);
        let (names, head) = self.results(&passes);
        let types = self.pass_types(&passes);
        let arrow = if passes.is_empty() { String::new() } else { format!(" -> ({types})") };
        self.line(&format!("{head}memref.alloca_scope{arrow} {{"));
        self.region_with(&passes, 5, "memref.alloca_scope.return");
        self.line("}");
        for (name, pass) in names.iter().zip(&passes) {
            self.receive(name, pass);
        }
    }

    fn region_with(&mut self, passes: &[Pass], most: usize, terminator: &str) {
        let (depth, types) = (self.depth, self.pass_types(passes));
        self.enter();
        self.statements(most);
        let values = self.values(passes, depth);
        self.free();
        self.terminator(terminator, &values, &types);
        self.leave();
    }

    fn branch(&mut self) {
        self.note("scf.if");
        let passes = self.passes(2, true);
        self.note_passes(&passes, "if yields buffer", "if yields fresh buffer");
        let condition = self.condition();
        let (names, head) = self.results(&passes);
        let types = self.pass_types(&passes);
        let arrow = if passes.is_empty() { String::new() } else { format!(" -> ({types})") };
        self.line(&format!("{head}scf.if {condition}{arrow} {{"));
        self.region(&passes, 4);
        if !passes.is_empty() || self.choices.one_in(2) {
            self.line("} else {");
            self.region(&passes, 4);
        }
        self.line("}");
        for (name, pass) in names.iter().zip(&passes) {
            self.receive(name, pass);
        }
    }

    fn switch(&mut self) {
        self.note("scf.index_switch");
        let passes = self.passes(2, true);
        self.note_passes(&passes, "switch yields buffer", "switch yields fresh buffer");
        let index = self.below(3);
        let (names, head) = self.results(&passes);
        let types = self.pass_types(&passes);
        let arrow = match passes.len() {
            0 => String::new(),
            1 => format!(" -> {types}"),
            _ => format!(" -> {types}"),
        };
        self.line(&format!("{head}scf.index_switch {index}{arrow}"));
        for case in ["case 0 {", "case 1 {", "default {"] {
            self.line(case);
            self.region(&passes, 3);
            self.line("}");
        }
        for (name, pass) in names.iter().zip(&passes) {
            self.receive(name, pass);
        }
    }

    fn execute(&mut self) {
        self.note("scf.execute_region");
        let passes = self.passes(1, true);
        let (names, head) = self.results(&passes);
        let types = self.pass_types(&passes);
        let arrow = if passes.is_empty() { String::new() } else { format!(" -> {types}") };
        self.line(&format!("{head}scf.execute_region{arrow} {{"));
        self.region(&passes, 4);
        self.line("}");
        for (name, pass) in names.iter().zip(&passes) {
            self.receive(name, pass);
        }
    }

    fn while_loop(&mut self) {
        self.note("scf.while");
        let float = self.float;
        let limit = self.below(4);
        // The counter is carried, or kept in memory.
        let in_memory = self.choices.one_in(4);
        let counter = if in_memory {
            self.note("while on memory");
            let (zero, cell) = (self.constant(0), self.op("m", "memref.alloc() : memref<index>"));
            self.line(&format!("memref.store {zero}, {cell}[] : memref<index>"));
            let root = self.new_root();
            if let Some(owned) = self.owned.last_mut() {
                owned.push(Owned { name: cell.clone(), ty: "memref<index>".into(), root });
            }
            Some(cell)
        } else {
            None
        };
        let mut carried = self.passes(2, false);
        self.note_passes(&carried, "while carries buffer", "");
        let mut start = self.values(&carried, self.depth);
        if !in_memory {
            carried.insert(0, Pass::Scalar(Scalar::Index));
            start.insert(0, self.constant(0));
        }
        let mut given: Vec<_> = self.passes(3, false);
        if !in_memory {
            given.insert(0, Pass::Scalar(Scalar::Index));
        }
        let (names, head) = self.results(&given);
        let arguments: Vec<_> = carried.iter().map(|_| self.fresh("t")).collect();
        let pairs: Vec<_> = arguments.iter().zip(&start).map(|(name, value)| format!("{name} = {value}")).collect();
        let (from, to) = (self.pass_types(&carried), self.pass_types(&given));
        let inits = if pairs.is_empty() { String::new() } else { format!(" ({})", pairs.join(", ")) };
        self.line(&format!("{head}scf.while{inits} : ({from}) -> ({to}) {{"));
        let depth = self.depth;
        self.enter();
        for (name, pass) in arguments.iter().zip(&carried) {
            self.receive(name, pass);
        }
        self.statements(4);
        let count = match &counter {
            Some(cell) => self.op("i", &format!("memref.load {cell}[] : memref<index>")),
            None => arguments[0].clone(),
        };
        let mut condition = self.op("p", &format!("arith.cmpi ult, {count}, {limit} : index"));
        if self.choices.one_in(3) {
            self.note("while on floats");
            let (value, bound) = (self.float(), self.number(0.913));
            let other = self.op("p", &format!("arith.cmpf olt, {value}, {bound} : {float}"));
            condition = self.op("p", &format!("arith.andi {condition}, {other} : i1"));
        }
        let rest = if in_memory { &given[..] } else { &given[1..] };
        let mut values = self.values(rest, depth);
        if !in_memory {
            values.insert(0, count);
        }
        self.free();
        self.terminator(&format!("scf.condition({condition})"), &values, &to);
        self.leave();
        self.line("} do {");
        self.enter();
        let arguments: Vec<_> = given.iter().map(|_| self.fresh("t")).collect();
        if !given.is_empty() {
            let typed: Vec<_> =
                arguments.iter().zip(&given).map(|(name, pass)| format!("{name}: {}", self.pass_type(pass))).collect();
            self.line(&format!("^bb0({}):", typed.join(", ")));
        }
        for (name, pass) in arguments.iter().zip(&given) {
            self.receive(name, pass);
        }
        self.statements(5);
        let one = self.constant(1);
        let mut values;
        match &counter {
            Some(cell) => {
                let old = self.op("i", &format!("memref.load {cell}[] : memref<index>"));
                let new = self.op("i", &format!("arith.addi {old}, {one} : index"));
                self.line(&format!("memref.store {new}, {cell}[] : memref<index>"));
                values = self.values(&carried, depth);
            }
            None => {
                let next = self.op("i", &format!("arith.addi {}, {one} : index", arguments[0]));
                values = self.values(&carried[1..], depth);
                values.insert(0, next);
            }
        }
        self.free();
        self.terminator("scf.yield", &values, &from);
        self.leave();
        self.line("}");
        for (name, pass) in names.iter().zip(&given) {
            self.receive(name, pass);
        }
    }

    fn select(&mut self) {
        let Some(target) = self.target() else { return };
        self.note("select of buffers");
        let (condition, depth) = (self.condition(), self.depth);
        let (a, b) = (self.matching(&target, depth), self.matching(&target, depth));
        let ty = target.ty(self.float);
        let name = self.op("v", &format!("arith.select {condition}, {a}, {b} : {ty}"));
        self.receive(&name, &Pass::Merged(target));
    }

    fn free_early(&mut self) {
        let owned = self.owned.last().cloned().unwrap_or_default();
        if owned.is_empty() || self.leaks {
            return;
        }
        let at = self.choices.below(owned.len());
        if owned[at].ty == "memref<index>" {
            return;
        }
        self.note("freed early");
        self.line(&format!("memref.dealloc {} : {}", owned[at].name, owned[at].ty));
        if let Some(list) = self.owned.last_mut() {
            list.remove(at);
        }
        self.buffers.retain(|buffer| !buffer.roots.contains(&owned[at].root));
    }

    fn call(&mut self) {
        if self.callees.is_empty() {
            return self.float_op();
        }
        let callees = self.callees.clone();
        let callee = self.choices.pick(&callees);
        let Some((values, types)) = self.operands(&callee) else { return };
        self.note("call");
        let mut passes: Vec<_> = callee.results.iter().map(|ty| Pass::Scalar(*ty)).collect();
        if callee.gives_buffer {
            self.note("call gives buffer");
            passes.push(Pass::Fresh(vec![Dim::dynamic(1)]));
        }
        let (names, head) = self.results(&passes);
        let to = self.pass_types(&passes);
        self.line(&format!(
            "{head}func.call {}({}) : ({}) -> ({to})",
            callee.name,
            values.join(", "),
            types.join(", ")
        ));
        for (name, pass) in names.iter().zip(&passes) {
            self.receive(name, pass);
        }
    }

    fn operands(&mut self, callee: &Callee) -> Option<(Vec<String>, Vec<String>)> {
        let float = self.float;
        let (mut values, mut types) = (vec![], vec![]);
        for ty in &callee.scalars {
            values.push(self.scalar(*ty));
            types.push(self.ty(*ty).to_owned());
        }
        let mut used: Vec<usize> = vec![];
        for (rank, strided) in &callee.buffers {
            let forbidden = if callee.may_alias { vec![] } else { used.clone() };
            let buffer = self.some_buffer(|buffer| {
                buffer.is_float()
                    && buffer.writable
                    && buffer.distinct
                    && buffer.dims.len() == *rank
                    && (*strided || buffer.layout.is_none())
                    && !buffer.roots.iter().any(|root| forbidden.contains(root))
            })?;
            if buffer.roots.iter().any(|root| used.contains(root)) {
                self.note("call with aliases");
            }
            used.extend(&buffer.roots);
            let target = Buffer::generic(String::new(), *rank, *strided, vec![], 0).ty(float);
            let ty = buffer.ty(float);
            values.push(match target == ty {
                true => buffer.name,
                false => self.op("v", &format!("memref.cast {} : {ty} to {target}", buffer.name)),
            });
            types.push(target);
        }
        Some((values, types))
    }

    /// A loop that overwrites what it reads.
    fn sweep(&mut self) {
        let Some(buffer) = self.some_buffer(|buffer| buffer.is_float() && buffer.writable && !buffer.dims.is_empty())
        else {
            return self.float_op();
        };
        self.note("overwriting sweep");
        let dims = buffer.dims.len();
        for dim in 0..dims {
            let (lower, upper, step) = (self.constant(0), self.extent(&buffer, dim), self.constant(1));
            let iv = self.fresh("i");
            self.line(&format!("scf.for {iv} = {lower} to {upper} step {step} {{"));
            self.enter();
            self.add(&iv, Scalar::Index);
            self.fits.push((iv, buffer.name.clone(), dim, self.depth));
        }
        self.load(&buffer);
        self.float_op();
        self.statements(3);
        let value = self.float();
        self.store(&value, &buffer);
        for _ in 0..dims {
            self.free();
            self.leave();
            self.line("}");
        }
    }

    /// A load whose index is loaded.
    pub fn indirect(&mut self) {
        let Some(indices) = self.some_buffer(|buffer| !buffer.is_float()) else { return self.index_op() };
        self.note("indirect access");
        let places = self.places(&indices);
        let ty = indices.ty(self.float);
        let mut name = self.op("i", &format!("memref.load {}[{places}] : {ty}", indices.name));
        if indices.element == Element::Int {
            name = self.op("i", &format!("arith.index_cast {name} : i32 to index"));
        }
        self.add(&name, Scalar::Index);
    }

    fn integer_store(&mut self) {
        let Some(indices) = self.some_buffer(|buffer| buffer.element == Element::Index && buffer.writable) else {
            return self.index_op();
        };
        self.note("integer store");
        let (value, places) = (self.below(4), self.places(&indices));
        let ty = indices.ty(self.float);
        self.line(&format!("memref.store {value}, {}[{places}] : {ty}", indices.name));
    }

    /// Two buffers that a loop carries and swaps.
    fn swap(&mut self) {
        if avoided("merge") {
            return self.float_op();
        }
        let Some(target) = self.target() else { return self.float_op() };
        self.note("double buffering");
        let depth = self.depth;
        let (a, b) = (self.matching(&target, depth), self.matching(&target, depth));
        let ty = target.ty(self.float);
        let (lower, upper, step) = (self.constant(0), self.below(4), self.constant(1));
        let (r, q, s, t, iv) = (self.fresh("r"), self.fresh("r"), self.fresh("t"), self.fresh("t"), self.fresh("i"));
        self.line(&format!(
            "{r}, {q} = scf.for {iv} = {lower} to {upper} step {step} iter_args({s} = {a}, {t} = {b}) -> ({ty}, {ty}) {{"
        ));
        self.enter();
        self.add(&iv, Scalar::Index);
        self.receive(&s, &Pass::Merged(target.clone()));
        self.receive(&t, &Pass::Merged(target.clone()));
        let from = self.some_buffer(|buffer| buffer.name == s);
        let to = self.some_buffer(|buffer| buffer.name == t);
        if let (Some(from), Some(to)) = (from, to) {
            self.load(&from);
            self.float_op();
            let value = self.float();
            self.store(&value, &to);
        }
        self.statements(3);
        self.free();
        self.line(&format!("scf.yield {t}, {s} : {ty}, {ty}"));
        self.leave();
        self.line("}");
        self.receive(&r, &Pass::Merged(target.clone()));
        self.receive(&q, &Pass::Merged(target));
    }

    fn global(&mut self) {
        self.note("constant global");
        let root = self.new_root();
        let (element, symbol) =
            if self.choices.one_in(3) { (Element::Index, "@order") } else { (Element::Float, "@table") };
        let mut buffer = Buffer::plain(String::new(), element, vec![Dim::fixed(4)], vec![root], self.depth);
        buffer.writable = false;
        buffer.name = self.op("m", &format!("memref.get_global {symbol} : {}", buffer.ty(self.float)));
        self.buffers.push(buffer);
    }

    /// A loop that replaces the buffer that it carries by a new one.
    fn replace(&mut self) {
        self.note("buffer replaced in loop");
        let dims = vec![Dim::fixed(2 + self.choices.below(2) as i64)];
        let (start, _) = loop {
            let before = self.owned.last().map_or(0, Vec::len);
            let made = self.allocate(&dims, Element::Float);
            if self.owned.last().map_or(0, Vec::len) > before {
                break made;
            }
        };
        if let Some(owned) = self.owned.last_mut() {
            owned.pop();
        }
        self.buffers.retain(|buffer| buffer.name != start);
        let (lower, upper, step) = (self.constant(0), self.below(4), self.constant(1));
        let (result, argument, iv) = (self.fresh("r"), self.fresh("t"), self.fresh("i"));
        let ty = self.pass_type(&Pass::Fresh(dims.clone()));
        self.line(&format!(
            "{result} = scf.for {iv} = {lower} to {upper} step {step} iter_args({argument} = {start}) -> ({ty}) {{"
        ));
        self.enter();
        self.add(&iv, Scalar::Index);
        let pass = Pass::Fresh(dims);
        self.receive(&argument, &pass);
        self.statements(2);
        let values = self.values(std::slice::from_ref(&pass), self.depth);
        let old = self.some_buffer(|buffer| buffer.name == argument);
        let new = self.some_buffer(|buffer| buffer.name == values[0]);
        if let (Some(old), Some(new)) = (old, new) {
            self.load(&old);
            self.float_op();
            let value = self.float();
            self.store(&value, &new);
        }
        self.free();
        self.line(&format!("scf.yield {} : {ty}", values[0]));
        self.leave();
        self.line("}");
        self.receive(&result, &pass);
    }
}
