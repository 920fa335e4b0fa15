//! What threads do together: barriers, reductions, shuffles and broadcasts.

use super::{
    abi,
    abi::{Cell, Runtime},
};
use autodiff_dialect::{
    diagnostic::Diagnostic,
    ir::{Attribute, Block, Builder, Op, Region, Type, Value},
    views::{arith, func, gpu, scf},
};

/// Calls of the runtime in which a thread waits for others.
const WAITING: [&str; 4] =
    ["autodiff_gpu_barrier", "autodiff_gpu_gather", "autodiff_gpu_shuffle", "autodiff_gpu_broadcast"];

/// Whether a thread may wait for others in an op.
pub fn may_wait(op: Op) -> bool {
    let callee = op.attribute("callee").and_then(Attribute::as_symbol);
    callee.is_some_and(|callee| WAITING.contains(&callee.as_str())) || op.is::<func::CallIndirect>()
}

/// Replaces the uses of an op by what the runtime does; false if it is no op of this kind.
pub fn lower(op: Op, runtime: &mut Runtime) -> Result<bool, Diagnostic> {
    let Some(builder) = Builder::before(op) else { return Ok(false) };
    let done = match op.name() {
        gpu::Barrier::NAME => runtime.site(&builder, op).map(|site| {
            runtime.call(&builder, "barrier", &[site], &[]);
        }),
        gpu::AllReduce::NAME => reduce(&builder, op, runtime, 0)?,
        gpu::SubgroupReduce::NAME => {
            let scope = if op.attribute("uniform").is_some() { 1 } else { 2 };
            reduce(&builder, op, runtime, scope)?
        }
        gpu::Shuffle::NAME => {
            let mode = op.attribute("mode").map(|mode| mode.to_string()).unwrap_or_default();
            let modes = ["xor", "down", "up", "idx"];
            let mode = modes.iter().position(|word| mode.trim_end_matches('>').ends_with(word));
            mode.and_then(|mode| shuffle(&builder, op, runtime, mode as i64, op.operand(1), op.operand(2)))
        }
        gpu::Rotate::NAME => {
            let number = |name| op.attribute(name).and_then(Attribute::as_integer).unwrap_or(0);
            let offset = abi::integer(&builder, 32, number("offset"));
            let width = abi::integer(&builder, 32, number("width"));
            shuffle(&builder, op, runtime, 4, offset, width)
        }
        gpu::SubgroupBroadcast::NAME => broadcast(&builder, op, runtime),
        gpu::Printf::NAME => print(&builder, op, runtime)?,
        _ => return Ok(false),
    };
    let unsupported = || {
        let ty = op.operands().first().map(|value| value.ty().to_string()).unwrap_or_default();
        Diagnostic::error(op.location(), format!("'{}' op on type '{ty}' is not supported on the host", op.name()))
    };
    done.ok_or_else(unsupported).map(|()| true)
}

/// Collects the values of all threads, and reduces them in the order of the threads.
fn reduce(builder: &Builder, op: Op, runtime: &mut Runtime, scope: i64) -> Result<Option<()>, Diagnostic> {
    let value = op.operand(0);
    let body = match op.region_count() {
        0 => None,
        _ => match op.region(0).blocks()[..] {
            [] => None,
            [body] => Some(body),
            _ => {
                let message = format!("'{}' op whose body has several blocks is not supported on the host", op.name());
                return Err(Diagnostic::error(op.location(), message));
            }
        },
    };
    let kind = op.attribute("op").map(|kind| kind.to_string()).unwrap_or_default();
    let kind = kind.trim_end_matches('>').rsplit(' ').next().unwrap_or_default().to_owned();
    let mut build = || {
        let cell = Cell::new(op, value.ty())?;
        cell.store(builder, value);
        let number = |name: &str, default| op.attribute(name).and_then(Attribute::as_integer).unwrap_or(default);
        let i64 = Type::integer(op.context(), 64);
        let site = runtime.site(builder, op)?;
        let [address, bytes] = cell.operands();
        let operands = [
            site,
            abi::integer(builder, 32, scope),
            abi::integer(builder, 64, number("cluster_size", 0)),
            abi::integer(builder, 64, number("cluster_stride", 1)),
            address,
            bytes,
        ];
        let count = runtime.call(builder, "gather", &operands, &[i64]).result(0);
        let mut fetch = |builder: &Builder, position: Value| {
            runtime.call(builder, "fetch", &[position, address, bytes], &[]);
            cell.load(builder)
        };
        let (zero, one) = (abi::integer(builder, 64, 0), abi::integer(builder, 64, 1));
        let first = fetch(builder, zero);
        let location = op.location();
        let block = Block::new(&[(i64, location), (value.ty(), location)]);
        let inner = Builder::at_end(block, location);
        let next = fetch(&inner, block.argument(0));
        let sum = match body {
            Some(body) => splice(&inner, body, &[block.argument(1), next])?,
            None => inner.same(combiner(&kind, value.ty())?, &[block.argument(1), next]),
        };
        inner.effect(scf::Yield::NAME, &[sum]);
        let region = Region::with_block(block);
        let reduced = builder.create(scf::For::NAME, &[one, count, one, first], &[value.ty()], &[], &[region]);
        op.result(0).replace_all_uses_with(reduced.result(0));
        Some(())
    };
    Ok(build())
}

/// Moves the ops of a block to another place; returns what it yields.
fn splice(builder: &Builder, body: Block, arguments: &[Value]) -> Option<Value> {
    let end = body.terminator()?;
    for (old, new) in body.arguments().into_iter().zip(arguments) {
        old.replace_all_uses_with(*new);
    }
    for op in body.ops().into_iter().filter(|op| *op != end) {
        op.detach();
        builder.insert(op);
    }
    end.operands().first().copied()
}

/// The op that combines two values.
fn combiner(kind: &str, ty: Type) -> Option<&'static str> {
    let is_float = ty.element().is_float();
    Some(match kind {
        "add" if is_float => arith::Addf::NAME,
        "add" => arith::Addi::NAME,
        "mul" if is_float => arith::Mulf::NAME,
        "mul" => arith::Muli::NAME,
        "minui" => arith::Minui::NAME,
        "minsi" => arith::Minsi::NAME,
        "minnumf" => arith::Minnumf::NAME,
        "maxui" => arith::Maxui::NAME,
        "maxsi" => arith::Maxsi::NAME,
        "maxnumf" => arith::Maxnumf::NAME,
        "and" => arith::Andi::NAME,
        "or" => arith::Ori::NAME,
        "xor" => arith::Xori::NAME,
        "minimumf" => arith::Minimumf::NAME,
        "maximumf" => arith::Maximumf::NAME,
        _ => return None,
    })
}

fn shuffle(builder: &Builder, op: Op, runtime: &mut Runtime, mode: i64, offset: Value, width: Value) -> Option<()> {
    let cell = Cell::new(op, op.operand(0).ty())?;
    cell.store(builder, op.operand(0));
    let site = runtime.site(builder, op)?;
    let [address, bytes] = cell.operands();
    let operands = [site, abi::integer(builder, 32, mode), address, bytes, offset, width];
    let valid = runtime.call(builder, "shuffle", &operands, &[Type::integer(op.context(), 32)]).result(0);
    op.result(0).replace_all_uses_with(cell.load(builder));
    op.result(1).replace_all_uses_with(builder.op(arith::Trunci::NAME, &[valid], Type::integer(op.context(), 1)));
    Some(())
}

fn broadcast(builder: &Builder, op: Op, runtime: &mut Runtime) -> Option<()> {
    let cell = Cell::new(op, op.operand(0).ty())?;
    cell.store(builder, op.operand(0));
    let site = runtime.site(builder, op)?;
    let lane = match op.operand_count() {
        1 => abi::integer(builder, 32, -1),
        _ => op.operand(1),
    };
    let [address, bytes] = cell.operands();
    runtime.call(builder, "broadcast", &[site, lane, address, bytes], &[]);
    op.result(0).replace_all_uses_with(cell.load(builder));
    Some(())
}

/// Cuts the format into pieces with one conversion each, and prints piece by piece.
fn print(builder: &Builder, op: Op, runtime: &mut Runtime) -> Result<Option<()>, Diagnostic> {
    let format = op.attribute("format").and_then(Attribute::as_string).unwrap_or_default();
    let pieces = pieces(&format);
    let wrong = |what: String| Diagnostic::error(op.location(), format!("'gpu.printf' op {what}"));
    let conversions = pieces.iter().filter(|(_, conversion)| conversion.is_some()).count();
    if conversions != op.operand_count() {
        return Err(wrong(format!("has {conversions} conversions for {} arguments", op.operand_count())));
    }
    let mut arguments = op.operands().into_iter();
    let (i64, f64) = (Type::integer(op.context(), 64), Type::f64(op.context()));
    for (text, conversion) in pieces {
        let mut integer = abi::integer(builder, 64, 0);
        let mut number = builder.constant(f64, Attribute::float(f64, 0.0));
        let kind = match conversion.and_then(|conversion| Some((conversion, arguments.next()?))) {
            None => 2,
            Some((conversion, argument)) if "eEfFgGaA".contains(conversion) && argument.ty().is_float() => {
                number = match argument.ty().bit_width() {
                    Some(64) => argument,
                    Some(width) if width < 64 => builder.op(arith::Extf::NAME, &[argument], f64),
                    _ => return Ok(None),
                };
                1
            }
            Some((conversion, argument)) if "dicuxXo".contains(conversion) && !argument.ty().is_float() => {
                let signed = "dic".contains(conversion);
                integer = match argument.ty().bit_width() {
                    Some(64) => argument,
                    Some(width) if width < 64 => {
                        builder.op(if signed { arith::Extsi::NAME } else { arith::Extui::NAME }, &[argument], i64)
                    }
                    None if argument.ty().is_index() => builder.op(arith::IndexCast::NAME, &[argument], i64),
                    _ => return Ok(None),
                };
                0
            }
            Some((conversion, argument)) => {
                return Err(wrong(format!("cannot print a value of type '{}' by '%{conversion}'", argument.ty())));
            }
        };
        let Some(text) = runtime.text(builder, &text) else { return Ok(None) };
        runtime.call(builder, "print", &[text, abi::integer(builder, 32, kind), integer, number], &[]);
    }
    Ok(Some(()))
}

/// The pieces of a format, and the letter of the conversion in each. Integers are passed as 64 bits.
fn pieces(format: &str) -> Vec<(String, Option<char>)> {
    let mut pieces = vec![];
    let mut piece = String::new();
    let mut chars = format.chars().peekable();
    while let Some(char) = chars.next() {
        piece.push(char);
        if char != '%' {
            continue;
        }
        if chars.next_if_eq(&'%').is_some() {
            piece.push('%');
            continue;
        }
        for char in chars.by_ref() {
            if "hlLqjzt".contains(char) {
                continue;
            }
            if char.is_ascii_alphabetic() {
                if "dicuxXo".contains(char) && char != 'c' {
                    piece.push_str("ll");
                }
                piece.push(char);
                pieces.push((std::mem::take(&mut piece), Some(char)));
                break;
            }
            piece.push(char);
        }
    }
    if !piece.is_empty() {
        pieces.push((piece, None));
    }
    pieces
}
