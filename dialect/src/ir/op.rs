use super::{
    Attribute, Block, Context, Location, Region, Value, append_to_string, handle, name::encode, string_ref, text,
};
use crate::bridge;
use mlir_sys::*;
use std::fmt;

handle!(
    /// An operation.
    Op,
    MlirOperation
);

/// What an op does to memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EffectKind {
    Read,
    Write,
    Allocate,
    Free,
}

/// The attribute of a function that holds those of its arguments, a dictionary for each.
const ARGUMENTS: &str = "arg_attrs";

/// One effect of an op.
#[derive(Clone, Copy, Debug)]
pub struct Effect {
    pub kind: EffectKind,
    /// The memory, where the op says which.
    pub value: Option<Value>,
}

impl Op {
    /// Its full name, such as `arith.addf`.
    pub fn name(self) -> &'static str {
        // SAFETY: handles are live: see the rule in `ir.rs`.
        text(unsafe { mlirIdentifierStr(mlirOperationGetName(self.raw())) })
    }

    /// The context that owns it.
    pub fn context(self) -> Context {
        // SAFETY: handles are live: see the rule in `ir.rs`.
        Context::from_raw(unsafe { mlirOperationGetContext(self.raw()) })
    }

    /// Where it stands in the source.
    pub fn location(self) -> Location {
        // SAFETY: handles are live: see the rule in `ir.rs`.
        Location::from_raw(unsafe { mlirOperationGetLocation(self.raw()) })
    }

    /// The number of its operands.
    pub fn operand_count(self) -> usize {
        // SAFETY: handles are live: see the rule in `ir.rs`.
        unsafe { mlirOperationGetNumOperands(self.raw()) as usize }
    }

    /// The operand at a position below [`Self::operand_count`].
    pub fn operand(self, index: usize) -> Value {
        // SAFETY: handles are live: see the rule in `ir.rs`.
        Value::from_raw(unsafe { mlirOperationGetOperand(self.raw(), index as isize) })
    }

    /// All operands.
    pub fn operands(self) -> Vec<Value> {
        (0..self.operand_count()).map(|index| self.operand(index)).collect()
    }

    /// Replaces one operand.
    pub fn set_operand(self, index: usize, value: Value) {
        // SAFETY: handles are live: see the rule in `ir.rs`.
        unsafe { mlirOperationSetOperand(self.raw(), index as isize, value.raw()) }
    }

    /// Replaces all operands.
    pub fn set_operands(self, values: &[Value]) {
        let raw: Vec<_> = values.iter().map(|value| value.raw()).collect();
        // SAFETY: handles are live; texts and arrays have their lengths, and MLIR copies them.
        unsafe { mlirOperationSetOperands(self.raw(), raw.len() as isize, raw.as_ptr()) }
    }

    /// The number of its results.
    pub fn result_count(self) -> usize {
        // SAFETY: handles are live: see the rule in `ir.rs`.
        unsafe { mlirOperationGetNumResults(self.raw()) as usize }
    }

    /// The result at a position below [`Self::result_count`].
    pub fn result(self, index: usize) -> Value {
        // SAFETY: handles are live: see the rule in `ir.rs`.
        Value::from_raw(unsafe { mlirOperationGetResult(self.raw(), index as isize) })
    }

    /// All results.
    pub fn results(self) -> Vec<Value> {
        (0..self.result_count()).map(|index| self.result(index)).collect()
    }

    /// The number of its regions.
    pub fn region_count(self) -> usize {
        // SAFETY: handles are live: see the rule in `ir.rs`.
        unsafe { mlirOperationGetNumRegions(self.raw()) as usize }
    }

    /// The region at a position below [`Self::region_count`].
    pub fn region(self, index: usize) -> Region {
        // SAFETY: handles are live: see the rule in `ir.rs`.
        Region::from_raw(unsafe { mlirOperationGetRegion(self.raw(), index as isize) })
    }

    /// All regions.
    pub fn regions(self) -> Vec<Region> {
        (0..self.region_count()).map(|index| self.region(index)).collect()
    }

    /// The only block of a region, if it has exactly one.
    pub fn body(self, region: usize) -> Option<Block> {
        if region >= self.region_count() {
            return None;
        }
        self.region(region).first_block().filter(|block| block.next().is_none())
    }

    /// An attribute by name.
    pub fn attribute(self, name: &str) -> Option<Attribute> {
        // SAFETY: handles are live; texts and arrays have their lengths, and MLIR copies them.
        Attribute::from_nullable(unsafe { mlirOperationGetAttributeByName(self.raw(), string_ref(name)) })
    }

    /// Sets an attribute.
    pub fn set_attribute(self, name: &str, value: Attribute) {
        // SAFETY: handles are live; texts and arrays have their lengths, and MLIR copies them.
        unsafe { mlirOperationSetAttributeByName(self.raw(), string_ref(name), value.raw()) }
    }

    /// Removes an attribute.
    pub fn remove_attribute(self, name: &str) {
        // SAFETY: handles are live; texts and arrays have their lengths, and MLIR copies them.
        unsafe {
            mlirOperationRemoveAttributeByName(self.raw(), string_ref(name));
        }
    }

    /// All attributes, but those whose names are no UTF-8: no op knows such.
    pub fn attributes(self) -> Vec<(&'static str, Attribute)> {
        // SAFETY: handles are live: see the rule in `ir.rs`.
        (0..unsafe { mlirOperationGetNumAttributes(self.raw()) })
            .map(|index| {
                // SAFETY: handles are live: see the rule in `ir.rs`.
                let named = unsafe { mlirOperationGetAttribute(self.raw(), index) };
                // SAFETY: handles are live: see the rule in `ir.rs`.
                (text(unsafe { mlirIdentifierStr(named.name) }), Attribute::from_raw(named.attribute))
            })
            .filter(|(name, _)| !name.is_empty())
            .collect()
    }

    /// The attributes that the op's dialect does not define, but those whose names are no UTF-8.
    pub fn discardable_attributes(self) -> Vec<(&'static str, Attribute)> {
        // SAFETY: handles are live: see the rule in `ir.rs`.
        (0..unsafe { mlirOperationGetNumDiscardableAttributes(self.raw()) })
            // SAFETY: handles are live: see the rule in `ir.rs`.
            .map(|index| unsafe { mlirOperationGetDiscardableAttribute(self.raw(), index) })
            // SAFETY: handles are live: see the rule in `ir.rs`.
            .map(|named| (text(unsafe { mlirIdentifierStr(named.name) }), Attribute::from_raw(named.attribute)))
            .filter(|(name, _)| !name.is_empty())
            .collect()
    }

    /// An attribute of an argument of a function.
    pub fn argument_attribute(self, number: usize, name: &str) -> Option<Attribute> {
        self.attribute(ARGUMENTS)?.as_array()?.get(number)?.entry(name)
    }

    /// Sets an attribute of an argument of a function of `count` arguments.
    pub fn set_argument_attribute(self, count: usize, number: usize, name: &str, value: Attribute) {
        let context = self.context();
        let mut all = self.attribute(ARGUMENTS).and_then(Attribute::as_array).unwrap_or_default();
        all.resize(count, Attribute::empty_dictionary(context));
        if let Some(attributes) = all.get_mut(number) {
            *attributes = attributes.with_entry(context, name, value);
            self.set_attribute(ARGUMENTS, Attribute::array(context, &all));
        }
    }

    /// The bits of its fast-math flags.
    pub fn fast_math(self) -> u32 {
        self.attribute("fastmath").map_or(0, Attribute::fast_math)
    }

    /// The block that holds it.
    pub fn block(self) -> Option<Block> {
        // SAFETY: handles are live: see the rule in `ir.rs`.
        Block::from_nullable(unsafe { mlirOperationGetBlock(self.raw()) })
    }

    /// The op whose region holds it.
    pub fn parent(self) -> Option<Op> {
        // SAFETY: handles are live: see the rule in `ir.rs`.
        Op::from_nullable(unsafe { mlirOperationGetParentOperation(self.raw()) })
    }

    /// The next op in the block.
    pub fn next(self) -> Option<Op> {
        // SAFETY: handles are live: see the rule in `ir.rs`.
        Op::from_nullable(unsafe { mlirOperationGetNextInBlock(self.raw()) })
    }

    /// Whether it comes before another op of the same block.
    pub fn is_before(self, other: Op) -> bool {
        // SAFETY: handles are live: see the rule in `ir.rs`.
        unsafe { mlirOperationIsBeforeInBlock(self.raw(), other.raw()) }
    }

    /// The blocks that a terminator goes on to.
    pub fn successors(self) -> Vec<Block> {
        // SAFETY: handles are live: see the rule in `ir.rs`.
        (0..unsafe { mlirOperationGetNumSuccessors(self.raw()) })
            // SAFETY: handles are live: see the rule in `ir.rs`.
            .map(|index| Block::from_raw(unsafe { mlirOperationGetSuccessor(self.raw(), index) }))
            .collect()
    }

    /// Lets a terminator go on to another block in place of the successor at a position.
    pub fn set_successor(self, index: usize, block: Block) {
        // SAFETY: handles are live: see the rule in `ir.rs`.
        unsafe { mlirOperationSetSuccessor(self.raw(), index as isize, block.raw()) }
    }

    /// A copy outside any block.
    pub fn duplicate(self) -> Op {
        // SAFETY: handles are live: see the rule in `ir.rs`.
        Op::from_raw(unsafe { mlirOperationClone(self.raw()) })
    }

    /// Moves it before another op.
    pub fn move_before(self, other: Op) {
        // SAFETY: handles are live: see the rule in `ir.rs`.
        unsafe { mlirOperationMoveBefore(self.raw(), other.raw()) }
    }

    /// Moves it after another op.
    pub fn move_after(self, other: Op) {
        // SAFETY: handles are live: see the rule in `ir.rs`.
        unsafe { mlirOperationMoveAfter(self.raw(), other.raw()) }
    }

    /// Takes it out of its block, alive.
    pub fn detach(self) {
        // SAFETY: handles are live: see the rule in `ir.rs`.
        unsafe { mlirOperationRemoveFromParent(self.raw()) }
    }

    /// Erases it with its regions. Nothing may use its results.
    pub fn erase(self) {
        // SAFETY: the op is live, and by the rule of handles nothing uses it afterwards.
        unsafe { mlirOperationDestroy(self.raw()) }
    }

    /// Whether the IR under it is valid; the diagnostics go to the context's handlers.
    pub fn verify(self) -> bool {
        // SAFETY: handles are live: see the rule in `ir.rs`.
        unsafe { mlirOperationVerify(self.raw()) }
    }

    /// All ops under it and itself, outer ops first.
    pub fn walk(self) -> Vec<Op> {
        let first_ops = |op: Op| op.regions().into_iter().flat_map(Region::blocks).filter_map(Block::first_op);
        let mut ops = vec![self];
        // The next op of each block that is being walked.
        let mut pending: Vec<_> = first_ops(self).collect();
        pending.reverse();
        while let Some(op) = pending.pop() {
            ops.push(op);
            pending.extend(op.next());
            if op.region_count() > 0 {
                let outer = pending.len();
                pending.extend(first_ops(op));
                pending[outer..].reverse();
            }
        }
        ops
    }

    /// All functions under it and itself, outer ones first. The list is complete before the first one is changed.
    pub fn functions(self) -> Vec<Op> {
        self.walk().into_iter().filter(|op| op.region_count() > 0 && op.is_function()).collect()
    }

    /// Whether it is this op or lies in one of its regions.
    pub fn encloses(self, inner: Op) -> bool {
        inner.self_and_ancestors().any(|op| op == self)
    }

    /// The op of a block that it is, or stands in.
    pub fn ancestor_in(self, block: Block) -> Option<Op> {
        self.self_and_ancestors().find(|op| op.block() == Some(block))
    }

    /// The ops around it, from the inside out.
    pub fn ancestors(self) -> impl Iterator<Item = Op> + Clone {
        std::iter::successors(self.parent(), |op| op.parent())
    }

    /// Itself, and the ops around it.
    pub fn self_and_ancestors(self) -> impl Iterator<Item = Op> + Clone {
        std::iter::successors(Some(self), |op| op.parent())
    }

    /// The function around it.
    pub fn function(self) -> Option<Op> {
        self.ancestors().find(|op| op.is_function())
    }

    /// Whether it stands in a launch, a kernel or another function for GPUs.
    pub fn is_in_kernel(self) -> bool {
        self.ancestors().any(|op| op.name().starts_with("gpu."))
    }

    /// Whether a value is defined in one of its regions.
    pub fn encloses_value(self, value: Value) -> bool {
        value.block().ancestors().any(|op| op == self)
    }

    /// The name of the symbol that it defines.
    pub fn symbol_name(self) -> Option<String> {
        self.attribute("sym_name")?.as_string()
    }

    /// Gives a symbol another name wherever it is used in the regions of this op; the op that defines it keeps its own.
    pub fn rename_symbol_uses(self, old: &str, new: &str) {
        // Uses in regions that cannot be looked into are no concern: ops that MLIR does not know are refused.
        // SAFETY: handles are live; texts and arrays have their lengths, and MLIR copies them.
        unsafe { mlirSymbolTableReplaceAllSymbolUses(string_ref(&encode(old)), string_ref(&encode(new)), self.raw()) };
    }

    /// Its own effects on memory; `None`: unknown.
    pub fn effects(self) -> Option<Vec<Effect>> {
        bridge::memory_effects(self)
    }

    /// What an op with regions forwards: an op (it or a terminator in it), the number of an operand, and a result or an
    /// argument of a region that gets the value; in any order. `None`: unknown.
    pub fn region_flow(self) -> Option<Vec<(Op, usize, Value)>> {
        bridge::region_flow(self)
    }

    /// The block that a branch always goes on to, because the operands that decide are constants, and the values that it
    /// passes there; `None`: not known, or several of its successors are that block.
    pub fn taken_successor(self) -> Option<(Block, Vec<Value>)> {
        bridge::taken_successor(self)
    }

    /// Whether it and its regions neither read nor write memory.
    pub fn is_memory_effect_free(self) -> bool {
        bridge::is_memory_effect_free(self)
    }

    /// Whether it may be executed, repeated or dropped freely.
    pub fn is_pure(self) -> bool {
        bridge::is_pure(self)
    }

    /// Whether it ends a block.
    pub fn is_terminator(self) -> bool {
        bridge::is_terminator(self)
    }

    /// Whether it is a constant.
    pub fn is_constant(self) -> bool {
        bridge::is_constant_like(self)
    }

    /// Whether it is a function.
    pub fn is_function(self) -> bool {
        bridge::is_function(self)
    }

    /// The buffer that `result` is a view of.
    pub fn view_source(self, result: Value) -> Option<Value> {
        bridge::view_source(self, result)
    }

    /// The op that a symbol reference names, seen from here.
    pub fn lookup_symbol(self, symbol: Attribute) -> Option<Op> {
        bridge::lookup_symbol(self, symbol)
    }
}

impl fmt::Display for Op {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        let mut text = String::new();
        // SAFETY: the handle is live; the callback casts the data back to the text that it is.
        unsafe { mlirOperationPrint(self.raw(), Some(append_to_string), &mut text as *mut _ as *mut _) };
        formatter.write_str(&text)
    }
}

impl fmt::Debug for Op {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        write!(formatter, "'{}' at {}", self.name(), self.location())
    }
}
