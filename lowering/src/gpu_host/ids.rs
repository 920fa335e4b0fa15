//! Ids and sizes: read from the structure that the runtime keeps for each thread, once in a function.

use super::{
    abi,
    abi::{INTERNAL, Runtime, Word},
    device::Function,
};
use autodiff_dialect::{
    diagnostic::Diagnostic,
    ir::{Attribute, Builder, Op, Type, Value},
    views::{arith, gpu, llvm},
};
use std::collections::HashMap;

/// What a function knows of the thread that runs it.
pub struct Ids<'r> {
    function: Op,
    pub runtime: &'r mut Runtime,
    thread: Option<Value>,
    known: HashMap<(Word, i32), Value>,
    /// A mark after what was put at the start of the function. It stays until the end: lists of ops may hold it.
    mark: Option<Op>,
}

impl<'r> Ids<'r> {
    pub fn new(function: &Function, runtime: &'r mut Runtime) -> Self {
        let entry = function.op.region(0).first_block();
        let thread = entry.filter(|_| function.is_kernel).map(|entry| entry.argument(0));
        Self { function: function.op, runtime, thread, known: HashMap::new(), mark: None }
    }

    /// Creates ops at the start of the function, after those that are there for the same reason.
    pub fn at_entry<R>(&mut self, create: impl FnOnce(&Builder) -> R) -> Option<R> {
        let entry = self.function.region(0).first_block()?;
        let location = self.function.location();
        let mark = match self.mark {
            Some(mark) => mark,
            None => Builder::at_start(entry, location).boolean(false).defining_op()?,
        };
        self.mark = Some(mark);
        Some(create(&Builder::before(mark)?.with_location(location)))
    }

    /// Removes what was needed to find places.
    pub fn finish(self) {
        if let Some(mark) = self.mark {
            mark.erase();
        }
    }

    fn thread(&mut self) -> Option<Value> {
        if self.thread.is_none() {
            let pointer = abi::pointer(self.function.context())?;
            let entry = self.function.region(0).first_block()?;
            let builder = Builder::at_start(entry, self.function.location());
            self.thread = Some(self.runtime.call(&builder, "thread", &[], &[pointer]).result(0));
            if self.mark.is_none() {
                let op = self.thread?.defining_op()?;
                self.mark = Builder::after(op)?.boolean(false).defining_op();
            }
        }
        self.thread
    }

    /// A word as `i64`.
    pub fn word(&mut self, word: Word, dimension: i32) -> Option<Value> {
        self.read(word, dimension, Type::integer(self.function.context(), 64))
    }

    /// A word as an address.
    pub fn pointer(&mut self, word: Word) -> Option<Value> {
        self.read(word, 0, abi::pointer(self.function.context())?)
    }

    fn read(&mut self, word: Word, dimension: i32, ty: Type) -> Option<Value> {
        if let Some(known) = self.known.get(&(word, dimension)) {
            return Some(*known);
        }
        let thread = self.thread()?;
        let value = self.at_entry(|builder| {
            let context = builder.context();
            let attributes = [
                ("rawConstantIndices", Attribute::dense_i32(context, &[word as i32 + dimension])),
                ("elem_type", Attribute::ty(Type::integer(context, 64))),
            ];
            let pointer = abi::pointer(context)?;
            let place = builder.create(llvm::Getelementptr::NAME, &[thread], &[pointer], &attributes, &[]).result(0);
            let internal = [(INTERNAL, Attribute::unit(context))];
            Some(builder.create(llvm::Load::NAME, &[place], &[ty], &internal, &[]).result(0))
        })??;
        self.known.insert((word, dimension), value);
        Some(value)
    }

    fn index(&mut self, word: Word, dimension: i32) -> Option<Value> {
        let value = self.word(word, dimension)?;
        let index = Type::index(self.function.context());
        self.at_entry(|builder| builder.op(arith::IndexCast::NAME, &[value], index))
    }

    /// Replaces the uses of an id or a size; false if the op is neither.
    pub fn lower(&mut self, op: Op) -> Result<bool, Diagnostic> {
        let dimension = op.attribute("dimension").map(|attribute| attribute.to_string());
        let dimension = match dimension.as_deref().map(|text| text.trim_end_matches('>')) {
            Some(text) if text.ends_with('y') => 1,
            Some(text) if text.ends_with('z') => 2,
            _ => 0,
        };
        let value = match op.name() {
            gpu::ThreadId::NAME => self.index(Word::ThreadId, dimension),
            // A cluster is one block here.
            gpu::BlockId::NAME | gpu::ClusterId::NAME => self.index(Word::BlockId, dimension),
            gpu::BlockDim::NAME => self.index(Word::BlockDim, dimension),
            gpu::GridDim::NAME | gpu::ClusterDim::NAME => self.index(Word::GridDim, dimension),
            gpu::LaneId::NAME => self.index(Word::Lane, 0),
            gpu::SubgroupId::NAME => self.index(Word::Subgroup, 0),
            gpu::NumSubgroups::NAME => self.index(Word::SubgroupCount, 0),
            gpu::SubgroupSize::NAME => self.index(Word::SubgroupSize, 0),
            gpu::ClusterBlockId::NAME => self.at_entry(|builder| builder.index(0)),
            gpu::ClusterDimBlocks::NAME => self.at_entry(|builder| builder.index(1)),
            gpu::GlobalId::NAME => self.global(dimension),
            _ => return Ok(false),
        };
        let value = value
            .ok_or_else(|| Diagnostic::error(op.location(), format!("internal error: cannot read '{}'", op.name())))?;
        op.result(0).replace_all_uses_with(value);
        Ok(true)
    }

    fn global(&mut self, dimension: i32) -> Option<Value> {
        let block = self.index(Word::BlockId, dimension)?;
        let size = self.index(Word::BlockDim, dimension)?;
        let thread = self.index(Word::ThreadId, dimension)?;
        self.at_entry(|builder| {
            let start = builder.same(arith::Muli::NAME, &[block, size]);
            builder.same(arith::Addi::NAME, &[start, thread])
        })
    }
}
