//! Gives launches the program's mutable globals by address, so that there is one of each.
//!
//! `gpu-kernel-outlining` copies what a kernel refers to into a module of its own: each launch would write to a global that
//! nothing else reads.
//!
//! 1. Name the globals that a launch reaches before it: outlining makes them arguments of the kernel.
//! 2. Hand them to the functions that it calls.
//!
//! Globals that nothing writes to are still copied: a device reaches its copy faster, and the host's not at all.

use autodiff_dialect::{
    bridge::Pass,
    ir::{Attribute, Block, Builder, Op, Region},
    views::gpu,
};
use autodiff_transforms::globals::{Globals, HANDED, STANDS_FOR};
use std::collections::HashMap;

pub(crate) static PASS: Pass = Pass::new(
    c"autodiff-share-globals",
    c"Give launches the mutable globals of the program by address",
    &[],
    |_, module| {
        share(module);
        Ok(())
    },
);

fn share(module: Op) {
    let globals = Globals::new(module, |_| true);
    if globals.is_empty() {
        return;
    }
    let launches: Vec<_> = module.walk().into_iter().filter(|op| op.is::<gpu::Launch>()).collect();
    let tops = module.regions().into_iter().filter_map(Region::first_block).flat_map(Block::ops);
    let symbols: HashMap<_, _> = tops.filter_map(|op| Some((op.symbol_name()?, op))).collect();
    globals.reached(&launches, &symbols, |_| true);
    for launch in launches {
        globals.name_in_front(launch);
    }
    for name in globals.users() {
        let place = symbols.get(&name).and_then(|function| Some((*function, Builder::after(*function)?)));
        let (Some((function, builder)), Some(standin)) = (place, globals.standin(&name)) else { continue };
        let copy = builder.insert(function.duplicate());
        globals.take_as_arguments(copy, &globals.handed(&name));
        copy.remove_attribute(HANDED);
        copy.remove_attribute(STANDS_FOR);
        copy.set_attribute("sym_name", Attribute::string(module.context(), &standin));
        copy.set_attribute("sym_visibility", Attribute::string(module.context(), "private"));
    }
}
