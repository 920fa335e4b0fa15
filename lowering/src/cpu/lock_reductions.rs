//! Lets OpenMP's library say how threads combine their sums: in a tree, or one after the other.
//!
//! `convert-scf-to-openmp` offers it atomic updates of the result, too, which it takes for a few threads. Then all of them
//! write to one place at a time.
//!
//! 1. Find the declarations of reductions.
//! 2. Take out what says how to update atomically.

use autodiff_dialect::{
    bridge::Pass,
    ir::{Builder, Op, Region},
    views::{omp, scf},
};

pub(crate) static PASS: Pass = Pass::new(
    c"autodiff-lock-reductions",
    c"Combine what threads of OpenMP have summed up without atomic updates",
    &[],
    |_, module| {
        // All are found before anything is erased.
        let declarations: Vec<_> = module.walk().into_iter().filter(|op| op.is::<omp::DeclareReduction>()).collect();
        declarations.into_iter().for_each(|op| _ = take_out(op));
        Ok(())
    },
);

/// The region with the atomic update, after those that allocate, initialise and combine.
const ATOMIC: usize = 3;

fn take_out(op: Op) -> Option<()> {
    if op.region_count() <= ATOMIC || op.region(ATOMIC).first_block().is_none() {
        return None;
    }
    let region = Region::new();
    region.take_body(op.region(ATOMIC));
    // Regions are erased with the op that has them.
    let owner = Builder::before(op)?.create(scf::ExecuteRegion::NAME, &[], &[], &[], &[region]);
    owner.erase();
    Some(())
}
