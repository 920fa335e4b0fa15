//! Rules on the types that elementwise ops have.

use super::{
    cases::CASES,
    support::{Part, body_of, build, context, module_op, rule},
};
use autodiff_dialect::ir::{Attribute, Op, Type, Value};
use autodiff_transforms::rules::elementwise::{Rule, RuleBook, Var};
use melior::ir::Module;

/// A function whose arguments have the given types, as text for [`body_of`].
fn frame(types: &[String]) -> String {
    let arguments: Vec<_> = types.iter().enumerate().map(|(index, ty)| format!("%a{index}: {ty}")).collect();
    format!("func.func @f({}) {{ return }}", arguments.join(", "))
}

/// Builds both modes of a case with the float type `ty` for `d`, and verifies.
fn build_on(op: &str, operands: &str, results: &str, shape: &dyn Fn(&str) -> String) {
    let context = context();
    let of = |letter: char| match letter {
        'n' => shape("i32"),
        'b' => shape("i1"),
        's' => shape("small"),
        'c' => shape("complex<float>"),
        _ => shape("float"),
    };
    let operand_types: Vec<_> = operands.chars().map(of).collect();
    let result_types: Vec<_> = results.chars().map(of).collect();
    for part in [Part::Pushforward, Part::Pullback] {
        let all = [&operand_types[..], &operand_types[..], &result_types[..]].concat();
        let module = Module::parse(&context, &frame(&all)).expect("the frame parses");
        let (arguments, builder) = body_of(module_op(&module), "f");
        let (values, derivatives) = arguments.split_at(operand_types.len());
        let (tangents, cotangents) = derivatives.split_at(operand_types.len());
        let mut given: Vec<Value> = match part {
            Part::Pullback => cotangents.to_vec(),
            _ => tangents.iter().copied().filter(|value| value.ty().is_differentiable()).collect(),
        };
        let types: Vec<_> = cotangents.iter().map(|value| value.ty()).collect();
        let built = build(&builder, op, values, &types, part, &mut |_| given.remove(0))
            .unwrap_or_else(|error| panic!("{op} on {operand_types:?}: {error}"));
        let expected: Vec<_> = match part {
            Part::Pullback => values.iter().map(|value| value.ty()).collect(),
            _ => types,
        };
        for (value, ty) in built.into_iter().zip(expected) {
            assert!(value.is_none_or(|value| value.ty() == ty), "{op}");
        }
        let module = module_op(&module);
        assert!(module.verify(), "{op} on {operand_types:?}:\n{module}");
    }
}

#[test]
fn rules_build_on_every_type() {
    let shapes: [&dyn Fn(&str) -> String; 5] = [
        &|ty| ty.replace("float", "f16"),
        &|ty| ty.replace("float", "bf16"),
        &|ty| format!("vector<4x{}>", ty.replace("float", "f32")),
        &|ty| format!("vector<[4]x{}>", ty.replace("float", "f64")),
        &|ty| format!("tensor<?x3x?x{}>", ty.replace("float", "f32")),
    ];
    for case in
        CASES.iter().filter(|case| !case.operands.contains(['c', 's', 'v']) && !case.results.contains(['c', 's', 'v']))
    {
        for shape in shapes {
            build_on(case.op, case.operands, case.results, shape);
        }
    }
}

#[test]
fn casts_and_complex_rules_build_on_narrow_types() {
    for case in CASES {
        if case.operands.contains('c') || case.results.contains('c') {
            build_on(case.op, case.operands, case.results, &|ty| ty.replace("float", "f32"));
            build_on(case.op, case.operands, case.results, &|ty| ty.replace("float", "f16"));
        }
    }
    build_on("vector.fma", "vvv", "v", &|ty| format!("vector<2x3x{}>", ty.replace("float", "bf16")));
    for (operands, results, op) in [("s", "d", "arith.extf"), ("d", "s", "arith.truncf")] {
        build_on(op, operands, results, &|ty| ty.replace("float", "f32").replace("small", "bf16"));
        build_on(op, operands, results, &|ty| {
            format!("vector<2x{}>", ty.replace("float", "f64").replace("small", "f16"))
        });
        build_on(op, operands, results, &|ty| {
            format!("tensor<?x{}>", ty.replace("float", "f64").replace("small", "f32"))
        });
    }
}

#[test]
fn select_has_a_scalar_condition_and_complex_elements() {
    build_on("arith.select", "bdd", "d", &|ty| if ty == "i1" { ty.into() } else { "vector<4xf32>".into() });
    build_on("arith.select", "bdd", "d", &|ty| if ty == "i1" { ty.into() } else { "tensor<?xcomplex<f32>>".into() });
    build_on("arith.select", "bdd", "d", &|ty| if ty == "i1" { ty.into() } else { "tensor<2xcomplex<f32>>".into() });
}

/// The ops that one mode of a unary or binary op on f64 becomes.
fn names(op: &str, operands: usize, part: Part, fastmath: Option<&str>) -> Vec<&'static str> {
    let context = context();
    let module = Module::parse(&context, &frame(&vec!["f64".to_owned(); 2 * operands])).expect("the frame parses");
    let (arguments, builder) = body_of(module_op(&module), "f");
    let f64 = Type::f64(builder.context());
    let derivatives: Vec<_> = arguments[operands..].iter().copied().map(Some).collect();
    let attributes: Vec<_> = fastmath
        .map(|flags| ("fastmath", Attribute::parse(builder.context(), flags).expect("an attribute")))
        .into_iter()
        .collect();
    let primal = builder.create(op, &arguments[..operands], &[f64], &attributes, &[]);
    match part {
        Part::Pullback => {
            let mut get = |var| {
                Ok::<_, String>(match var {
                    Var::Operand(index) => primal.operand(index),
                    Var::Result(index) => primal.result(index),
                })
            };
            rule(op)
                .pullback(&builder, primal, &mut get, &derivatives[..1], &vec![true; operands])
                .expect("a pullback");
        }
        _ => {
            rule(op).pushforward(&builder, primal, &derivatives).expect("a pushforward");
        }
    }
    let built: Vec<Op> =
        primal.block().expect("a block").ops().into_iter().filter(|op| primal.is_before(*op)).collect();
    if let Some(flags) = fastmath {
        let flagged = |op: &Op| op.attribute("fastmath").is_some_and(|found| found.to_string() == flags);
        let unflagged: Vec<_> = built.iter().filter(|op| !flagged(op)).map(|op| op.name()).collect();
        assert!(
            unflagged.iter().all(|name| matches!(*name, "arith.constant" | "func.return" | "arith.select")),
            "{unflagged:?}"
        );
    }
    built.into_iter().map(Op::name).filter(|name| *name != "func.return").collect()
}

#[test]
fn literals_build_no_arithmetic() {
    assert!(names("arith.addf", 2, Part::Pullback, None).is_empty());
    assert_eq!(names("arith.addf", 2, Part::Pushforward, None), ["arith.addf"]);
    assert_eq!(names("arith.subf", 2, Part::Pushforward, None), ["arith.subf"]);
    assert_eq!(names("arith.subf", 2, Part::Pullback, None), ["arith.negf"]);
    assert_eq!(names("arith.mulf", 2, Part::Pullback, None), ["arith.mulf", "arith.mulf"]);
    assert_eq!(names("math.cos", 1, Part::Pullback, None), ["math.sin", "arith.mulf", "arith.negf"]);
}

#[test]
fn a_shared_condition_selects_once() {
    assert_eq!(names("arith.maximumf", 2, Part::Pushforward, None), ["arith.cmpf", "arith.select"]);
    let pullback = names("arith.maximumf", 2, Part::Pullback, None);
    assert_eq!(pullback.iter().filter(|name| **name == "arith.cmpf").count(), 1);
}

#[test]
fn fastmath_of_the_primal_is_kept() {
    names("arith.divf", 2, Part::Pullback, Some("#arith.fastmath<fast>"));
    names("math.tanh", 1, Part::Pushforward, Some("#arith.fastmath<contract>"));
    names("math.absf", 1, Part::Pullback, Some("#arith.fastmath<nnan>"));
}

#[test]
fn what_cannot_be_built_is_an_error() {
    let context = context();
    let module =
        Module::parse(&context, "func.func @f(%c: i1, %m: memref<4xf32>) { return }").expect("the frame parses");
    let (arguments, builder) = body_of(module_op(&module), "f");
    let [c, m] = arguments[..] else { panic!("two arguments") };
    let op = builder.create("arith.select", &[c, m, m], &[m.ty()], &[], &[]);
    assert!(rule("arith.select").pushforward(&builder, op, &[None, Some(m), None]).is_err());
    assert!(
        rule("arith.select")
            .pullback(&builder, op, &mut |_| Err("no primal".to_owned()), &[Some(m)], &[false, true, false])
            .is_err()
    );
    assert!(rule("arith.negf").pushforward(&builder, op, &[None]).is_err_and(|text| text.contains("1 operands")));
}

#[test]
fn a_formula_may_call_any_loaded_op() {
    let mut book = RuleBook::default();
    book.extend("math.floor(x) -> y => math.absf(x)\nmath.ceil(x) -> y => no.such(x)", "my.rules")
        .expect("a good text");
    let context = context();
    let module = Module::parse(&context, &frame(&["f64".into(), "f64".into()])).expect("the frame parses");
    let (arguments, builder) = body_of(module_op(&module), "f");
    let push = |name| {
        let op = builder.create(name, &arguments[..1], &[arguments[0].ty()], &[], &[]);
        match book.get(name) {
            Some(Rule::Elementwise(rule)) => rule.pushforward(&builder, op, &[Some(arguments[1])]),
            _ => panic!("no partials"),
        }
    };
    assert!(push("math.floor").is_ok());
    assert_eq!(push("math.ceil").err().as_deref(), Some("the rule needs 'no.such', whose dialect is not loaded"));
    assert!(module_op(&module).verify());
}
