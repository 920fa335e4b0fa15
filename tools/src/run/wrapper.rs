//! The functions that the runner adds to a program: they take every value through memory, so that one way to call
//! fits all signatures.

use super::slot::{Kind, Slot};
use std::fmt::Write;

/// A function that hands operands to one op and stores its results.
pub struct Wrapper<'a> {
    /// The name of the function.
    pub name: &'a str,
    /// The op up to its operands: `func.call @f`.
    pub op: &'a str,
    /// What follows the operands: `args [active] results [active]`.
    pub attributes: &'a str,
    pub operands: Vec<Slot>,
    pub results: Vec<Slot>,
    /// The location of the op, as text.
    pub location: &'a str,
}

impl Wrapper<'_> {
    /// The function as text. Its parameters are one memref per operand, then one per result.
    pub fn text(&self) -> String {
        let mut body = String::from("  %zero = arith.constant 0 : index\n");
        let mut parameters = vec![];
        let mut operands = vec![];
        for (index, slot) in self.operands.iter().enumerate() {
            parameters.push(format!("%p{index}: {}", port_type(slot, false)));
            operands.push(load(&mut body, slot, index));
        }
        let results = match self.results.len() {
            0 => String::new(),
            count => format!("%r:{count} = "),
        };
        body += &format!(
            "  {results}{}({}) {} : ({}) -> ({}) {}\n",
            self.op,
            operands.join(", "),
            self.attributes,
            types(&self.operands),
            types(&self.results),
            self.location
        );
        for (index, slot) in self.results.iter().enumerate() {
            let ty = port_type(slot, true);
            parameters.push(format!("%q{index}: {ty}"));
            body += &match slot.kind {
                Kind::Vector => format!(
                    "  vector.transfer_write %r#{index}, %q{index}[{}] {{in_bounds = [{}]}} : {}, {ty}\n",
                    repeated("%zero", slot),
                    repeated("true", slot),
                    slot.ty
                ),
                Kind::Scalar | Kind::Memref => format!("  memref.store %r#{index}, %q{index}[] : {ty}\n"),
            };
        }
        format!(
            "func.func @{}({}) attributes {{llvm.emit_c_interface}} {{\n{body}  return\n}}\n",
            self.name,
            parameters.join(", ")
        )
    }
}

fn load(body: &mut String, slot: &Slot, index: usize) -> String {
    let ty = port_type(slot, false);
    let result = match slot.kind {
        Kind::Memref => return format!("%p{index}"),
        Kind::Scalar => writeln!(body, "  %v{index} = memref.load %p{index}[] : {ty}"),
        Kind::Vector => write!(
            body,
            "  %u{index} = ub.poison : {element}\n  %v{index} = vector.transfer_read %p{index}[{}], %u{index} \
             {{in_bounds = [{}]}} : {ty}, {}\n",
            repeated("%zero", slot),
            repeated("true", slot),
            slot.ty,
            element = element_type(slot),
        ),
    };
    // Writing to a string does not fail.
    debug_assert!(result.is_ok());
    format!("%v{index}")
}

/// The type of the memref that a value travels in.
fn port_type(slot: &Slot, is_result: bool) -> String {
    match slot.kind {
        Kind::Memref if !is_result => slot.ty.clone(),
        Kind::Scalar | Kind::Memref => format!("memref<{}>", slot.ty),
        Kind::Vector => slot.ty.replacen("vector", "memref", 1),
    }
}

fn element_type(slot: &Slot) -> &str {
    let mut inner = slot.ty.trim_start_matches("vector<").trim_end_matches('>');
    // `index` has an x, too.
    while let Some((_, rest)) = inner.split_once('x').filter(|(size, _)| size.parse::<u64>().is_ok()) {
        inner = rest;
    }
    inner
}

fn repeated(word: &str, slot: &Slot) -> String {
    vec![word; slot.dims.len()].join(", ")
}

/// Types, with commas between them.
pub fn types(slots: &[Slot]) -> String {
    slots.iter().map(|slot| slot.ty.as_str()).collect::<Vec<_>>().join(", ")
}
