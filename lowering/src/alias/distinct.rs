//! Which buffers can be shown not to overlap.

use autodiff_dialect::{
    ir::{Op, Value},
    state::names,
    views::{memref, scf},
};

/// Whether no element of one buffer is an element of the other.
///
/// - Two allocations of a function are distinct, and from what was there before them.
/// - An argument that is marked `llvm.noalias` is distinct from all others.
/// - Buffers that a loop passes on in turn stay distinct if they start so.
pub(crate) fn distinct(one: Value, other: Value) -> bool {
    search(root(one), root(other), DEEPEST)
}

/// Positions among what a loop carries of buffers that it passes on in turn, if all of them are distinct.
pub(crate) fn turning_buffers(op: Op) -> Vec<usize> {
    Turn::of(op).filter(|(turn, _)| turn.all_distinct(DEEPEST)).map(|(_, positions)| positions).unwrap_or_default()
}

const DEEPEST: usize = 16;

/// The buffer that a view is a view of.
pub(crate) fn root(value: Value) -> Value {
    let mut value = value;
    while let Some(source) = value.defining_op().and_then(|op| op.view_source(value)) {
        value = source;
    }
    value
}

fn search(one: Value, other: Value, depth: usize) -> bool {
    if one == other || depth == 0 {
        return false;
    }
    match (Source::of(one), Source::of(other)) {
        (Source::Fresh, Source::Fresh | Source::Argument { .. }) | (Source::Argument { .. }, Source::Fresh) => true,
        (Source::Argument { noalias: a }, Source::Argument { noalias: b }) => a || b,
        (Source::Turning(turn, a), Source::Turning(around, b)) if turn.owner == around.owner => {
            a != b && turn.all_distinct(depth)
        }
        (Source::Turning(turn, _), _) => turn.starts.iter().all(|start| search(root(*start), other, depth - 1)),
        (_, Source::Turning(turn, _)) => turn.starts.iter().all(|start| search(root(*start), one, depth - 1)),
        _ => false,
    }
}

/// Where a buffer comes from.
enum Source {
    Fresh,
    Argument {
        noalias: bool,
    },
    /// One of several that a loop carries and passes on, each to the place of one of them: the place.
    Turning(Turn, usize),
    Unknown,
}

struct Turn {
    owner: Op,
    /// What the buffers are before the loop.
    starts: Vec<Value>,
}

impl Turn {
    fn all_distinct(&self, depth: usize) -> bool {
        let pairs = self.starts.iter().enumerate().flat_map(|(i, a)| self.starts[..i].iter().map(move |b| (*a, *b)));
        pairs.into_iter().all(|(a, b)| search(root(a), root(b), depth - 1))
    }

    /// The buffers that a loop passes on in turn, and their positions among what it carries.
    fn of(owner: Op) -> Option<(Self, Vec<usize>)> {
        let body = (owner.is::<scf::For>()).then(|| owner.body(0))??;
        let yielded = body.terminator()?.operands();
        let is_buffer = |index: &usize| owner.result(*index).ty().is_memref();
        let positions: Vec<_> = (0..owner.result_count()).filter(is_buffer).collect();
        let mut from = vec![];
        for index in &positions {
            let value = yielded.get(*index)?;
            from.push(value.argument_number().filter(|_| value.block() == body)?.checked_sub(1)?);
        }
        from.sort_unstable();
        let starts = positions.iter().map(|index| owner.operand(3 + index)).collect();
        (from == positions).then_some((Self { owner, starts }, positions))
    }
}

impl Source {
    fn of(value: Value) -> Self {
        let turning = |owner: Op, index: usize| {
            let (turn, positions) = Turn::of(owner)?;
            let place = positions.iter().position(|position| *position == index)?;
            Some(Self::Turning(turn, place))
        };
        match value.defining_op() {
            Some(op) if matches!(op.name(), memref::Alloc::NAME | memref::Alloca::NAME | names::SHADOW) => Self::Fresh,
            Some(op) => turning(op, value.result_number().unwrap_or_default()).unwrap_or(Self::Unknown),
            None => {
                let number = value.argument_number().unwrap_or_default();
                match value.block().parent_op() {
                    Some(function)
                        if function.is_function() && function.region(0).first_block() == Some(value.block()) =>
                    {
                        Self::Argument { noalias: is_noalias(function, number) }
                    }
                    Some(owner) if number > 0 => turning(owner, number - 1).unwrap_or(Self::Unknown),
                    _ => Self::Unknown,
                }
            }
        }
    }
}

fn is_noalias(function: Op, number: usize) -> bool {
    function.argument_attribute(number, "llvm.noalias").is_some()
}
