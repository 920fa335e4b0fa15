//! Loops that carry a sum and do nothing but to add to it, in branches and in loops inside.

use super::generate::{Generator, Scalar};

impl Generator<'_> {
    pub fn sum(&mut self) {
        self.note("sum in loop");
        let start = self.float();
        let sum = self.loop_of_sum(&start, 2);
        self.add(&sum, Scalar::Float);
    }

    /// A loop that adds to a number, and how its sum is called.
    fn loop_of_sum(&mut self, start: &str, levels: usize) -> String {
        let float = self.float;
        let (ty, [lower, upper, step], word) = match self.choices.one_in(2) {
            true => {
                let most = self.choices.pick(&[7, 12, 30]);
                let zero = self.constant(0);
                let count = if self.choices.one_in(2) { self.constant(most) } else { self.below(most) };
                ("index", [zero, count, self.constant(1)], "")
            }
            false => self.bounds(),
        };
        let (sum, so_far, iv) = (self.fresh("s"), self.fresh("t"), self.fresh("i"));
        let suffix = if ty == "index" { String::new() } else { format!(" : {ty}") };
        self.line(&format!(
            "{sum} = scf.for {word}{iv} = {lower} to {upper} step {step} iter_args({so_far} = {start}) -> ({float}){suffix} {{"
        ));
        self.enter();
        let counter = if ty == "index" { iv } else { self.op("i", &format!("arith.index_cast {iv} : {ty} to index")) };
        self.add(&counter, Scalar::Index);
        let mut next = self.terms(&so_far, levels - 1);
        // Not what a sum is: it goes on from what was there before the loop.
        if self.choices.one_in(12) {
            let term = self.float();
            next = self.op("s", &format!("arith.addf {start}, {term} : {float}"));
        }
        self.line(&format!("scf.yield {next} : {float}"));
        self.leave();
        self.line("}");
        sum
    }

    /// Adds something to a sum.
    fn terms(&mut self, so_far: &str, levels: usize) -> String {
        let float = self.float;
        let mut sum = so_far.to_owned();
        let mut before = sum.clone();
        for _ in 0..1 + self.choices.below(2) {
            for _ in 0..self.choices.below(3) {
                match self.choices.below(5) {
                    0 => self.indirect(),
                    1 | 2 => match self.some_buffer(|buffer| buffer.is_float()) {
                        Some(buffer) => drop(self.load(&buffer)),
                        None => self.float_op(),
                    },
                    _ => self.float_op(),
                }
            }
            let last = sum.clone();
            sum = match self.choices.below(6) {
                0 if levels > 0 => self.loop_of_sum(&sum, levels),
                1 if self.depth < 6 && self.choices.one_in(6) => self.leaves_out(&before, &sum),
                1 | 2 if self.depth < 6 => self.branch_of_sum(&sum, levels),
                _ => {
                    let term = self.float();
                    let (a, b) = if self.choices.one_in(3) { (term, sum) } else { (sum, term) };
                    self.op("s", &format!("arith.addf {a}, {b} : {float}"))
                }
            };
            before = last;
        }
        sum
    }

    /// A branch that goes back to what a sum was before.
    fn leaves_out(&mut self, before: &str, sum: &str) -> String {
        let (condition, float, name) = (self.condition(), self.float, self.fresh("s"));
        self.line(&format!("{name} = scf.if {condition} -> ({float}) {{"));
        let term = self.float();
        let other = self.op("s", &format!("arith.addf {before}, {term} : {float}"));
        self.line(&format!("scf.yield {other} : {float}"));
        self.line("} else {");
        self.line(&format!("scf.yield {sum} : {float}"));
        self.line("}");
        name
    }

    /// A branch whose sides add to a sum.
    fn branch_of_sum(&mut self, so_far: &str, levels: usize) -> String {
        let (condition, float) = (self.condition(), self.float);
        let sum = self.fresh("s");
        self.line(&format!("{sum} = scf.if {condition} -> ({float}) {{"));
        self.enter();
        let levels = if self.choices.one_in(4) { levels } else { 0 };
        let one = self.terms(so_far, levels);
        self.line(&format!("scf.yield {one} : {float}"));
        self.leave();
        self.line("} else {");
        self.enter();
        let other = match self.choices.one_in(2) {
            // Mostly what there was, or a number that stood in for it somewhere.
            true if self.choices.one_in(6) => self.float(),
            true => so_far.to_owned(),
            false => self.terms(so_far, 0),
        };
        self.line(&format!("scf.yield {other} : {float}"));
        self.leave();
        self.line("}");
        sum
    }
}
