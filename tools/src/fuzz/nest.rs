//! Nests of three loops over three matrices, as a product of matrices is one: what makes iterations run together.

use super::{
    buffer::{Buffer, Dim, Element},
    generate::{Generator, Scalar},
};

impl Generator<'_> {
    /// Each matrix has two of three dimensions, one loop runs over each, in any order. Elements are met by the loops'
    /// counters, mostly, or by their mirror images.
    pub fn nest(&mut self) {
        self.note("nest of loops");
        let sizes = [(); 3].map(|()| self.choices.pick(&[5, 4, 8, 1, 3, 9]));
        // Places that others choose keep iterations from running together.
        let tidy = self.choices.below(4) > 0;
        let mut matrices = vec![];
        for dims in [[0, 1], [1, 2], [0, 2]] {
            let known = self.some_buffer(|buffer| {
                let fits = |(dim, size): (&Dim, usize)| dim.size >= sizes[size];
                buffer.is_float() && buffer.dims.len() == 2 && buffer.dims.iter().zip(dims).all(fits)
            });
            let matrix = match known {
                Some(buffer) if !tidy && self.choices.one_in(2) => buffer,
                _ => self.allocate(&dims.map(|dim| Dim::fixed(sizes[dim])), Element::Float).1,
            };
            matrices.push((matrix, dims));
        }
        let order = self.choices.pick(&[[0, 1, 2], [1, 0, 2], [0, 1, 2], [0, 2, 1], [2, 0, 1], [1, 2, 0]]);
        let (lower, step) = (self.constant(0), self.constant(1));
        let uppers = sizes.map(|size| if self.choices.one_in(3) { self.below(size + 1) } else { self.constant(size) });
        for dim in &order {
            let upper = &uppers[*dim];
            if !tidy && self.choices.one_in(3) {
                self.clear(&matrices[2].0);
            }
            let iv = self.fresh("i");
            self.line(&format!("scf.for {iv} = {lower} to {upper} step {step} {{"));
            self.enter();
            let mut place = iv;
            if self.choices.one_in(4) {
                let last = self.constant(sizes[*dim] - 1);
                place = self.op("i", &format!("arith.subi {last}, {place} : index"));
            }
            self.add(&place, Scalar::Index);
            for (matrix, dims) in &matrices {
                if let Some(position) = dims.iter().position(|other| other == dim) {
                    self.fits.push((place.clone(), matrix.name.clone(), position, self.depth));
                }
            }
            if !tidy && self.choices.one_in(3) {
                self.load(&matrices[0].0);
            }
        }
        let all: Vec<_> = matrices.iter().map(|(matrix, _)| matrix.clone()).collect();
        self.update(&all, tidy);
        for number in 0..3 {
            if number > 0 && self.choices.one_in(4) {
                self.update(&[all[0].clone(), all[2].clone()], false);
            }
            self.free();
            self.leave();
            self.line("}");
        }
    }

    /// Adds to an element of the last of some matrices what comes of the others; `tidy`: of those that the counters name.
    fn update(&mut self, matrices: &[Buffer], tidy: bool) {
        let Some((target, sources)) = matrices.split_last() else { return };
        let float = self.float;
        let mut values = vec![];
        for matrix in matrices {
            let place = self.element(matrix, tidy);
            let value = self.op("v", &format!("memref.load {}[{place}] : {}", matrix.name, matrix.ty(float)));
            self.add(&value, Scalar::Float);
            values.push((value, place));
        }
        let mut sum = values[sources.len()].0.clone();
        let product = self.op("f", &format!("arith.mulf {}, {} : {float}", values[0].0, values[sources.len() - 1].0));
        self.add(&product, Scalar::Float);
        self.float_op();
        for _ in 0..1 + self.choices.below(2) {
            // Numbers that grow with each iteration would not stay tame.
            let term = self.float();
            let term = self.op("f", &format!("math.sin {term} : {float}"));
            sum = self.op("f", &format!("arith.addf {sum}, {term} : {float}"));
        }
        if target.writable {
            let place = if tidy { values[sources.len()].1.clone() } else { self.element(target, false) };
            self.line(&format!("memref.store {sum}, {}[{place}] : {}", target.name, target.ty(float)));
        }
    }

    fn element(&mut self, matrix: &Buffer, tidy: bool) -> String {
        let mut places = vec![];
        for dim in 0..matrix.dims.len() {
            let fit = self.fits.iter().rev().find(|fit| fit.1 == matrix.name && fit.2 == dim).map(|fit| fit.0.clone());
            places.push(fit.filter(|_| tidy).unwrap_or_else(|| self.place(matrix, dim)));
        }
        places.join(", ")
    }

    /// Stores a number to the first row of a matrix.
    fn clear(&mut self, matrix: &Buffer) {
        if !matrix.writable {
            return;
        }
        let (lower, upper, step) = (self.constant(0), self.extent(matrix, 1), self.constant(1));
        let (iv, value, ty) = (self.fresh("i"), self.number(0.25), matrix.ty(self.float));
        self.line(&format!("scf.for {iv} = {lower} to {upper} step {step} {{"));
        self.line(&format!("  memref.store {value}, {}[{lower}, {iv}] : {ty}", matrix.name));
        self.line("}");
    }
}
