//! Buffers: their types, views, and access to them.

use super::generate::{Generator, Owned, Scalar, avoided};

/// What a buffer holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Element {
    Float,
    Index,
    Int,
}

impl Element {
    pub fn text(self, float: &'static str) -> &'static str {
        match self {
            Self::Float => float,
            Self::Index => "index",
            Self::Int => "i32",
        }
    }
}

/// One dimension: whether its size is in the type, and a size that it has at least (or exactly).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dim {
    pub fixed: bool,
    pub size: i64,
    pub exact: bool,
}

impl Dim {
    pub fn fixed(size: i64) -> Self {
        Self { fixed: true, size, exact: true }
    }

    pub fn dynamic(least: i64) -> Self {
        Self { fixed: false, size: least, exact: false }
    }
}

/// Strides and offset; `None`: known at run time.
pub type Layout = (Vec<Option<i64>>, Option<i64>);

/// A buffer in scope.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Buffer {
    pub name: String,
    pub element: Element,
    pub dims: Vec<Dim>,
    pub layout: Option<Layout>,
    /// The memory that it may be.
    pub roots: Vec<usize>,
    pub writable: bool,
    /// Whether different indices are different memory.
    pub distinct: bool,
    pub depth: usize,
}

fn stride(value: Option<i64>) -> String {
    value.map_or("?".into(), |value| value.to_string())
}

impl Buffer {
    pub fn plain(name: String, element: Element, dims: Vec<Dim>, roots: Vec<usize>, depth: usize) -> Self {
        Self { name, element, dims, layout: None, roots, writable: true, distinct: true, depth }
    }

    /// A buffer of floats of unknown sizes.
    pub fn generic(name: String, rank: usize, strided: bool, roots: Vec<usize>, depth: usize) -> Self {
        let mut this = Self::plain(name, Element::Float, vec![Dim::dynamic(1); rank], roots, depth);
        this.layout = strided.then(|| (vec![None; rank], None));
        this
    }

    pub fn ty(&self, float: &'static str) -> String {
        let mut text = String::from("memref<");
        for dim in &self.dims {
            text += &if dim.fixed { format!("{}x", dim.size) } else { "?x".into() };
        }
        text += self.element.text(float);
        if let Some((strides, offset)) = &self.layout {
            let strides: Vec<_> = strides.iter().map(|value| stride(*value)).collect();
            text += &format!(", strided<[{}]", strides.join(", "));
            if *offset != Some(0) {
                text += &format!(", offset: {}", stride(*offset));
            }
            text.push('>');
        }
        text + ">"
    }

    fn strides(&self) -> Layout {
        if let Some(layout) = &self.layout {
            return layout.clone();
        }
        let mut strides = vec![];
        let mut next = Some(1);
        for dim in self.dims.iter().rev() {
            strides.push(next);
            next = next.and_then(|value| dim.fixed.then_some(value * dim.size));
        }
        strides.reverse();
        (strides, Some(0))
    }

    fn total(&self) -> i64 {
        self.dims.iter().map(|dim| dim.size).product()
    }

    pub fn is_float(&self) -> bool {
        self.element == Element::Float
    }
}

impl Generator<'_> {
    /// The extent of a dimension.
    pub fn extent(&mut self, buffer: &Buffer, dim: usize) -> String {
        if buffer.dims[dim].fixed {
            return self.constant(buffer.dims[dim].size);
        }
        let number = self.constant(dim as i64);
        let ty = buffer.ty(self.float);
        self.op("e", &format!("memref.dim {}, {number} : {ty}", buffer.name))
    }

    /// An index that is in bounds.
    pub fn place(&mut self, buffer: &Buffer, dim: usize) -> String {
        let fit = self.fits.iter().rev().find(|fit| fit.1 == buffer.name && fit.2 == dim).map(|fit| fit.0.clone());
        if let Some(fit) = fit
            && self.choices.below(4) != 3
        {
            return fit;
        }
        if self.choices.below(3) == 0 {
            let value = self.choices.below(buffer.dims[dim].size as usize) as i64;
            return self.constant(value);
        }
        let (value, extent) = (self.index(), self.extent(buffer, dim));
        self.op("i", &format!("arith.remui {value}, {extent} : index"))
    }

    pub fn places(&mut self, buffer: &Buffer) -> String {
        let places: Vec<_> = (0..buffer.dims.len()).map(|dim| self.place(buffer, dim)).collect();
        places.join(", ")
    }

    /// Loads an element of a buffer of floats.
    pub fn load(&mut self, buffer: &Buffer) -> String {
        let (places, ty) = (self.places(buffer), buffer.ty(self.float));
        let name = self.op("v", &format!("memref.load {}[{places}] : {ty}", buffer.name));
        self.add(&name, Scalar::Float);
        name
    }

    pub fn store(&mut self, value: &str, buffer: &Buffer) {
        let (places, ty) = (self.places(buffer), buffer.ty(self.float));
        self.line(&format!("memref.store {value}, {}[{places}] : {ty}", buffer.name));
    }

    /// Allocates and fills a buffer; the scope owns it. Dynamic sizes are chosen here.
    pub fn allocate(&mut self, dims: &[Dim], element: Element) -> (String, Buffer) {
        let stack = self.choices.one_in(5) && dims.iter().all(|dim| dim.fixed || dim.exact) && !avoided("alloca");
        let mut sizes = vec![];
        for dim in dims.iter().filter(|dim| !dim.fixed) {
            sizes.push(if dim.exact {
                self.constant(dim.size)
            } else {
                let (value, one) = (self.below(3), self.constant(1));
                self.op("s", &format!("arith.addi {value}, {one} : index"))
            });
        }
        let root = self.new_root();
        let name = self.fresh("m");
        let buffer = Buffer::plain(name.clone(), element, dims.to_vec(), vec![root], self.depth);
        let ty = buffer.ty(self.float);
        self.line(&format!("{name} = memref.{}({}) : {ty}", if stack { "alloca" } else { "alloc" }, sizes.join(", ")));
        self.fill(&buffer);
        if stack {
            self.note("alloca");
        } else if let Some(owned) = self.owned.last_mut() {
            owned.push(Owned { name: name.clone(), ty, root });
        }
        self.buffers.push(buffer.clone());
        (name, buffer)
    }

    /// Stores something everywhere.
    fn fill(&mut self, buffer: &Buffer) {
        let ty = buffer.ty(self.float);
        let float = self.float;
        let base = match buffer.element {
            Element::Float => self.float(),
            Element::Index => self.index(),
            Element::Int => self.op("w", "arith.constant 2 : i32"),
        };
        if buffer.is_float() && !buffer.dims.is_empty() && self.choices.one_in(4) {
            self.note("linalg.fill");
            self.line(&format!("linalg.fill ins({base} : {float}) outs({} : {ty})", buffer.name));
            return;
        }
        let varied = self.choices.one_in(2);
        let mut ivs = vec![];
        for dim in 0..buffer.dims.len() {
            let (lower, upper, step) = (self.constant(0), self.extent(buffer, dim), self.constant(1));
            let iv = self.fresh("j");
            self.line(&format!("scf.for {iv} = {lower} to {upper} step {step} {{"));
            self.depth += 1;
            ivs.push(iv);
        }
        let mut value = base;
        if let (Some(iv), true) = (ivs.last(), varied) {
            value = match buffer.element {
                Element::Float => {
                    let int = self.op("w", &format!("arith.index_cast {iv} : index to i32"));
                    let real = self.op("f", &format!("arith.sitofp {int} : i32 to {float}"));
                    let half = self.number(0.37);
                    let scaled = self.op("f", &format!("arith.mulf {real}, {half} : {float}"));
                    let sum = self.op("f", &format!("arith.addf {scaled}, {value} : {float}"));
                    self.op("f", &format!("math.sin {sum} : {float}"))
                }
                Element::Index => self.op("i", &format!("arith.addi {iv}, {value} : index")),
                Element::Int => self.op("w", &format!("arith.index_cast {iv} : index to i32")),
            };
        }
        self.line(&format!("memref.store {value}, {}[{}] : {ty}", buffer.name, ivs.join(", ")));
        for _ in ivs {
            self.depth -= 1;
            self.line("}");
        }
    }

    fn keep(&mut self, name: &str, dims: Vec<Dim>, layout: Option<Layout>, source: &Buffer) -> Buffer {
        let buffer = Buffer { name: name.into(), dims, layout, depth: self.depth, ..source.clone() };
        self.buffers.push(buffer.clone());
        buffer
    }

    /// A view of a buffer of floats.
    pub fn view(&mut self) {
        let Some(source) = self.some_buffer(|buffer| buffer.is_float()) else { return };
        let float = self.float;
        let (rank, ty) = (source.dims.len(), source.ty(float));
        let plain = source.layout.is_none();
        match self.choices.below(8) {
            0 if rank > 0 => {
                self.subview(&source, None);
            }
            1 if plain && rank == 2 => {
                self.note("collapse_shape");
                let fixed = source.dims.iter().all(|dim| dim.fixed);
                let dims = vec![Dim { fixed, size: source.total(), exact: source.dims.iter().all(|dim| dim.exact) }];
                let result = Buffer { dims: dims.clone(), ..source.clone() }.ty(float);
                let text = format!("memref.collapse_shape {} [[0, 1]] : {ty} into {result}", source.name);
                let name = self.op("v", &text);
                self.keep(&name, dims, None, &source);
            }
            2 if plain && rank == 1 && source.dims[0].fixed => {
                self.note("expand_shape");
                let size = source.dims[0].size;
                let outer = if size % 2 == 0 { 2 } else { size };
                let dims = vec![Dim::fixed(outer), Dim::fixed(size / outer)];
                let result = Buffer { dims: dims.clone(), ..source.clone() }.ty(float);
                let text = format!(
                    "memref.expand_shape {} [[0, 1]] output_shape [{outer}, {}] : {ty} into {result}",
                    source.name,
                    size / outer
                );
                let name = self.op("v", &text);
                self.keep(&name, dims, None, &source);
            }
            3 if plain && rank > 0 => {
                self.note("cast");
                let dims: Vec<_> = source.dims.iter().map(|dim| Dim { fixed: false, ..*dim }).collect();
                let result = Buffer { dims: dims.clone(), ..source.clone() }.ty(float);
                let name = self.op("v", &format!("memref.cast {} : {ty} to {result}", source.name));
                self.keep(&name, dims, None, &source);
            }
            4 if plain && source.total() >= 2 => {
                self.note("reinterpret_cast");
                let total = source.total();
                let outer = self.choices.below(2) as i64 + 1;
                let offset = self.choices.below((total - 1) as usize) as i64;
                // offset + (outer - 1) * stride + (inner - 1) < total
                let inner = 1 + self.choices.below((total - offset - (outer - 1)).max(1) as usize) as i64;
                let room = total - 1 - offset - (inner - 1);
                let stride = if outer > 1 { self.choices.below((room + 1).max(1) as usize) as i64 } else { 1 };
                let (outer, stride) = if outer > 1 && stride == 0 { (1, 1) } else { (outer, stride) };
                let dims = vec![Dim::fixed(outer), Dim::fixed(inner)];
                let layout = Some((vec![Some(stride), Some(1)], Some(offset)));
                let result = Buffer { dims: dims.clone(), layout: layout.clone(), ..source.clone() }.ty(float);
                let text = format!(
                    "memref.reinterpret_cast {} to offset: [{offset}], sizes: [{outer}, {inner}], strides: \
                     [{stride}, 1] : {ty} to {result}",
                    source.name
                );
                let name = self.op("v", &text);
                self.keep(&name, dims, layout, &source);
                if outer > 1 && stride < inner {
                    self.note("overlapping strides");
                    if let Some(buffer) = self.buffers.last_mut() {
                        buffer.distinct = false;
                    }
                }
            }
            5 if plain && rank == 2 && source.dims.iter().all(|dim| dim.fixed) => {
                self.note("transpose");
                let dims = vec![source.dims[1], source.dims[0]];
                let layout = Some((vec![Some(1), Some(source.dims[1].size)], Some(0)));
                let result = Buffer { dims: dims.clone(), layout: layout.clone(), ..source.clone() }.ty(float);
                let name =
                    self.op("v", &format!("memref.transpose {} (i, j) -> (j, i) : {ty} to {result}", source.name));
                self.keep(&name, dims, layout, &source);
            }
            6 if rank == 2 => self.row(&source),
            _ if rank > 0 => {
                let name = self.generalise(&source);
                let mut buffer = Buffer::generic(name, rank, true, source.roots.clone(), self.depth);
                buffer.dims = source.dims.iter().map(|dim| Dim { fixed: false, ..*dim }).collect();
                (buffer.writable, buffer.distinct) = (source.writable, source.distinct);
                self.buffers.push(buffer);
            }
            _ => {}
        }
    }

    /// A cast to the type with all sizes and strides open.
    pub fn generalise(&mut self, source: &Buffer) -> String {
        let target = Buffer::generic(String::new(), source.dims.len(), true, vec![], 0).ty(self.float);
        let ty = source.ty(self.float);
        if target == ty {
            return source.name.clone();
        }
        self.op("v", &format!("memref.cast {} : {ty} to {target}", source.name))
    }

    /// A subview with unit strides or, where there is room, stride 2; `sizes` fixes the sizes.
    pub fn subview(&mut self, source: &Buffer, sizes: Option<&[i64]>) -> Buffer {
        self.note("subview");
        let (strides, offset) = source.strides();
        let mut offsets = vec![];
        let (mut size_texts, mut steps, mut dims) = (vec![], vec![], vec![]);
        let mut new_offset = offset;
        for dim in 0..source.dims.len() {
            let least = source.dims[dim].size;
            let size = sizes.map_or_else(|| 1 + self.choices.below(least as usize) as i64, |sizes| sizes[dim]);
            let step = if sizes.is_none() && 2 * (size - 1) < least && self.choices.one_in(4) { 2 } else { 1 };
            let slack = least - (step * (size - 1) + 1);
            if self.choices.one_in(3) {
                self.note("dynamic offset");
                offsets.push(self.below(slack + 1));
                new_offset = None;
            } else {
                let at = self.choices.below(slack as usize + 1) as i64;
                offsets.push(at.to_string());
                let moved = strides[dim].map(|stride| stride * at).or((at == 0).then_some(0));
                new_offset = new_offset.zip(moved).map(|(offset, moved)| offset + moved);
            }
            // A static offset of 0 with an open stride is still open for the verifier of older layouts.
            if strides[dim].is_none() && new_offset.is_some() && offset != Some(0) {
                new_offset = None;
            }
            size_texts.push(size.to_string());
            steps.push(step);
            dims.push(Dim::fixed(size));
        }
        let strides: Vec<_> =
            strides.iter().zip(&steps).map(|(stride, step)| stride.map(|stride| stride * step)).collect();
        let layout = Some((strides, new_offset));
        let result = Buffer { dims: dims.clone(), layout: layout.clone(), ..source.clone() }.ty(self.float);
        let steps: Vec<_> = steps.iter().map(ToString::to_string).collect();
        let text = format!(
            "memref.subview {}[{}][{}][{}] : {} to {result}",
            source.name,
            offsets.join(", "),
            size_texts.join(", "),
            steps.join(", "),
            source.ty(self.float)
        );
        let name = self.op("v", &text);
        self.keep(&name, dims, layout, source)
    }

    /// A row or a column of a matrix.
    fn row(&mut self, source: &Buffer) {
        self.note("rank-reducing subview");
        let (strides, _) = source.strides();
        let drop = self.choices.below(2);
        let kept = 1 - drop;
        let at = self.place(source, drop);
        let size = source.dims[kept].size;
        let part = |dropped: String, kept_text: String| {
            if drop == 0 { format!("{dropped}, {kept_text}") } else { format!("{kept_text}, {dropped}") }
        };
        let dims = vec![Dim::fixed(size)];
        let layout = Some((vec![strides[kept]], None));
        let result = Buffer { dims: dims.clone(), layout: layout.clone(), ..source.clone() }.ty(self.float);
        let text = format!(
            "memref.subview {}[{}][{}][1, 1] : {} to {result}",
            source.name,
            part(at, "0".into()),
            part("1".into(), size.to_string()),
            source.ty(self.float)
        );
        let name = self.op("v", &text);
        self.keep(&name, dims, layout, source);
    }

    /// Copies between parts of two buffers that share no memory.
    pub fn copy(&mut self) {
        let Some(to) = self.some_buffer(|buffer| buffer.is_float() && buffer.writable && buffer.distinct) else {
            return;
        };
        let Some(from) = self.some_buffer(|buffer| {
            buffer.is_float()
                && buffer.dims.len() == to.dims.len()
                && buffer.roots.iter().all(|root| !to.roots.contains(root))
        }) else {
            return;
        };
        self.note("copy");
        let sizes: Vec<_> = from.dims.iter().zip(&to.dims).map(|(a, b)| a.size.min(b.size)).collect();
        let whole = from.dims == to.dims && from.dims.iter().all(|dim| dim.exact);
        let (from, to) = if whole && self.choices.below(3) < 2 || sizes.is_empty() {
            (from, to)
        } else {
            (self.subview(&from, Some(&sizes)), self.subview(&to, Some(&sizes)))
        };
        let text = format!("memref.copy {}, {} : {} to {}", from.name, to.name, from.ty(self.float), to.ty(self.float));
        self.line(&text);
    }
}
