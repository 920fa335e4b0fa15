//! Raises ops of vendors' dialects in kernels to those of `gpu` that mean the same.
//!
//! 1. Ids, sizes, and barriers of a block.
//! 2. `nvvm.shfl.sync` of all lanes of a warp.
//! 3. `nvvm.bar.warp.sync` of all lanes: for derivatives a barrier of the block, where all threads come by; on the host
//!    an exchange between lanes.
//!
//! What is left is for the vendor's own pipeline, or refused where it stands.

use crate::emit::constant_index;
use autodiff_dialect::{
    bridge::{OptionKind, Pass, PassOption, word_option},
    diagnostic::Diagnostic,
    ir::{Attribute, Builder, Op, Type, Value},
    views::{arith, gpu, llvm, nvvm, rocdl},
};

pub(super) static PASS: Pass = Pass::new(
    c"autodiff-raise-vendor-ops",
    c"Raise ops of vendors' dialects in kernels to those of gpu that mean the same",
    &[PassOption::new(
        c"for",
        OptionKind::String,
        c"derivatives",
        c"What the kernels are raised for: derivatives, the host, or a device",
    )],
    |options, module| {
        let &[target] = options else { return Err(()) };
        word_option("for", target, &["derivatives", "host", "device"])
            .map_err(|message| Diagnostic::error(module.location(), message).emit())?;
        let is_vendors = |op: &Op| op.name().starts_with("nvvm.") || op.name().starts_with("rocdl.");
        module.walk().into_iter().filter(is_vendors).for_each(|op| _ = raise(op, target));
        Ok(())
    },
);

fn raise(op: Op, target: &str) -> Option<()> {
    let builder = Builder::before(op)?;
    match op.name() {
        nvvm::Barrier0::NAME | rocdl::Barrier::NAME | rocdl::SBarrier::NAME => {
            _ = builder.effect(gpu::Barrier::NAME, &[])
        }
        nvvm::Barrier::NAME if op.operand_count() == 0 && op.result_count() == 0 => {
            builder.effect(gpu::Barrier::NAME, &[]);
        }
        nvvm::BarWarpSync::NAME => synchronise(op, &builder, target)?,
        nvvm::ShflSync::NAME => return exchange(op, &builder),
        name => {
            let value = place(&builder, name)?;
            op.result(0).replace_all_uses_with(builder.op(arith::IndexCast::NAME, &[value], op.result(0).ty()));
        }
    }
    op.erase();
    Some(())
}

/// An id or a size.
fn place(builder: &Builder, name: &str) -> Option<Value> {
    let index = Type::index(builder.context());
    match name {
        nvvm::ReadPtxSregLaneid::NAME => return Some(builder.op(gpu::LaneId::NAME, &[], index)),
        nvvm::ReadPtxSregWarpsize::NAME | rocdl::Wavefrontsize::NAME => {
            return Some(builder.op(gpu::SubgroupSize::NAME, &[], index));
        }
        _ => {}
    }
    let (what, dimension) = name.rsplit_once('.')?;
    let name = match what {
        "nvvm.read.ptx.sreg.tid" | "rocdl.workitem.id" => gpu::ThreadId::NAME,
        "nvvm.read.ptx.sreg.ctaid" | "rocdl.workgroup.id" => gpu::BlockId::NAME,
        "nvvm.read.ptx.sreg.ntid" | "rocdl.workgroup.dim" => gpu::BlockDim::NAME,
        "nvvm.read.ptx.sreg.nctaid" | "rocdl.grid.dim" => gpu::GridDim::NAME,
        _ => return None,
    };
    let dimension = Attribute::parse(builder.context(), &format!("#gpu<dim {dimension}>"))?;
    Some(builder.create(name, &[], &[index], &[("dimension", dimension)], &[]).result(0))
}

/// The lanes of a warp, and a mask that names all of them.
const WARP: i64 = 32;
const ALL: i64 = -1;

fn synchronise(op: Op, builder: &Builder, target: &str) -> Option<()> {
    if constant_index(op.operand(0)) != Some(ALL) {
        return None;
    }
    match target {
        "host" => {
            let zero = number(builder, 0);
            shuffle(builder, "xor", [zero, zero]);
            Some(())
        }
        // In a branch or a loop, some warps may not come by.
        "derivatives"
            if op.parent().is_some_and(|parent| matches!(parent.name(), gpu::Launch::NAME | gpu::Func::NAME)) =>
        {
            builder.effect(gpu::Barrier::NAME, &[]);
            Some(())
        }
        _ => None,
    }
}

fn number(builder: &Builder, value: i64) -> Value {
    let ty = Type::integer(builder.context(), 32);
    builder.constant(ty, Attribute::integer(ty, value))
}

/// A shuffle among all lanes of a warp.
fn shuffle(builder: &Builder, mode: &str, [value, offset]: [Value; 2]) -> Option<Op> {
    let mode = Attribute::parse(builder.context(), &format!("#gpu<shuffle_mode {mode}>"))?;
    let types = [value.ty(), Type::integer(builder.context(), 1)];
    Some(builder.create(gpu::Shuffle::NAME, &[value, offset, number(builder, WARP)], &types, &[("mode", mode)], &[]))
}

fn exchange(op: Op, builder: &Builder) -> Option<()> {
    let kind = op.attribute("kind")?.to_string();
    let (mode, clamp) = match kind.trim_end_matches('>').rsplit(' ').next()? {
        "bfly" => ("xor", WARP - 1),
        "up" => ("up", 0),
        "down" => ("down", WARP - 1),
        "idx" => ("idx", WARP - 1),
        _ => return None,
    };
    if constant_index(op.operand(0)) != Some(ALL) || constant_index(op.operand(3)) != Some(clamp) {
        return None;
    }
    let (result, users) = (op.result(0), op.result(0).uses());
    let is_pair = op.attribute("return_value_and_is_valid").is_some();
    let part = |user: Op| user.attribute("position").and_then(Attribute::as_dense_i64);
    let takes_part =
        |(user, _): &(Op, usize)| user.is::<llvm::Extractvalue>() && matches!(part(*user).as_deref(), Some([0] | [1]));
    if is_pair && !users.iter().all(takes_part) {
        return None;
    }
    let new = shuffle(builder, mode, [op.operand(1), op.operand(2)])?;
    if is_pair {
        for (user, _) in users {
            let number = part(user)?.first().and_then(|number| usize::try_from(*number).ok())?;
            user.result(0).replace_all_uses_with(new.result(number));
            user.erase();
        }
    } else {
        result.replace_all_uses_with(new.result(0));
    }
    op.erase();
    Some(())
}
