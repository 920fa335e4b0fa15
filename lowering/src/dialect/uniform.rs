//! Accumulations of neighbouring threads to one place: added up among lanes first, so that one atomic addition is left.
//!
//! 1. All threads of a block make the accumulation together: no branch or loop around it depends on a thread's id.
//! 2. The place does not depend on some of the ids. Lanes are numbered by id x, then y, then z: those that differ in such
//!    an id only are a cluster.
//! 3. Each cluster reduces, and one of its lanes adds.

use autodiff_dialect::{
    ir::{Attribute, Block, Builder, Op, Region, Type, Value},
    views::{arith, gpu, scf},
};
use autodiff_transforms::{analysis::locality::linear::launch_size, emit::constant_index};
use std::collections::HashSet;

/// Ids of a thread by bit: x, y, z.
type Ids = u8;

const X: Ids = 1;
const Y: Ids = 2;

/// What one lane of each cluster adds, and where.
pub(crate) struct Reduced {
    pub sum: Value,
    pub place: Builder,
}

/// Lanes that reduce among themselves, and the lane that adds.
enum Cluster {
    /// All lanes of a subgroup; the first one adds.
    Subgroup,
    /// So many lanes, so far apart; the one whose id is a multiple of their number adds.
    Lanes { size: i64, stride: i64, id: Value },
}

/// Reduces what an accumulation in a kernel adds over the lanes that add to the same place; `lanes`: those of a subgroup.
/// `None`: there are none, or not all of them may come here.
pub(crate) fn reduce(builder: &Builder, op: Op, lanes: i64) -> Option<Reduced> {
    let (value, context) = (op.operand(0), builder.context());
    let launch = op.ancestors().find(|op| op.is::<gpu::Launch>())?;
    if !value.ty().is_float() || value.ty().bit_width()? < 32 || !is_reached_by_all(launch, op) {
        return None;
    }
    let mut place = op.operands().into_iter().skip(1).map(|operand| ids_of(launch, operand));
    let ids = place.try_fold(0, |all, ids| Some(all | ids?))?;
    let cluster = cluster(launch, ids, lanes)?;
    let mut attributes =
        vec![("op", Attribute::parse(context, "#gpu<all_reduce_op add>")?), ("uniform", Attribute::unit(context))];
    let number = |number| Attribute::integer(Type::integer(context, 32), number);
    if let Cluster::Lanes { size, stride, .. } = cluster {
        attributes.extend([("cluster_size", number(size)), ("cluster_stride", number(stride))]);
    }
    let sum = builder.create(gpu::SubgroupReduce::NAME, &[value], &[value.ty()], &attributes, &[]).result(0);
    let lane = match cluster {
        Cluster::Subgroup => builder.op(gpu::LaneId::NAME, &[], Type::index(context)),
        Cluster::Lanes { size, id, .. } => {
            let size = builder.index(size);
            builder.op(arith::Remui::NAME, &[id, size], id.ty())
        }
    };
    let zero = builder.index(0);
    let leads = builder.cmpi(arith::CmpIPredicate::Eq, lane, zero);
    let block = Block::new(&[]);
    let end = Builder::at_end(block, builder.location()).effect(scf::Yield::NAME, &[]);
    builder.create(scf::If::NAME, &[leads], &[], &[], &[Region::with_block(block), Region::new()]);
    Some(Reduced { sum, place: Builder::before(end)? })
}

/// Whether all threads of a block run an op together, as often as it is run.
fn is_reached_by_all(launch: Op, op: Op) -> bool {
    let around = op.ancestors().take_while(|op| *op != launch);
    around.into_iter().all(|outer| {
        let decides = match outer.name() {
            scf::If::NAME => 1,
            scf::For::NAME => 3,
            _ => return false,
        };
        outer.operands().into_iter().take(decides).all(|value| ids_of(launch, value) == Some(0))
    })
}

/// The ids of a thread that a value depends on, and on nothing else that differs between the threads of a block. `None`: it
/// may depend on more.
fn ids_of(launch: Op, value: Value) -> Option<Ids> {
    let (mut ids, mut seen, mut pending) = (0, HashSet::from([value]), vec![value]);
    while let Some(value) = pending.pop() {
        if !launch.encloses_value(value) {
            continue;
        }
        let sources = match (value.argument_number(), value.defining_op()) {
            (Some(number), _) => {
                let owner = value.block().parent_op()?;
                match owner.name() {
                    gpu::Launch::NAME if (3..6).contains(&number) => {
                        let size = launch_size(value.block().argument(number + 6)).and_then(constant_index);
                        ids |= if size == Some(1) { 0 } else { 1 << (number - 3) };
                        vec![]
                    }
                    gpu::Launch::NAME => vec![],
                    scf::For::NAME if number == 0 => vec![owner.operand(0), owner.operand(2)],
                    _ => return None,
                }
            }
            (None, Some(op)) if op.region_count() == 0 && op.is_pure() && !op.name().starts_with("gpu.") => {
                op.operands()
            }
            _ => return None,
        };
        pending.extend(sources.into_iter().filter(|source| seen.insert(*source)));
    }
    Some(ids)
}

/// The lanes that differ in ids which a place does not depend on, if there are several.
fn cluster(launch: Op, ids: Ids, lanes: i64) -> Option<Cluster> {
    let body = launch.body(0)?;
    let size = |number: usize| launch_size(body.argument(9 + number)).and_then(constant_index);
    if ids == 0 {
        let one = (0..3).all(|number| size(number) == Some(1));
        return (!one).then_some(Cluster::Subgroup);
    }
    let width = size(0).filter(|width| *width > 0 && width & (width - 1) == 0)?;
    let (size, stride, id) = match ids {
        _ if ids & X == 0 => (width.min(lanes), 1, 3),
        _ if ids & Y == 0 => {
            let height = size(1).filter(|height| *height > 0)?;
            ((lanes / width).min(1 << height.trailing_zeros()), width, 4)
        }
        _ => return None,
    };
    (size > 1).then(|| Cluster::Lanes { size, stride, id: body.argument(id) })
}

/// Reads an option that is the number of lanes of a subgroup.
///
/// # Errors
///
/// What was expected and what was given.
pub(crate) fn lanes_option(name: &str, text: &str) -> Result<i64, String> {
    let lanes = text.parse().ok().filter(|lanes: &i64| (1..=128).contains(lanes) && lanes.count_ones() == 1);
    lanes.ok_or_else(|| format!("{name}: expected a power of two from 1 to 128, got '{text}'"))
}
