use super::{Attribute, Block, Context, Location, Op, Region, Type, Value, string_ref};
use crate::views::{arith, memref};
use mlir_sys::*;

/// The attribute of both comparisons.
const PREDICATE: &str = arith::Cmpi::PREDICATE_ATTR;

/// Creates ops at one place: before an op, or at the end of a block.
#[derive(Clone, Copy)]
pub struct Builder {
    block: Block,
    before: Option<Op>,
    location: Location,
}

impl Builder {
    /// Inserts before an op, with its location.
    ///
    /// # Errors
    ///
    /// `None` if the op is in no block.
    pub fn before(op: Op) -> Option<Self> {
        Some(Self { block: op.block()?, before: Some(op), location: op.location() })
    }

    /// Inserts after an op, with its location. Ops that are created one after another stay in that order.
    pub fn after(op: Op) -> Option<Self> {
        Some(Self { block: op.block()?, before: op.next(), location: op.location() })
    }

    /// Inserts at the end of a block.
    pub fn at_end(block: Block, location: Location) -> Self {
        Self { block, before: None, location }
    }

    /// Inserts before the first op of a block.
    pub fn at_start(block: Block, location: Location) -> Self {
        Self { block, before: block.first_op(), location }
    }

    /// The same place with the location of other code.
    pub fn with_location(self, location: Location) -> Self {
        Self { location, ..self }
    }

    /// The location of new ops.
    pub fn location(&self) -> Location {
        self.location
    }

    /// The block that new ops go to.
    pub fn block(&self) -> Block {
        self.block
    }

    /// The context.
    pub fn context(&self) -> Context {
        self.location.context()
    }

    /// Inserts an op that is in no block yet.
    pub fn insert(&self, op: Op) -> Op {
        // SAFETY: handles are live: see the rule in `ir.rs`.
        unsafe {
            match self.before {
                Some(before) => mlirBlockInsertOwnedOperationBefore(self.block.raw(), before.raw(), op.raw()),
                None => mlirBlockAppendOwnedOperation(self.block.raw(), op.raw()),
            }
        }
        op
    }

    /// Creates and inserts an op. Its name must be that of a registered op, and regions are owned by it afterwards.
    pub fn create(
        &self,
        name: &str,
        operands: &[Value],
        results: &[Type],
        attributes: &[(&str, Attribute)],
        regions: &[Region],
    ) -> Op {
        self.insert(detached(self.location, name, operands, results, attributes, regions, &[]))
    }

    /// Creates a terminator without results that goes on to other blocks.
    pub fn branch(&self, name: &str, operands: &[Value], successors: &[Block]) -> Op {
        self.insert(detached(self.location, name, operands, &[], &[], &[], successors))
    }

    /// Creates an op with one result.
    pub fn op(&self, name: &str, operands: &[Value], result: Type) -> Value {
        self.create(name, operands, &[result], &[], &[]).result(0)
    }

    /// Creates an op without results.
    pub fn effect(&self, name: &str, operands: &[Value]) -> Op {
        self.create(name, operands, &[], &[], &[])
    }

    /// An op on values of one type that gives the same type.
    pub fn same(&self, name: &str, operands: &[Value]) -> Value {
        self.op(name, operands, operands[0].ty())
    }

    /// Updates an element of a buffer atomically by a value of its type: `place` is the buffer, then the
    /// indices. In parallel the result is the element before.
    pub fn atomic_rmw(&self, kind: memref::AtomicRMWKind, value: Value, place: &[Value]) -> Value {
        let attributes = [(memref::AtomicRmw::KIND_ATTR, kind.attribute(self.context(), 64))];
        self.create(memref::AtomicRmw::NAME, &[&[value], place].concat(), &[value.ty()], &attributes, &[]).result(0)
    }

    /// Compares integers or indices, or vectors of them element by element.
    pub fn cmpi(&self, predicate: arith::CmpIPredicate, a: Value, b: Value) -> Value {
        self.compare(arith::Cmpi::NAME, predicate.attribute(self.context(), 64), a, b)
    }

    /// Compares floats, or vectors or tensors of them element by element.
    pub fn cmpf(&self, predicate: arith::CmpFPredicate, a: Value, b: Value) -> Value {
        self.compare(arith::Cmpf::NAME, predicate.attribute(self.context(), 64), a, b)
    }

    fn compare(&self, name: &str, predicate: Attribute, a: Value, b: Value) -> Value {
        let boolean = Type::integer(self.context(), 1);
        let result = if a.ty().element() == a.ty() { None } else { a.ty().with_element(boolean) };
        self.create(name, &[a, b], &[result.unwrap_or(boolean)], &[(PREDICATE, predicate)], &[]).result(0)
    }

    /// A constant of type `index`.
    pub fn index(&self, value: i64) -> Value {
        let ty = Type::index(self.context());
        self.constant(ty, Attribute::integer(ty, value))
    }

    /// `true` or `false`.
    pub fn boolean(&self, value: bool) -> Value {
        let ty = Type::integer(self.context(), 1);
        self.constant(ty, Attribute::integer(ty, value.into()))
    }

    /// An `arith.constant`.
    pub fn constant(&self, ty: Type, value: Attribute) -> Value {
        self.create("arith.constant", &[], &[ty], &[("value", value)], &[]).result(0)
    }

    /// A number of a float, complex, vector or static tensor type, each element the same.
    ///
    /// # Errors
    ///
    /// `None` for a type that has no such constant (memrefs, tensors of unknown size, integers).
    pub fn number(&self, ty: Type, value: f64) -> Option<Value> {
        self.complex_number(ty, value, 0.0)
    }

    /// As [`Self::number`], with an imaginary part that only complex types may have.
    pub fn complex_number(&self, ty: Type, re: f64, im: f64) -> Option<Value> {
        let element = ty.element();
        if ty.is_memory() || (element != ty && ty.shape().contains(&Type::DYNAMIC)) {
            return None;
        }
        if element.is_complex() {
            let real = element.real();
            let parts = Attribute::array(self.context(), &[Attribute::float(real, re), Attribute::float(real, im)]);
            if element == ty {
                return Some(self.create("complex.constant", &[], &[ty], &[("value", parts)], &[]).result(0));
            }
            let text = format!("dense<({re:.17e}, {im:.17e})> : {ty}");
            return Some(self.constant(ty, Attribute::parse(self.context(), &text)?));
        }
        if !element.is_float() || im != 0.0 {
            return None;
        }
        let scalar = Attribute::float(element, re);
        let attribute = if element == ty { scalar } else { Attribute::splat(ty, scalar) };
        Some(self.constant(ty, attribute))
    }
}

fn detached(
    location: Location,
    name: &str,
    operands: &[Value],
    results: &[Type],
    attributes: &[(&str, Attribute)],
    regions: &[Region],
    successors: &[Block],
) -> Op {
    let successors: Vec<_> = successors.iter().map(|block| block.raw()).collect();
    let operands: Vec<_> = operands.iter().map(|value| value.raw()).collect();
    let results: Vec<_> = results.iter().map(|ty| ty.raw()).collect();
    let regions: Vec<_> = regions.iter().map(|region| region.raw()).collect();
    let context = location.context().raw();
    let attributes: Vec<_> = attributes
        .iter()
        // SAFETY: handles are live; texts and arrays have their lengths, and MLIR copies them.
        .map(|(name, value)| unsafe {
            mlirNamedAttributeGet(mlirIdentifierGet(context, string_ref(name)), value.raw())
        })
        .collect();
    // SAFETY: handles are live; texts and arrays have their lengths, and MLIR copies them.
    unsafe {
        let mut state = mlirOperationStateGet(string_ref(name), location.raw());
        mlirOperationStateAddOperands(&mut state, operands.len() as isize, operands.as_ptr());
        mlirOperationStateAddResults(&mut state, results.len() as isize, results.as_ptr());
        mlirOperationStateAddAttributes(&mut state, attributes.len() as isize, attributes.as_ptr());
        mlirOperationStateAddOwnedRegions(&mut state, regions.len() as isize, regions.as_ptr());
        mlirOperationStateAddSuccessors(&mut state, successors.len() as isize, successors.as_ptr());
        Op::from_raw(mlirOperationCreate(&mut state))
    }
}
