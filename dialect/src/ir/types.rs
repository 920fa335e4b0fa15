use super::{Attribute, Context, append_to_string, handle, string_ref, text};
use crate::bridge;
use mlir_sys::*;
use std::fmt;

handle!(
    /// A type.
    Type,
    MlirType
);

impl Type {
    /// Parses a type.
    pub fn parse(context: Context, source: &str) -> Option<Self> {
        // SAFETY: handles are live; texts and arrays have their lengths, and MLIR copies them.
        Self::from_nullable(unsafe { mlirTypeParseGet(context.raw(), string_ref(source)) })
    }

    /// `index`.
    pub fn index(context: Context) -> Self {
        // SAFETY: the handles that it is made of are live.
        Self(unsafe { mlirIndexTypeGet(context.raw()) })
    }

    /// A signless integer.
    pub fn integer(context: Context, bits: u32) -> Self {
        // SAFETY: the handles that it is made of are live.
        Self(unsafe { mlirIntegerTypeGet(context.raw(), bits) })
    }

    /// `f64`.
    pub fn f64(context: Context) -> Self {
        // SAFETY: the handles that it is made of are live.
        Self(unsafe { mlirF64TypeGet(context.raw()) })
    }

    /// A function type.
    pub fn function(context: Context, inputs: &[Type], results: &[Type]) -> Self {
        let inputs: Vec<_> = inputs.iter().map(|ty| ty.raw()).collect();
        let results: Vec<_> = results.iter().map(|ty| ty.raw()).collect();
        // SAFETY: handles are live: see the rule in `ir.rs`.
        Self(unsafe {
            mlirFunctionTypeGet(
                context.raw(),
                inputs.len() as isize,
                inputs.as_ptr(),
                results.len() as isize,
                results.as_ptr(),
            )
        })
    }

    /// A contiguous memref; [`Self::DYNAMIC`] marks a size known at run time only.
    pub fn memref(element: Type, shape: &[i64]) -> Self {
        // SAFETY: handles are live: see the rule in `ir.rs`.
        unsafe {
            Self(mlirMemRefTypeContiguousGet(
                element.raw(),
                shape.len() as isize,
                shape.as_ptr(),
                mlirAttributeGetNull(),
            ))
        }
    }

    /// A tensor; [`Self::DYNAMIC`] marks a size known at run time only.
    pub fn tensor(element: Type, shape: &[i64]) -> Self {
        // SAFETY: handles are live: see the rule in `ir.rs`.
        let open = unsafe { mlirShapedTypeGetDynamicSize() };
        let shape: Vec<_> = shape.iter().map(|size| if *size == Self::DYNAMIC { open } else { *size }).collect();
        // SAFETY: handles are live; texts and arrays have their lengths, and MLIR copies them.
        unsafe {
            let no_encoding = mlirAttributeGetNull();
            Self(mlirRankedTensorTypeGet(shape.len() as isize, shape.as_ptr(), element.raw(), no_encoding))
        }
    }

    /// `!autodiff.cache<element>`.
    pub fn cache(element: Type) -> Self {
        bridge::cache_type(element)
    }

    /// The size that stands for "known at run time only".
    pub const DYNAMIC: i64 = i64::MIN;

    /// The context that owns it.
    pub fn context(self) -> Context {
        // SAFETY: handles are live: see the rule in `ir.rs`.
        Context::from_raw(unsafe { mlirTypeGetContext(self.0) })
    }

    /// The name of the dialect that defines it.
    pub fn dialect(self) -> &'static str {
        // SAFETY: handles are live: see the rule in `ir.rs`.
        text(unsafe { mlirDialectGetNamespace(mlirTypeGetDialect(self.0)) })
    }

    /// Whether it is a floating-point number.
    pub fn is_float(self) -> bool {
        // SAFETY: the handle is live.
        unsafe { mlirTypeIsAFloat(self.0) }
    }

    /// The bits of a floating-point number or an integer.
    pub fn bit_width(self) -> Option<u32> {
        // SAFETY: the handle is live, and its kind was asked for first.
        unsafe {
            if mlirTypeIsAFloat(self.0) {
                Some(mlirFloatTypeGetWidth(self.0))
            } else if mlirTypeIsAInteger(self.0) {
                Some(mlirIntegerTypeGetWidth(self.0))
            } else {
                None
            }
        }
    }

    /// Whether it is `bf16`.
    pub fn is_bf16(self) -> bool {
        // SAFETY: the handle is live.
        unsafe { mlirTypeIsABF16(self.0) }
    }

    /// Whether it is `f16`.
    pub fn is_f16(self) -> bool {
        // SAFETY: the handle is live.
        unsafe { mlirTypeIsAF16(self.0) }
    }

    /// Whether it is an integer.
    pub fn is_integer(self) -> bool {
        // SAFETY: the handle is live.
        unsafe { mlirTypeIsAInteger(self.0) }
    }

    /// Whether it is `index`.
    pub fn is_index(self) -> bool {
        // SAFETY: the handle is live.
        unsafe { mlirTypeIsAIndex(self.0) }
    }

    /// Whether it is a complex number.
    pub fn is_complex(self) -> bool {
        // SAFETY: the handle is live.
        unsafe { mlirTypeIsAComplex(self.0) }
    }

    /// Whether it is a memref with a rank.
    pub fn is_memref(self) -> bool {
        // SAFETY: the handle is live.
        unsafe { mlirTypeIsAMemRef(self.0) }
    }

    /// Whether it is a memref without a rank.
    pub fn is_unranked_memref(self) -> bool {
        // SAFETY: the handle is live.
        unsafe { mlirTypeIsAUnrankedMemRef(self.0) }
    }

    /// Whether it is memory: a memref with or without a rank, a cache or a tape.
    pub fn is_memory(self) -> bool {
        bridge::is_memory(self)
    }

    /// Whether LLVM has it, and all the types in it: none of `index`, `complex`, `memref`, `tuple`.
    pub fn is_llvm(self) -> bool {
        bridge::is_llvm(self)
    }

    /// `!autodiff.tape`.
    pub fn tape(context: Context) -> Self {
        bridge::tape_type(context)
    }

    /// Whether it is `!autodiff.tape`.
    pub fn is_tape(self) -> bool {
        bridge::is_tape(self)
    }

    /// Whether it is `!autodiff.cache<T>`.
    pub fn is_cache(self) -> bool {
        bridge::cache_element(self).is_some()
    }

    /// Whether it is a vector.
    pub fn is_vector(self) -> bool {
        // SAFETY: the handle is live.
        unsafe { mlirTypeIsAVector(self.0) }
    }

    /// Whether it is a tensor with a rank.
    pub fn is_tensor(self) -> bool {
        // SAFETY: the handle is live.
        unsafe { mlirTypeIsARankedTensor(self.0) }
    }

    /// The type of the elements of a shaped type or a cache; the type itself otherwise.
    pub fn element(self) -> Self {
        // SAFETY: the handle is live, and its kind was asked for first.
        unsafe {
            if mlirTypeIsAShaped(self.0) {
                Self(mlirShapedTypeGetElementType(self.0))
            } else {
                bridge::cache_element(self).unwrap_or(self)
            }
        }
    }

    /// The real type of a complex number; the type itself otherwise.
    pub fn real(self) -> Self {
        // SAFETY: the handle is live, and its kind was asked for first.
        unsafe { if mlirTypeIsAComplex(self.0) { Self(mlirComplexTypeGetElementType(self.0)) } else { self } }
    }

    /// The sizes of a shaped type with a rank.
    pub fn shape(self) -> Vec<i64> {
        // SAFETY: the handle is live, and its kind was asked for first.
        unsafe {
            if !mlirTypeIsAShaped(self.0) || !mlirShapedTypeHasRank(self.0) {
                return Vec::new();
            }
            (0..mlirShapedTypeGetRank(self.0))
                .map(|index| {
                    if mlirShapedTypeIsDynamicDim(self.0, index as isize) {
                        Self::DYNAMIC
                    } else {
                        mlirShapedTypeGetDimSize(self.0, index as isize)
                    }
                })
                .collect()
        }
    }

    /// The same shape with other elements, without a layout.
    pub fn with_element(self, element: Type) -> Option<Self> {
        let shape = self.shape();
        // SAFETY: handles are live: see the rule in `ir.rs`.
        let raw = unsafe {
            if self.is_vector() {
                let scalable: Vec<_> =
                    (0..shape.len() as isize).map(|index| mlirVectorTypeIsDimScalable(self.0, index)).collect();
                let location = mlirLocationUnknownGet(self.context().raw());
                return Self::from_nullable(mlirVectorTypeGetScalableChecked(
                    location,
                    shape.len() as isize,
                    shape.as_ptr(),
                    scalable.as_ptr(),
                    element.raw(),
                ));
            } else if self.is_tensor() {
                mlirRankedTensorTypeGet(
                    shape.len() as isize,
                    shape
                        .iter()
                        .map(|size| if *size == Self::DYNAMIC { mlirShapedTypeGetDynamicSize() } else { *size })
                        .collect::<Vec<_>>()
                        .as_ptr(),
                    element.raw(),
                    mlirAttributeGetNull(),
                )
            } else if self.is_memref() {
                return Some(Self::memref(element, &shape));
            } else {
                return Some(element);
            }
        };
        Some(Self(raw))
    }

    /// The type that sums of values of the type are made in: `f32` for `f16` and `bf16`, also behind complex numbers, in
    /// vectors and tensors, and in memrefs of these and of such memrefs, which keep layout and memory space; other types
    /// stay as they are.
    pub fn widened(self) -> Self {
        let element = self.element();
        if element == self {
            return match self.real().is_f16() || self.real().is_bf16() {
                // SAFETY: the handles that it is made of are live.
                true if self.is_complex() => Self(unsafe { mlirComplexTypeGet(mlirF32TypeGet(self.context().raw())) }),
                // SAFETY: the handles that it is made of are live.
                true => Self(unsafe { mlirF32TypeGet(self.context().raw()) }),
                false => self,
            };
        }
        let wide = element.widened();
        if wide == element {
            return self;
        }
        // SAFETY: the handle is live, and its kind was asked for first.
        unsafe {
            if mlirTypeIsAMemRef(self.0) {
                let shape: Vec<_> = (0..mlirShapedTypeGetRank(self.0))
                    .map(|index| mlirShapedTypeGetDimSize(self.0, index as isize))
                    .collect();
                let (layout, space) = (mlirMemRefTypeGetLayout(self.0), mlirMemRefTypeGetMemorySpace(self.0));
                return Self(mlirMemRefTypeGet(wide.0, shape.len() as isize, shape.as_ptr(), layout, space));
            }
            if mlirTypeIsAUnrankedMemRef(self.0) {
                return Self(mlirUnrankedMemRefTypeGet(wide.0, mlirUnrankedMemrefGetMemorySpace(self.0)));
            }
            // Nothing converts vectors and tensors of complex numbers, or tensors in a form of their own.
            let plain = self.is_vector() || (self.is_tensor() && mlirRankedTensorTypeGetEncoding(self.0).ptr.is_null());
            if plain && !element.is_complex() { self.with_element(wide).unwrap_or(self) } else { self }
        }
    }

    /// Layout attribute of a memref.
    pub fn memref_layout(self) -> Option<Attribute> {
        // SAFETY: handles are live: see the rule in `ir.rs`.
        self.is_memref().then(|| Attribute::from_raw(unsafe { mlirMemRefTypeGetLayout(self.0) }))
    }

    /// Strides and offset of a memref in elements, where it has them; [`Self::DYNAMIC`] marks those known at run time only.
    pub fn strides(self) -> Option<(Vec<i64>, i64)> {
        if !self.is_memref() {
            return None;
        }
        // SAFETY: handles are live: see the rule in `ir.rs`.
        unsafe {
            let mut strides = vec![0; mlirShapedTypeGetRank(self.0).try_into().ok()?];
            let mut offset = 0;
            let known = mlirMemRefTypeGetStridesAndOffset(self.0, strides.as_mut_ptr(), &mut offset);
            let open = mlirShapedTypeGetDynamicStrideOrOffset();
            let number = |number: i64| if number == open { Self::DYNAMIC } else { number };
            (known.value != 0).then(|| (strides.into_iter().map(number).collect(), number(offset)))
        }
    }

    /// Memory space of a memref, if it names one.
    pub fn memory_space(self) -> Option<Attribute> {
        if !self.is_memref() {
            return None;
        }
        // SAFETY: handles are live: see the rule in `ir.rs`.
        Attribute::from_nullable(unsafe { mlirMemRefTypeGetMemorySpace(self.0) })
    }

    /// A memref type with other elements, or in another memory space, of the same shape and layout.
    pub fn with_memory(self, element: Type, space: Option<Attribute>) -> Option<Self> {
        if !self.is_memref() {
            return None;
        }
        // SAFETY: handles are live: see the rule in `ir.rs`.
        unsafe {
            let shape: Vec<_> = (0..mlirShapedTypeGetRank(self.0))
                .map(|index| mlirShapedTypeGetDimSize(self.0, index as isize))
                .collect();
            let layout = mlirMemRefTypeGetLayout(self.0);
            let space = space.map_or_else(|| mlirAttributeGetNull(), Attribute::raw);
            Self::from_nullable(mlirMemRefTypeGetChecked(
                mlirLocationUnknownGet(self.context().raw()),
                element.0,
                shape.len() as isize,
                shape.as_ptr(),
                layout,
                space,
            ))
        }
    }

    /// The same type with every memref in the default memory space, the inputs and results of function types included.
    pub fn without_memory_spaces(self) -> Self {
        // SAFETY: the handle is live, and its kind was asked for first.
        unsafe {
            if mlirTypeIsAMemRef(self.0) {
                self.with_memory(self.element().without_memory_spaces(), None).unwrap_or(self)
            } else if mlirTypeIsAUnrankedMemRef(self.0) {
                Self(mlirUnrankedMemRefTypeGet(self.element().without_memory_spaces().0, mlirAttributeGetNull()))
            } else if let Some((inputs, results)) = self.function_parts() {
                let map = |types: Vec<Type>| types.into_iter().map(Self::without_memory_spaces).collect::<Vec<_>>();
                Self::function(self.context(), &map(inputs), &map(results))
            } else {
                self
            }
        }
    }

    /// Inputs and results of a function type.
    pub fn function_parts(self) -> Option<(Vec<Type>, Vec<Type>)> {
        // SAFETY: the handle is live, and its kind was asked for first.
        unsafe {
            mlirTypeIsAFunction(self.0).then(|| {
                (
                    (0..mlirFunctionTypeGetNumInputs(self.0))
                        .map(|index| Self(mlirFunctionTypeGetInput(self.0, index)))
                        .collect(),
                    (0..mlirFunctionTypeGetNumResults(self.0))
                        .map(|index| Self(mlirFunctionTypeGetResult(self.0, index)))
                        .collect(),
                )
            })
        }
    }

    /// Whether values of the type, or the elements behind it, can carry a derivative.
    pub fn is_differentiable(self) -> bool {
        let element = self.element();
        if element == self { self.real().is_float() || self.is_tape() } else { element.is_differentiable() }
    }

    /// Whether it is differentiable and passed by value: a number, a vector or a tensor.
    pub fn is_differentiable_value(self) -> bool {
        !self.is_memory() && self.is_differentiable()
    }

    /// Whether it is a buffer of buffers.
    pub fn holds_buffers(self) -> bool {
        !self.is_cache() && self.held_memory().is_some()
    }

    /// Whether zeros are no shadow of it: the shadow of a buffer of buffers, or of a tape, holds what only whoever made the
    /// memory knows.
    pub fn has_no_zeros(self) -> bool {
        self.holds_buffers() || self.is_tape()
    }

    /// The type of the memory that memory holds, if it holds any.
    pub fn held_memory(self) -> Option<Self> {
        let element = self.element();
        (self.is_memory() && element != self && element.is_memory()).then_some(element)
    }

    /// Whether it is memory whose content can carry a derivative.
    pub fn is_differentiable_memory(self) -> bool {
        self.is_memory() && self.is_differentiable()
    }
}

impl fmt::Display for Type {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        let mut text = String::new();
        // SAFETY: the handle is live; the callback casts the data back to the text that it is.
        unsafe { mlirTypePrint(self.0, Some(append_to_string), &mut text as *mut _ as *mut _) };
        formatter.write_str(&text)
    }
}

impl fmt::Debug for Type {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}
