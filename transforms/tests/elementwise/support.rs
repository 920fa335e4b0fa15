//! Modules with derivatives that the rules build.

use autodiff_dialect::{
    bridge::{register_everything, register_upstream_passes},
    ir::{Attribute, Builder, Op, Type, Value},
};
use autodiff_transforms::rules::elementwise::{Elementwise, Rule, RuleBook, Var};
use melior::{Context, dialect::DialectRegistry, ir::Module};
use std::{cell::RefCell, sync::Once};

/// A context with all dialects.
pub fn context() -> Context {
    static PASSES: Once = Once::new();
    PASSES.call_once(register_upstream_passes);
    let registry = DialectRegistry::new();
    register_everything(&registry);
    let context = Context::new();
    context.append_dialect_registry(&registry);
    context.load_all_available_dialects();
    context
}

/// The module as an op of ours.
pub fn module_op(module: &Module) -> Op {
    Op::from_raw(module.as_operation().to_raw())
}

/// The rule of an op that has partials.
pub fn rule(op: &str) -> &'static Elementwise {
    match RuleBook::builtin().get(op) {
        Some(Rule::Elementwise(rule)) => rule,
        other => panic!("'{op}' has no partials: {other:?}"),
    }
}

/// The function of a module, and a builder before its terminator.
pub fn body_of(module: Op, function: &str) -> (Vec<Value>, Builder) {
    let function = module
        .walk()
        .into_iter()
        .find(|op| op.symbol_name().as_deref() == Some(function))
        .expect("the function is in the module");
    let block = function.body(0).expect("a function of one block");
    (block.arguments(), Builder::before(block.terminator().expect("a terminator")).expect("a place"))
}

/// Which part of a rule to build.
#[derive(Clone, Copy, PartialEq)]
pub enum Part {
    Primal,
    Pushforward,
    Pullback,
}

/// Creates an op and what is asked for after it: `derivative` makes a tangent or cotangent of a type. Returns the
/// results, or the derivatives of the results, or of the operands.
pub fn build(
    builder: &Builder,
    name: &str,
    operands: &[Value],
    results: &[Type],
    part: Part,
    derivative: &mut dyn FnMut(Type) -> Value,
) -> Result<Vec<Option<Value>>, String> {
    let op = builder.create(name, operands, results, &[], &[]);
    let rule = rule(name);
    let active: Vec<_> = operands.iter().map(|value| value.ty().is_differentiable()).collect();
    match part {
        Part::Primal => Ok(op.results().into_iter().map(Some).collect()),
        Part::Pushforward => {
            let tangents: Vec<_> =
                operands.iter().zip(&active).map(|(value, active)| active.then(|| derivative(value.ty()))).collect();
            rule.pushforward(builder, op, &tangents)
        }
        Part::Pullback => {
            let cotangents: Vec<_> = results.iter().map(|ty| Some(derivative(*ty))).collect();
            let asked = RefCell::new(Vec::new());
            let contributions = rule.pullback(
                builder,
                op,
                &mut |var| {
                    asked.borrow_mut().push(var);
                    Ok::<_, String>(match var {
                        Var::Operand(index) => op.operand(index),
                        Var::Result(index) => op.result(index),
                    })
                },
                &cotangents,
                &active,
            );
            let needed = rule.needed(op, &active);
            let needed: Vec<_> = needed
                .operands
                .into_iter()
                .map(Var::Operand)
                .chain(needed.results.into_iter().map(Var::Result))
                .collect();
            let mut asked = asked.into_inner();
            asked.sort();
            assert_eq!(asked, needed, "what the pullback of '{name}' reads and what 'needed' says");
            contributions
        }
    }
}

/// Types by the letters of the cases.
pub fn ty(builder: &Builder, letter: char) -> Type {
    let text = match letter {
        'd' => "f64",
        's' => "f32",
        'c' => "complex<f64>",
        'v' => "vector<1xf64>",
        'n' => "i32",
        'b' => "i1",
        _ => panic!("unknown letter {letter}"),
    };
    Type::parse(builder.context(), text).expect("a type")
}

/// Reads numbers from a buffer of f64, or writes them there, one slot after the other.
pub struct Slots<'a> {
    pub builder: &'a Builder,
    pub buffer: Value,
    pub next: i64,
}

impl Slots<'_> {
    pub fn read(&mut self, ty: Type) -> Value {
        let builder = self.builder;
        if ty.is_complex() {
            let (re, im) = (self.read(ty.real()), self.read(ty.real()));
            return builder.op("complex.create", &[re, im], ty);
        }
        if ty.is_vector() {
            let number = self.read(ty.element());
            return builder.op("vector.broadcast", &[number], ty);
        }
        let f64 = Type::f64(builder.context());
        let index = builder.index(self.next);
        self.next += 1;
        let number = builder.op("memref.load", &[self.buffer, index], f64);
        match ty.bit_width() {
            Some(64) => number,
            Some(32) if ty.is_float() => builder.op("arith.truncf", &[number], ty),
            _ => builder.op("arith.fptoui", &[number], ty),
        }
    }

    /// Reads a signed integer too.
    pub fn read_operand(&mut self, ty: Type) -> Value {
        if ty.bit_width() == Some(32) && ty.is_integer() {
            let number = self.read(Type::f64(self.builder.context()));
            return self.builder.op("arith.fptosi", &[number], ty);
        }
        self.read(ty)
    }

    /// `None` is a zero of type `ty`.
    pub fn write(&mut self, value: Option<Value>, ty: Type) {
        let builder = self.builder;
        if ty.is_complex() {
            let part = |name| value.map(|value| builder.op(name, &[value], ty.real()));
            self.write(part("complex.re"), ty.real());
            self.write(part("complex.im"), ty.real());
            return;
        }
        if ty.is_vector() {
            let sum = value.map(|value| {
                let kind = Attribute::parse(builder.context(), "#vector.kind<add>").expect("an attribute");
                builder.create("vector.reduction", &[value], &[ty.element()], &[("kind", kind)], &[]).result(0)
            });
            return self.write(sum, ty.element());
        }
        let f64 = Type::f64(builder.context());
        let number = match value {
            None => builder.constant(f64, Attribute::float(f64, 0.0)),
            Some(value) => {
                assert_eq!(value.ty(), ty, "the type of a derivative");
                if ty == f64 { value } else { builder.op("arith.extf", &[value], f64) }
            }
        };
        let index = builder.index(self.next);
        self.next += 1;
        builder.effect("memref.store", &[number, self.buffer, index]);
    }
}
