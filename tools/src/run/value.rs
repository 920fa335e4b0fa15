//! Values on the command line: a number, `@file.npy`, `zeros:4x5`, `rand:4x5:SEED`.

use super::{array::Array, npy, rng::SplitMix, slot::Slot};
use std::path::Path;

/// Reads a value for a slot.
///
/// # Errors
///
/// What is wrong with the text, the file, or its shape or type.
pub fn parse(text: &str, slot: &Slot) -> Result<Array, String> {
    let array = if let Some(path) = text.strip_prefix('@') {
        npy::read(Path::new(path), slot.element)?
    } else if let Some(shape) = text.strip_prefix("zeros:") {
        let shape = parse_shape(shape)?;
        slot.check_shape(&shape)?;
        Array::zeros(slot.element, &shape)?
    } else if let Some(rest) = text.strip_prefix("rand:") {
        let (shape, seed) = rest
            .rsplit_once(':')
            .ok_or_else(|| format!("expected 'rand:SHAPE:SEED', such as 'rand:4x5:1', got '{text}'"))?;
        let seed = seed.parse().map_err(|_| format!("expected a non-negative integer as the seed, got '{seed}'"))?;
        let shape = parse_shape(shape)?;
        slot.check_shape(&shape)?;
        let mut array = Array::zeros(slot.element, &shape)?;
        SplitMix::new(seed).fill(&mut array);
        array
    } else if slot.dims.is_empty() {
        Array { element: slot.element, shape: vec![], bytes: slot.element.parse(text)? }
    } else {
        return Err(format!(
            "expected an array of {} for '{}' ('@file.npy', 'zeros:SHAPE' or 'rand:SHAPE:SEED'), got '{text}'",
            slot.shape(),
            slot.ty
        ));
    };
    slot.check_shape(&array.shape)?;
    Ok(array)
}

/// Reads sizes such as `4x5`; nothing stands for rank 0.
fn parse_shape(text: &str) -> Result<Vec<usize>, String> {
    if text.is_empty() {
        return Ok(vec![]);
    }
    text.split('x')
        .map(|size| size.parse().map_err(|_| format!("expected sizes such as '4x5', got '{text}'")))
        .collect()
}

/// Splits `I=V`.
///
/// # Errors
///
/// If there is no number before a `=`.
pub fn parse_indexed(text: &str) -> Result<(usize, &str), String> {
    text.split_once('=')
        .and_then(|(index, value)| Some((index.trim().parse().ok()?, value)))
        .ok_or_else(|| format!("expected 'I=V' with the number of an argument, such as '0=zeros:4', got '{text}'"))
}
