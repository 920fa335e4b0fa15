//! The random numbers of `rand:`: splitmix64.

use super::{array::Array, element::Element};

/// A stream of random numbers.
#[derive(Clone)]
pub struct SplitMix(u64);

impl SplitMix {
    /// A stream by its seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next 64 random bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = self.0;
        let z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// Uniform in [-1, 1).
    pub fn uniform(&mut self) -> f64 {
        2.0 * ((self.bits() >> 11) as f64 * 2f64.powi(-53)) - 1.0
    }

    /// Fills an array: floats uniform in [-1, 1), integers in 0..8.
    pub(super) fn fill(&mut self, array: &mut Array) {
        let element = array.element;
        let count = array.len() * if element.is_complex() { 2 } else { 1 };
        array.bytes = match element {
            Element::Int(1) => (0..count).map(|_| (self.bits() >> 63) as u8).collect(),
            Element::Int(_) | Element::Index => {
                let numbers: Vec<_> = (0..count).map(|_| (self.bits() >> 61) as f64).collect();
                element.encode(&numbers)
            }
            _ => {
                let numbers: Vec<_> = (0..count).map(|_| self.uniform()).collect();
                element.encode(&numbers)
            }
        };
    }
}
