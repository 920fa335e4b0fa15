//! Marks tensor arguments read-only. Without it, bufferization may let a function write to the memory of its caller.
//!
//! 1. Each tensor argument of a function with a body gets `bufferization.writable = false`, unless it says something
//!    else itself.

use autodiff_dialect::{
    bridge::Pass,
    ir::{Attribute, Op, Type},
    views::func,
};

const WRITABLE: &str = "bufferization.writable";

pub(super) static PASS: Pass =
    Pass::new(c"autodiff-protect-tensors", c"Mark the tensor arguments of functions read-only", &[], |_, module| {
        let has_body = |op: &Op| op.is::<func::Func>() && op.region(0).first_block().is_some();
        module.functions().into_iter().filter(has_body).for_each(protect);
        Ok(())
    });

fn protect(function: Op) {
    let types = function.attribute("function_type").and_then(Attribute::as_type).and_then(Type::function_parts);
    let (types, _) = types.unwrap_or_default();
    for (number, _) in types.iter().enumerate().filter(|(_, ty)| ty.is_tensor()) {
        if function.argument_attribute(number, WRITABLE).is_none() {
            let no = Attribute::integer(Type::integer(function.context(), 1), 0);
            function.set_argument_attribute(types.len(), number, WRITABLE, no);
        }
    }
}
