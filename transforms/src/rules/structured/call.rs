//! `func.call` of what the normal form could not inline: recursive functions and functions without a body.

use crate::{
    analysis::{activity::Activity, flow::Flow, memory::Origin},
    engine::{Forward, Result, Reverse},
    rules::Rule,
};
use autodiff_dialect::ir::{Op, Value};

pub(super) struct Call;

impl Call {
    fn refusal(op: Op) -> String {
        let callee = op.attribute("callee").map(|callee| callee.to_string()).unwrap_or_default();
        let body = op
            .attribute("callee")
            .and_then(|callee| op.lookup_symbol(callee))
            .is_some_and(|function| function.region_count() > 0 && function.region(0).first_block().is_some());
        match body {
            true => format!("call of recursive function '{callee}' cannot be differentiated; rewrite the recursion as a loop"),
            false => format!(
                "call of '{callee}', which has no body, cannot be differentiated; give it a body or pass it inactive values"
            ),
        }
    }
}

impl Rule for Call {
    fn flow(&self, op: Op, flow: &mut Flow) {
        flow.everything(op);
        for result in op.results() {
            if result.ty().is_memory() {
                flow.origin(result, Origin::Unknown);
            }
        }
    }

    fn needed(&self, _: Op, _: &Activity) -> Vec<Value> {
        vec![]
    }

    fn jvp(&self, op: Op, forward: &mut Forward) -> Result<()> {
        if forward.activity().moves_derivative(op) {
            return forward.refuse(op, Self::refusal(op));
        }
        forward.copy(op);
        Ok(())
    }

    fn reverse_sweep(&self, op: Op, reverse: &mut Reverse) -> Result<()> {
        reverse.refuse(op, Self::refusal(op))
    }
}
