//! Prints the primal values that the reverse sweep needs, and the ops that need them.

use super::report::{REQUEST, each};
use autodiff_dialect::{bridge::Pass, ir::Op};

pub(super) static PASS: Pass = Pass::new(
    c"autodiff-print-needed",
    c"Print the primal values that the reverse sweep needs, and for which ops",
    &REQUEST,
    run,
);

fn run(options: &[&str], module: Op) -> Result<(), ()> {
    each(options, module, |subject| {
        let mut text = format!("{}: needed\n", subject.title());
        for (value, users) in subject.facts().map(|facts| subject.needed(&facts)).unwrap_or_default() {
            text += &format!("  {}: for {}\n", subject.value(value), subject.list(&users));
        }
        text
    })
}
