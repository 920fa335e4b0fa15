//! What can be passed to a function and back: the parameters and results of a signature.

use super::{
    array::{Array, shape_text},
    element::Element,
};
use autodiff_dialect::ir::Type;

/// How a value travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Scalar,
    Vector,
    Memref,
}

/// One parameter or result.
#[derive(Clone, Debug)]
pub struct Slot {
    /// The MLIR type as text.
    pub ty: String,
    pub kind: Kind,
    pub element: Element,
    /// The sizes; `None` where they are known at run time only.
    pub dims: Vec<Option<usize>>,
}

impl Slot {
    /// The slot of a parameter.
    ///
    /// # Errors
    ///
    /// Why values of the type cannot be passed.
    pub fn parameter(ty: Type) -> Result<Self, String> {
        let slot = Self::result(ty)?;
        if slot.kind == Kind::Memref && Type::memref(ty.element(), &ty.shape()) != ty {
            return Err(format!("unsupported type '{ty}': expected a memref with identity layout"));
        }
        Ok(slot)
    }

    /// The slot of a result.
    ///
    /// # Errors
    ///
    /// Why values of the type cannot be returned.
    pub fn result(ty: Type) -> Result<Self, String> {
        let text = ty.to_string();
        let kind = match () {
            () if ty.is_memref() => Kind::Memref,
            () if ty.is_vector() => Kind::Vector,
            () if ty.element() == ty => Kind::Scalar,
            () => {
                return Err(format!(
                    "unsupported type '{text}': expected a number, a vector, a ranked memref or tensor"
                ));
            }
        };
        if ty.memory_space().is_some() {
            return Err(format!("unsupported type '{text}': expected a memref in the default memory space"));
        }
        let element = Element::of(ty.element())
            .ok_or_else(|| format!("unsupported type '{text}': values of type '{}' cannot be passed", ty.element()))?;
        if kind == Kind::Vector && (text.contains('[') || element == Element::Int(1)) {
            return Err(format!("unsupported type '{text}': expected a vector of fixed size of whole bytes"));
        }
        let dims = ty.shape().into_iter().map(|size| usize::try_from(size).ok()).collect();
        Ok(Self { ty: text, kind, element, dims })
    }

    /// Whether its values can carry a derivative.
    pub fn is_differentiable(&self) -> bool {
        self.element.is_float()
    }

    /// The slot with the sizes that something has at run time.
    pub fn of_shape(&self, shape: &[usize]) -> Self {
        Self { dims: shape.iter().map(|size| Some(*size)).collect(), ..self.clone() }
    }

    /// Whether an array can be passed here.
    ///
    /// # Errors
    ///
    /// Expected and given shape.
    pub fn check_shape(&self, shape: &[usize]) -> Result<(), String> {
        let fits = self.dims.len() == shape.len()
            && self.dims.iter().zip(shape).all(|(dim, size)| dim.is_none_or(|dim| dim == *size));
        if fits {
            Ok(())
        } else if self.dims.is_empty() {
            Err(format!("expected a number for '{}', got an array of {}", self.ty, shape_text(shape)))
        } else {
            Err(format!("expected {} for '{}', got {}", self.shape(), self.ty, shape_text(shape)))
        }
    }

    /// The sizes as they are written on the command line: `4x?`.
    pub fn shape(&self) -> String {
        if self.dims.is_empty() {
            return "rank 0".into();
        }
        let dims: Vec<_> = self.dims.iter().map(|dim| dim.map_or("?".into(), |size| size.to_string())).collect();
        dims.join("x")
    }

    /// An array of zeros for a slot whose sizes are all known.
    ///
    /// # Errors
    ///
    /// A message if it does not fit in memory.
    pub fn zeros(&self) -> Result<Array, String> {
        let shape: Vec<_> = self.dims.iter().map(|dim| dim.unwrap_or(0)).collect();
        Array::zeros(self.element, &shape)
    }
}
