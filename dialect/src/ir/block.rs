use super::{Location, Op, Type, Value, handle};
use crate::bridge;
use mlir_sys::*;

handle!(
    /// A basic block.
    Block,
    MlirBlock
);

handle!(
    /// A region of an op.
    Region,
    MlirRegion
);

impl Block {
    /// A block outside any region, for [`Region::append`].
    pub fn new(arguments: &[(Type, Location)]) -> Self {
        let types: Vec<_> = arguments.iter().map(|(ty, _)| ty.raw()).collect();
        let locations: Vec<_> = arguments.iter().map(|(_, location)| location.raw()).collect();
        // SAFETY: handles are live; texts and arrays have their lengths, and MLIR copies them.
        Self::from_raw(unsafe { mlirBlockCreate(types.len() as isize, types.as_ptr(), locations.as_ptr()) })
    }

    /// A block with arguments of some types, all at one location.
    pub fn with_types(types: &[Type], location: Location) -> Self {
        Self::new(&types.iter().map(|ty| (*ty, location)).collect::<Vec<_>>())
    }

    /// Its arguments.
    pub fn arguments(self) -> Vec<Value> {
        (0..self.argument_count()).map(|index| self.argument(index)).collect()
    }

    /// The number of its arguments.
    pub fn argument_count(self) -> usize {
        // SAFETY: handles are live: see the rule in `ir.rs`.
        unsafe { mlirBlockGetNumArguments(self.raw()) as usize }
    }

    /// The argument at a position below [`Self::argument_count`].
    pub fn argument(self, index: usize) -> Value {
        // SAFETY: handles are live: see the rule in `ir.rs`.
        Value::from_raw(unsafe { mlirBlockGetArgument(self.raw(), index as isize) })
    }

    /// Appends an argument.
    pub fn add_argument(self, ty: Type, location: Location) -> Value {
        // SAFETY: handles are live: see the rule in `ir.rs`.
        Value::from_raw(unsafe { mlirBlockAddArgument(self.raw(), ty.raw(), location.raw()) })
    }

    /// Inserts an argument at a position.
    pub fn insert_argument(self, index: usize, ty: Type, location: Location) -> Value {
        // SAFETY: handles are live: see the rule in `ir.rs`.
        Value::from_raw(unsafe { mlirBlockInsertArgument(self.raw(), index as isize, ty.raw(), location.raw()) })
    }

    /// Removes an argument that nothing uses.
    pub fn erase_argument(self, index: usize) {
        // SAFETY: handles are live: see the rule in `ir.rs`.
        unsafe { mlirBlockEraseArgument(self.raw(), index as u32) }
    }

    /// Its ops, as they are now: safe to rewrite while walking.
    pub fn ops(self) -> Vec<Op> {
        let mut ops = Vec::new();
        let mut next = self.first_op();
        while let Some(op) = next {
            ops.push(op);
            next = op.next();
        }
        ops
    }

    /// The first op.
    pub fn first_op(self) -> Option<Op> {
        // SAFETY: handles are live: see the rule in `ir.rs`.
        Op::from_nullable(unsafe { mlirBlockGetFirstOperation(self.raw()) })
    }

    /// The terminator, if the block has one.
    pub fn terminator(self) -> Option<Op> {
        // SAFETY: handles are live: see the rule in `ir.rs`.
        Op::from_nullable(unsafe { mlirBlockGetTerminator(self.raw()) })
    }

    /// The op whose region holds the block.
    pub fn parent_op(self) -> Option<Op> {
        // SAFETY: handles are live: see the rule in `ir.rs`.
        Op::from_nullable(unsafe { mlirBlockGetParentOperation(self.raw()) })
    }

    /// The ops around it, from the inside out.
    pub fn ancestors(self) -> impl Iterator<Item = Op> + Clone {
        std::iter::successors(self.parent_op(), |op| op.parent())
    }

    /// The region that holds it.
    pub fn region(self) -> Region {
        // SAFETY: handles are live: see the rule in `ir.rs`.
        Region::from_raw(unsafe { mlirBlockGetParentRegion(self.raw()) })
    }

    /// The next block of the region.
    pub fn next(self) -> Option<Block> {
        // SAFETY: handles are live: see the rule in `ir.rs`.
        Block::from_nullable(unsafe { mlirBlockGetNextInRegion(self.raw()) })
    }

    /// Takes it out of its region and erases it. No terminator may go on to it, and nothing outside use its values.
    pub fn erase(self) {
        // SAFETY: handles are live: see the rule in `ir.rs`.
        unsafe {
            mlirBlockDetach(self.raw());
            mlirBlockDestroy(self.raw());
        }
    }

    /// Whether an op lies in the block or in a region of one of its ops.
    pub fn encloses(self, op: Op) -> bool {
        let mut block = op.block();
        while let Some(inner) = block {
            if inner == self {
                return true;
            }
            block = inner.parent_op().and_then(Op::block);
        }
        false
    }
}

impl Region {
    /// An empty region that no op owns yet.
    pub fn new() -> Self {
        // SAFETY: the handles that it is made of are live.
        Self::from_raw(unsafe { mlirRegionCreate() })
    }

    /// A region of one block.
    pub fn with_block(block: Block) -> Self {
        let region = Self::new();
        region.append(block);
        region
    }

    /// Appends a block.
    pub fn append(self, block: Block) {
        // SAFETY: handles are live: see the rule in `ir.rs`.
        unsafe { mlirRegionAppendOwnedBlock(self.raw(), block.raw()) }
    }

    /// The first block.
    pub fn first_block(self) -> Option<Block> {
        // SAFETY: handles are live: see the rule in `ir.rs`.
        Block::from_nullable(unsafe { mlirRegionGetFirstBlock(self.raw()) })
    }

    /// All blocks.
    pub fn blocks(self) -> Vec<Block> {
        std::iter::successors(self.first_block(), |block| block.next()).collect()
    }

    /// Erases the blocks that nothing reaches, in the regions of its ops, too. Handles to what is in them die.
    pub fn erase_unreachable_blocks(self) {
        bridge::erase_unreachable_blocks(self);
    }

    /// Moves all blocks of another region here.
    pub fn take_body(self, source: Region) {
        // SAFETY: handles are live: see the rule in `ir.rs`.
        unsafe { mlirRegionTakeBody(self.raw(), source.raw()) }
    }
}

impl Default for Region {
    fn default() -> Self {
        Self::new()
    }
}
