//! The stream of choices that a program is generated from. A program is a function of its choices, so that shrinking the
//! choices shrinks the program, and every shrunk program is still valid.

use autodiff_tools::run::SplitMix;

/// Choices: recorded ones first, then random ones, or zeros if there is no generator.
pub struct Choices {
    data: Vec<u32>,
    position: usize,
    random: Option<SplitMix>,
    open: Vec<usize>,
    /// Ranges of choices that belong together, such as those of one statement.
    pub spans: Vec<(usize, usize)>,
}

impl Choices {
    /// Random choices.
    pub fn random(seed: u64) -> Self {
        Self { data: vec![], position: 0, random: Some(SplitMix::new(seed)), open: vec![], spans: vec![] }
    }

    /// Recorded choices; zeros follow.
    pub fn replay(data: Vec<u32>) -> Self {
        Self { data, position: 0, random: None, open: vec![], spans: vec![] }
    }

    /// A number below `count`; 0 is the simplest.
    pub fn below(&mut self, count: usize) -> usize {
        let position = self.position;
        self.position += 1;
        let count = count.max(1) as u64;
        if position >= self.data.len() {
            let value = self.random.as_mut().map_or(0, |random| random.bits() >> 16) % count;
            self.data.push(value as u32);
        }
        (u64::from(self.data[position]) % count) as usize
    }

    /// True once in `count` times, never for the simplest program.
    pub fn one_in(&mut self, count: usize) -> bool {
        self.below(count) == count - 1
    }

    /// One of some values; the first is the simplest.
    pub fn pick<T: Clone>(&mut self, values: &[T]) -> T {
        values[self.below(values.len())].clone()
    }

    /// An index by weights; the first is the simplest.
    pub fn weighted(&mut self, weights: &[usize]) -> usize {
        let mut rest = self.below(weights.iter().sum());
        for (index, weight) in weights.iter().enumerate() {
            if rest < *weight {
                return index;
            }
            rest -= weight;
        }
        0
    }

    /// Starts a span.
    pub fn open(&mut self) {
        self.open.push(self.position);
    }

    /// Ends the innermost span.
    pub fn close(&mut self) {
        if let Some(start) = self.open.pop() {
            self.spans.push((start, self.position));
        }
    }

    /// The choices that were made.
    pub fn made(&self) -> Vec<u32> {
        self.data[..self.position.min(self.data.len())].to_vec()
    }
}
