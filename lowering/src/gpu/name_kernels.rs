//! Gives kernels names that assemblers accept.
//!
//! Derivatives have dots in their names, and so have kernels that are outlined from them; PTX knows no dots.
//!
//! 1. In the names of kernels' modules and of what is in them, all but letters, digits and underscores become
//!    underscores.
//! 2. A name that is taken then gets a number.
//! 3. Launches and calls follow.
//!
//! A size of zero that a kernel is known to be launched with is forgotten: upstream's conversions make an empty range of
//! it, which is none. The launch fails when it runs, as one with a size of zero that is not known does.

use autodiff_dialect::{
    bridge::Pass,
    ir::{Attribute, Block, Op},
    views::gpu,
};
use std::collections::{HashMap, HashSet};

pub(super) static PASS: Pass = Pass::new(
    c"autodiff-name-kernels",
    c"Give kernels names of letters, digits and underscores, which assemblers accept",
    &[],
    |_, module| {
        let ops = symbols(module);
        let mut taken: HashSet<String> = ops.iter().map(|(name, _)| name.clone()).collect();
        let mut renamed = HashMap::<[String; 2], [String; 2]>::new();
        for (old_module, kernels) in ops.into_iter().filter(|(_, op)| op.is::<gpu::Module>()) {
            let new_module = new_name(&old_module, &mut taken);
            let inner = symbols(kernels);
            let mut inside: HashSet<String> = inner.iter().map(|(name, _)| name.clone()).collect();
            for (old, op) in inner {
                let new = new_name(&old, &mut inside);
                if new != old {
                    op.set_attribute("sym_name", Attribute::string(op.context(), &new));
                    kernels.rename_symbol_uses(&old, &new);
                }
                renamed.insert([old_module.clone(), old], [new_module.clone(), new]);
            }
            kernels.set_attribute("sym_name", Attribute::string(module.context(), &new_module));
        }
        for kernel in module.walk().into_iter().filter(|op| op.is::<gpu::Func>()) {
            for sizes in ["known_block_size", "known_grid_size", "known_cluster_size"] {
                let known = kernel.attribute(sizes).and_then(Attribute::as_dense_i32);
                if known.is_some_and(|sizes| sizes.contains(&0)) {
                    kernel.remove_attribute(sizes);
                }
            }
        }
        for launch in module.walk().into_iter().filter(|op| op.is::<gpu::LaunchFunc>()) {
            let kernel = launch.attribute("kernel").map(Attribute::symbol_path).unwrap_or_default();
            if let Some([outer, inner]) = renamed.get(kernel.as_slice()) {
                launch.set_attribute("kernel", Attribute::nested_symbol(module.context(), outer, inner));
            }
        }
        Ok(())
    },
);

fn symbols(module: Op) -> Vec<(String, Op)> {
    let ops = module.body(0).map(Block::ops).unwrap_or_default();
    ops.into_iter().filter_map(|op| Some((op.symbol_name()?, op))).collect()
}

/// The old name if assemblers accept it, or one that they accept and nothing else has.
fn new_name(old: &str, taken: &mut HashSet<String>) -> String {
    let accepted = |char: char| char.is_ascii_alphanumeric() || char == '_';
    if old.chars().all(accepted) {
        return old.to_owned();
    }
    let plain: String = old.chars().map(|char| if accepted(char) { char } else { '_' }).collect();
    let mut name = plain.clone();
    let mut number = 0;
    while !taken.insert(name.clone()) {
        name = format!("{plain}_{number}");
        number += 1;
    }
    name
}
