//! Evaluates formulas: builds the ops that compute them.

use super::{
    Elementwise,
    convert::{complex_of, float32, is_complex},
    expr::{Connective, Expr, Operator, Predicate, Var},
    functions, is_narrow,
};
use autodiff_dialect::{
    ir::{Attribute, Builder, Op, Type, Value},
    views::{
        arith::{self, CmpFPredicate, CmpIPredicate},
        complex,
    },
};

/// Builds the ops of one rule at one place.
pub(super) struct Emitter<'a, E> {
    pub(super) builder: &'a Builder,
    rule: &'a Elementwise,
    op: Op,
    /// Whether floats of fewer than 32 bits are widened to 32.
    wide: bool,
    fastmath: Option<Attribute>,
    primal: &'a mut dyn FnMut(Var) -> Result<Value, E>,
    /// Any value of the ops' shape, for sizes that are known at run time only.
    pub(super) like: Option<Value>,
    known: Vec<(Expr, Value)>,
}

impl<'a, E: From<String>> Emitter<'a, E> {
    pub(super) fn new(
        rule: &'a Elementwise,
        builder: &'a Builder,
        op: Op,
        primal: &'a mut dyn FnMut(Var) -> Result<Value, E>,
        like: Option<Value>,
    ) -> Self {
        let fastmath = op.attribute("fastmath").filter(|flags| flags.fast_math() != 0);
        Self { builder, rule, op, wide: rule.is_wide(op), fastmath, primal, like, known: Vec::new() }
    }

    /// The type in which formulas are evaluated.
    pub(super) fn wide_type(&self, ty: Type) -> Result<Type, E> {
        let element = ty.element();
        if !self.wide || !is_narrow(element) {
            return Ok(ty);
        }
        let single = float32(self.builder)?;
        self.with_element(ty, if element.is_complex() { complex_of(single)? } else { single })
    }

    fn widen(&mut self, value: Value) -> Result<Value, E> {
        let ty = self.wide_type(value.ty())?;
        self.project(value, ty)
    }

    pub(super) fn widen_all(&mut self, values: &[Option<Value>]) -> Result<Vec<Option<Value>>, E> {
        values.iter().map(|value| value.map(|value| self.widen(value)).transpose()).collect()
    }

    /// A primal in the type in which formulas are evaluated.
    fn variable(&mut self, var: Var) -> Result<Value, E> {
        match var {
            Var::Result(index) if self.wide && self.rule.amplifies(index) => self.again(index),
            var => {
                let value = (self.primal)(var)?;
                self.widen(value)
            }
        }
    }

    /// A result of the op, computed again in the wider type.
    fn again(&mut self, result: usize) -> Result<Value, E> {
        let mut operands = Vec::new();
        for (index, operand) in self.op.operands().into_iter().enumerate() {
            operands.push(self.value(&Expr::Var(Var::Operand(index)), operand.ty())?);
        }
        let types =
            self.op.results().into_iter().map(|result| self.wide_type(result.ty())).collect::<Result<Vec<_>, E>>()?;
        let attributes = self.op.attributes();
        Ok(self.builder.create(self.op.name(), &operands, &types, &attributes, &[]).result(result))
    }

    /// The value of a formula; a bare literal gets the type `like`.
    pub(super) fn value(&mut self, expr: &Expr, like: Type) -> Result<Value, E> {
        match expr {
            Expr::Literal(re, im) => self.literal(*re, *im, like),
            Expr::Choose(condition, then, otherwise) => {
                let condition = self.condition(condition)?;
                let (then, otherwise) = self.pair(then, otherwise, like)?;
                let (then, otherwise) = self.unify(then, otherwise)?;
                self.emit(arith::Select::NAME, &[condition, then, otherwise], then.ty())
            }
            _ => {
                if let Some((_, value)) = self.known.iter().find(|(known, _)| known == expr) {
                    return Ok(*value);
                }
                let value = self.compute(expr, like)?;
                self.known.push((expr.clone(), value));
                Ok(value)
            }
        }
    }

    fn compute(&mut self, expr: &Expr, like: Type) -> Result<Value, E> {
        match expr {
            Expr::Var(var) => self.variable(*var),
            Expr::Bound(index, _) => {
                let rule = self.rule;
                self.value(&rule.bindings[*index].expr, like)
            }
            Expr::Neg(inner) => {
                let value = self.value(inner, like)?;
                self.negate(value)
            }
            Expr::Binary(operator, left, right) => {
                let (left, right) = self.pair(left, right, like)?;
                self.arithmetic(*operator, left, right)
            }
            Expr::Call(function, arguments) => self.call(function, arguments, like),
            Expr::Compare(predicate, left, right) => {
                let (left, right) = self.pair(left, right, like)?;
                self.compare(*predicate, left, right)
            }
            Expr::Not(inner) => {
                let value = self.condition(inner)?;
                let yes = self.constant_of(value.ty(), |element| Attribute::integer(element, 1))?;
                self.emit(arith::Xori::NAME, &[value, yes], value.ty())
            }
            Expr::Logic(connective, left, right) => {
                let left = self.condition(left)?;
                let right = self.condition(right)?;
                let name = if *connective == Connective::And { arith::Andi::NAME } else { arith::Ori::NAME };
                self.emit(name, &[left, right], left.ty())
            }
            Expr::Literal(..) | Expr::Choose(..) => self.value(expr, like),
        }
    }

    /// Two formulas that meet; a literal gets the type of its partner.
    fn pair(&mut self, left: &Expr, right: &Expr, like: Type) -> Result<(Value, Value), E> {
        if matches!(left, Expr::Literal(..)) {
            let right = self.value(right, like)?;
            return Ok((self.value(left, right.ty())?, right));
        }
        let left = self.value(left, like)?;
        Ok((left, self.value(right, left.ty())?))
    }

    pub(super) fn condition(&mut self, expr: &Expr) -> Result<Value, E> {
        let boolean = Type::integer(self.builder.context(), 1);
        let value = self.value(expr, boolean)?;
        if value.ty().element() == boolean {
            Ok(value)
        } else {
            Err(format!("expected a condition of type i1, got {}", value.ty()).into())
        }
    }

    fn call(&mut self, function: &str, arguments: &[Expr], like: Type) -> Result<Value, E> {
        let mut values = Vec::new();
        let partner = match arguments {
            [Expr::Literal(..), second, ..] if !functions::takes_integer(function) => self.value(second, like)?.ty(),
            _ => like,
        };
        for argument in arguments {
            let like = values.first().map_or(partner, |first: &Value| first.ty());
            values.push(self.value(argument, like)?);
        }
        let first = values[0];
        if function.contains('.') {
            return self.emit(function, &values, first.ty());
        }
        if let [left, right] = values[..]
            && !functions::takes_integer(function)
        {
            let (left, right) = self.unify(left, right)?;
            values = vec![left, right];
        }
        let ty = values[0].ty();
        if function == "conj" {
            return self.conjugate(values[0]);
        }
        let (op, result) = if is_complex(values[0]) {
            let to_real = matches!(function, "abs" | "angle" | "re" | "im");
            (functions::complex(function), if to_real { self.with_element(ty, ty.element().real())? } else { ty })
        } else {
            (functions::real(function), ty)
        };
        match op {
            Some((op, _)) => self.emit(op, &values, result),
            None => Err(format!("the function '{function}' is not defined on {ty}").into()),
        }
    }

    fn compare(&mut self, predicate: Predicate, left: Value, right: Value) -> Result<Value, E> {
        let (left, right) = self.unify(left, right)?;
        let element = left.ty().element();
        let ty = self.with_element(left.ty(), Type::integer(self.builder.context(), 1))?;
        if element.is_complex() {
            return match predicate {
                Predicate::Equal => self.emit(complex::Eq::NAME, &[left, right], ty),
                Predicate::NotEqual => self.emit(complex::Neq::NAME, &[left, right], ty),
                _ => Err("complex numbers have no order".to_owned().into()),
            };
        }
        // Floats are ordered, but for `!=`; integers have a sign.
        let (float, integer) = match predicate {
            Predicate::Equal => (CmpFPredicate::OEQ, CmpIPredicate::Eq),
            Predicate::NotEqual => (CmpFPredicate::UNE, CmpIPredicate::Ne),
            Predicate::Greater => (CmpFPredicate::OGT, CmpIPredicate::Sgt),
            Predicate::GreaterEqual => (CmpFPredicate::OGE, CmpIPredicate::Sge),
            Predicate::Less => (CmpFPredicate::OLT, CmpIPredicate::Slt),
            Predicate::LessEqual => (CmpFPredicate::OLE, CmpIPredicate::Sle),
        };
        let context = self.builder.context();
        let (name, number) = match element.is_float() {
            true => (arith::Cmpf::NAME, float.attribute(context, 64)),
            false => (arith::Cmpi::NAME, integer.attribute(context, 64)),
        };
        self.emit_with(name, &[left, right], ty, &[(arith::Cmpf::PREDICATE_ATTR, number)])
    }

    pub(super) fn arithmetic(&mut self, operator: Operator, left: Value, right: Value) -> Result<Value, E> {
        if is_integer(left) && is_integer(right) {
            let name = match operator {
                Operator::Add => arith::Addi::NAME,
                Operator::Sub => arith::Subi::NAME,
                Operator::Mul => arith::Muli::NAME,
                Operator::Div => return Err("integers are not divided in formulas".to_owned().into()),
            };
            return self.emit(name, &[left, right], left.ty());
        }
        let scaling = match operator {
            Operator::Mul if is_complex(left) && !is_complex(right) => Some((left, right)),
            Operator::Mul if is_complex(right) && !is_complex(left) => Some((right, left)),
            Operator::Div if is_complex(left) && !is_complex(right) => Some((left, right)),
            _ => None,
        };
        if let Some((whole, real)) = scaling {
            return self.componentwise(operator, whole, real);
        }
        let (left, right) = self.unify(left, right)?;
        let (float, complex) = match operator {
            Operator::Add => (arith::Addf::NAME, complex::Add::NAME),
            Operator::Sub => (arith::Subf::NAME, complex::Sub::NAME),
            Operator::Mul => (arith::Mulf::NAME, complex::Mul::NAME),
            Operator::Div => (arith::Divf::NAME, complex::Div::NAME),
        };
        self.emit(if is_complex(left) { complex } else { float }, &[left, right], left.ty())
    }

    /// A complex number times or by a real one.
    fn componentwise(&mut self, operator: Operator, whole: Value, real: Value) -> Result<Value, E> {
        let re = self.real_part(whole)?;
        let im = self.imaginary_part(whole)?;
        let re = self.arithmetic(operator, re, real)?;
        let im = self.arithmetic(operator, im, real)?;
        self.create(re, im)
    }

    pub(super) fn negate(&mut self, value: Value) -> Result<Value, E> {
        let element = value.ty().element();
        if element.is_complex() {
            self.emit(complex::Neg::NAME, &[value], value.ty())
        } else if element.is_float() {
            self.emit(arith::Negf::NAME, &[value], value.ty())
        } else {
            let zero = self.literal(0.0, 0.0, value.ty())?;
            self.emit(arith::Subi::NAME, &[zero, value], value.ty())
        }
    }

    /// The conjugate; a real value is its own.
    pub(super) fn conjugate(&mut self, value: Value) -> Result<Value, E> {
        if is_complex(value) { self.emit(complex::Conj::NAME, &[value], value.ty()) } else { Ok(value) }
    }

    pub(super) fn emit(&mut self, name: &str, operands: &[Value], ty: Type) -> Result<Value, E> {
        self.emit_with(name, operands, ty, &[])
    }

    fn emit_with(
        &mut self,
        name: &str,
        operands: &[Value],
        ty: Type,
        attributes: &[(&str, Attribute)],
    ) -> Result<Value, E> {
        self.require(name)?;
        if name.starts_with("complex.") && operands[0].ty().element() != operands[0].ty() {
            return Err(format!("'{name}' is not defined on {}", operands[0].ty()).into());
        }
        let mut attributes = attributes.to_vec();
        if let Some(fastmath) = self.fastmath.filter(|_| functions::takes_fastmath(name)) {
            attributes.push(("fastmath", fastmath));
        }
        Ok(self.builder.create(name, operands, &[ty], &attributes, &[]).result(0))
    }

    /// Creating an op that is not registered would end the process.
    pub(super) fn require(&self, name: &str) -> Result<(), E> {
        if self.builder.context().is_registered(name) {
            Ok(())
        } else {
            Err(format!("the rule needs '{name}', whose dialect is not loaded").into())
        }
    }
}

fn is_integer(value: Value) -> bool {
    let element = value.ty().element();
    element.is_integer() || element.is_index()
}
