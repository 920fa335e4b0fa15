use autodiff_dialect::ir::{Op, Value};

/// What an op uses, in its regions too.
pub fn used_within(op: Op) -> Vec<Value> {
    match op.region_count() {
        0 => op.operands(),
        _ => op.walk().into_iter().flat_map(Op::operands).collect(),
    }
}

/// A copy of an op outside any block, whose operands, those in its regions included, are replaced.
pub fn remapped(op: Op, map: impl Fn(Value) -> Value) -> Op {
    let copy = op.duplicate();
    let inner = if op.region_count() == 0 { vec![copy] } else { copy.walk() };
    for inner in inner {
        for index in 0..inner.operand_count() {
            let old = inner.operand(index);
            let new = map(old);
            if new != old {
                inner.set_operand(index, new);
            }
        }
    }
    copy
}
