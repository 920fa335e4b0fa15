//! Arrays in memory: an element type, sizes, and bytes in row-major order.

use super::{element::Element, memory};

/// An array; a number is an array without dimensions.
#[derive(Clone, Debug, PartialEq)]
pub struct Array {
    pub element: Element,
    pub shape: Vec<usize>,
    pub bytes: Vec<u8>,
}

impl Array {
    /// An array of zeros.
    ///
    /// # Errors
    ///
    /// A message if it does not fit in memory.
    pub fn zeros(element: Element, shape: &[usize]) -> Result<Self, String> {
        let size = byte_size(element, shape).ok_or_else(|| too_large(shape))?;
        let bytes = memory::zeros(size).ok_or_else(|| {
            format!("out of memory: cannot allocate an array of {} ({size} bytes)", shape_text(shape))
        })?;
        Ok(Self { element, shape: shape.to_vec(), bytes })
    }

    /// An array of zeros of the same type and shape.
    pub fn zeros_like(&self) -> Self {
        Self { element: self.element, shape: self.shape.clone(), bytes: vec![0; self.bytes.len()] }
    }

    /// An array of the same type and shape, each element the real number.
    pub fn splat_like(&self, number: f64) -> Self {
        let one: &[f64] = if self.element.is_complex() { &[number, 0.0] } else { &[number] };
        Self { bytes: self.element.encode(one).repeat(self.len()), ..self.zeros_like() }
    }

    /// An array of the same type and shape from real numbers, two an element if complex.
    pub fn with_numbers(&self, numbers: &[f64]) -> Self {
        Self { element: self.element, shape: self.shape.clone(), bytes: self.element.encode(numbers) }
    }

    /// The number of elements.
    pub fn len(&self) -> usize {
        self.bytes.len() / self.element.size()
    }

    /// Its real numbers, two an element if complex.
    pub fn numbers(&self) -> Vec<f64> {
        self.element.decode(&self.bytes)
    }

    /// The bytes of each element.
    pub fn elements(&self) -> std::slice::ChunksExact<'_, u8> {
        self.bytes.chunks_exact(self.element.size())
    }
}

/// The bytes of an array; `None` if memory cannot hold it.
pub fn byte_size(element: Element, shape: &[usize]) -> Option<usize> {
    // Even where one extent is zero: strides are products of the others.
    let size = shape.iter().try_fold(element.size(), |size, extent| size.checked_mul((*extent).max(1)))?;
    let is_empty = shape.contains(&0);
    (size <= isize::MAX as usize).then_some(if is_empty { 0 } else { size })
}

fn too_large(shape: &[usize]) -> String {
    format!("an array of {} does not fit in memory", shape_text(shape))
}

/// Sizes as they are written on the command line: `4x5`.
pub fn shape_text(shape: &[usize]) -> String {
    if shape.is_empty() {
        return "rank 0".into();
    }
    shape.iter().map(usize::to_string).collect::<Vec<_>>().join("x")
}
