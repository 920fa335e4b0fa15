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
        let next = self.terms(&so_far, levels - 1);
        self.line(&format!("scf.yield {next} : {float}"));
        self.leave();
        self.line("}");
        sum
    }

    /// Adds something to a sum.
    fn terms(&mut self, so_far: &str, levels: usize) -> String {
        let float = self.float;
        let mut sum = so_far.to_owned();
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
            sum = match self.choices.below(6) {
                0 if levels > 0 => self.loop_of_sum(&sum, levels),
                1 | 2 if self.depth < 6 => self.branch_of_sum(&sum, levels),
                _ => {
                    let term = self.float();
                    let (a, b) = if self.choices.one_in(3) { (term, sum) } else { (sum, term) };
                    self.op("s", &format!("arith.addf {a}, {b} : {float}"))
                }
            };
        }
        sum
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
        let other = if self.choices.one_in(2) { so_far.to_owned() } else { self.terms(so_far, 0) };
        self.line(&format!("scf.yield {other} : {float}"));
        self.leave();
        self.line("}");
        sum
    }
}
