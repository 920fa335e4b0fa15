use super::{Block, Location, Op, Type, append_to_string, handle};
use mlir_sys::*;
use std::fmt;

handle!(
    /// An op result or a block argument.
    Value,
    MlirValue
);

impl Value {
    /// Its type.
    pub fn ty(self) -> Type {
        // SAFETY: handles are live: see the rule in `ir.rs`.
        Type::from_raw(unsafe { mlirValueGetType(self.raw()) })
    }

    /// Changes its type in place.
    pub fn set_type(self, ty: Type) {
        // SAFETY: handles are live: see the rule in `ir.rs`.
        unsafe { mlirValueSetType(self.raw(), ty.raw()) }
    }

    /// Where it is defined.
    pub fn location(self) -> Location {
        // SAFETY: handles are live: see the rule in `ir.rs`.
        Location::from_raw(unsafe { mlirValueGetLocation(self.raw()) })
    }

    /// The op that it is a result of.
    pub fn defining_op(self) -> Option<Op> {
        // SAFETY: the handle is live, and its kind was asked for first.
        unsafe { mlirValueIsAOpResult(self.raw()).then(|| Op::from_raw(mlirOpResultGetOwner(self.raw()))) }
    }

    /// Its number among the results of its op.
    pub fn result_number(self) -> Option<usize> {
        // SAFETY: the handle is live, and its kind was asked for first.
        unsafe { mlirValueIsAOpResult(self.raw()).then(|| mlirOpResultGetResultNumber(self.raw()) as usize) }
    }

    /// Its number among the arguments of its block.
    pub fn argument_number(self) -> Option<usize> {
        // SAFETY: the handle is live, and its kind was asked for first.
        unsafe { mlirValueIsABlockArgument(self.raw()).then(|| mlirBlockArgumentGetArgNumber(self.raw()) as usize) }
    }

    /// The block that defines it.
    pub fn block(self) -> Block {
        // SAFETY: the handle is live, and its kind was asked for first.
        unsafe {
            if mlirValueIsABlockArgument(self.raw()) {
                Block::from_raw(mlirBlockArgumentGetOwner(self.raw()))
            } else {
                Block::from_raw(mlirOperationGetBlock(mlirOpResultGetOwner(self.raw())))
            }
        }
    }

    /// The uses: op and number of the operand.
    pub fn uses(self) -> Vec<(Op, usize)> {
        let mut uses = Vec::new();
        // SAFETY: handles are live: see the rule in `ir.rs`.
        unsafe {
            let mut operand = mlirValueGetFirstUse(self.raw());
            while !mlirOpOperandIsNull(operand) {
                uses.push((
                    Op::from_raw(mlirOpOperandGetOwner(operand)),
                    mlirOpOperandGetOperandNumber(operand) as usize,
                ));
                operand = mlirOpOperandGetNextUse(operand);
            }
        }
        uses
    }

    /// Whether nothing uses it.
    pub fn is_unused(self) -> bool {
        // SAFETY: handles are live: see the rule in `ir.rs`.
        unsafe { mlirOpOperandIsNull(mlirValueGetFirstUse(self.raw())) }
    }

    /// Makes every use a use of `other`.
    pub fn replace_all_uses_with(self, other: Value) {
        // SAFETY: handles are live: see the rule in `ir.rs`.
        unsafe { mlirValueReplaceAllUsesOfWith(self.raw(), other.raw()) }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        let mut text = String::new();
        // SAFETY: the handle is live; the callback casts the data back to the text that it is.
        unsafe { mlirValuePrint(self.raw(), Some(append_to_string), &mut text as *mut _ as *mut _) };
        formatter.write_str(&text)
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}
