//! Lets LLVM fuse a multiplication and an addition into one rounding, as C compilers do by default.
//!
//! 1. Each addition, subtraction, multiplication and negation of `arith` gets the flag `contract` beside those it has.

use autodiff_dialect::{
    bridge::Pass,
    ir::{Attribute, Op},
    views::arith,
};

pub(crate) static PASS: Pass = Pass::new(
    c"autodiff-allow-contraction",
    c"Let a multiplication and an addition become one op with one rounding",
    &[],
    |_, module| {
        for op in module.walk() {
            if matches!(op.name(), arith::Addf::NAME | arith::Subf::NAME | arith::Mulf::NAME | arith::Negf::NAME) {
                allow(op);
            }
        }
        Ok(())
    },
);

fn allow(op: Op) {
    let text = op.attribute("fastmath").map(|flags| flags.to_string()).unwrap_or_default();
    let flags = text.split_once('<').and_then(|(_, rest)| rest.split_once('>')).map_or("none", |(flags, _)| flags);
    let flags = match flags {
        "none" => "contract".to_owned(),
        "fast" => return,
        flags if flags.split(',').any(|flag| flag == "contract") => return,
        flags => format!("{flags},contract"),
    };
    if let Some(attribute) = Attribute::parse(op.context(), &format!("#arith.fastmath<{flags}>")) {
        op.set_attribute("fastmath", attribute);
    }
}
