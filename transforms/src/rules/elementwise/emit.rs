//! Evaluates formulas and does arithmetic on values of mixed types.

use super::{
    expr::{Connective, Expr, Operator, Predicate, Var},
    functions,
};
use autodiff_dialect::ir::{Attribute, Builder, Op, Type, Value};

/// A derivative on its way into a sum: a value, its negation, or i times it.
#[derive(Clone, Copy)]
pub(super) struct Term {
    pub(super) value: Value,
    negative: bool,
    imaginary: bool,
}

impl Term {
    pub(super) fn new(value: Value) -> Self {
        Self { value, negative: false, imaginary: false }
    }

    pub(super) fn negated(self) -> Self {
        Self { negative: !self.negative, ..self }
    }

    fn is_complex(self) -> bool {
        self.imaginary || is_complex(self.value)
    }
}

/// Builds the ops of one rule at one place.
pub(super) struct Emitter<'a, E> {
    builder: &'a Builder,
    fastmath: Option<Attribute>,
    primal: &'a mut dyn FnMut(Var) -> Result<Value, E>,
    /// Any value of the ops' shape, for sizes that are known at run time only.
    like: Option<Value>,
    known: Vec<(Expr, Value)>,
}

impl<'a, E: From<String>> Emitter<'a, E> {
    pub(super) fn new(
        builder: &'a Builder,
        op: Op,
        primal: &'a mut dyn FnMut(Var) -> Result<Value, E>,
        like: Option<Value>,
    ) -> Self {
        Self { builder, fastmath: op.attribute("fastmath"), primal, like, known: Vec::new() }
    }

    /// The value of a formula; a bare literal gets the type `like`.
    pub(super) fn value(&mut self, expr: &Expr, like: Type) -> Result<Value, E> {
        match expr {
            Expr::Literal(re, im) => self.literal(*re, *im, like),
            Expr::Choose(condition, then, otherwise) => {
                let condition = self.condition(condition)?;
                let (then, otherwise) = self.pair(then, otherwise, like)?;
                let (then, otherwise) = self.unify(then, otherwise)?;
                self.emit("arith.select", &[condition, then, otherwise], then.ty())
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
            Expr::Var(var) => (self.primal)(*var),
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
                self.emit("arith.xori", &[value, yes], value.ty())
            }
            Expr::Logic(connective, left, right) => {
                let left = self.condition(left)?;
                let right = self.condition(right)?;
                let name = if *connective == Connective::And { "arith.andi" } else { "arith.ori" };
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

    fn condition(&mut self, expr: &Expr) -> Result<Value, E> {
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
                Predicate::Equal => self.emit("complex.eq", &[left, right], ty),
                Predicate::NotEqual => self.emit("complex.neq", &[left, right], ty),
                _ => Err("complex numbers have no order".to_owned().into()),
            };
        }
        // The numbers that `arith.cmpf` (ordered; unordered for `!=`) and `arith.cmpi` (signed) give to the predicates.
        let (float, integer) = match predicate {
            Predicate::Equal => (1, 0),
            Predicate::NotEqual => (13, 1),
            Predicate::Greater => (2, 4),
            Predicate::GreaterEqual => (3, 5),
            Predicate::Less => (4, 2),
            Predicate::LessEqual => (5, 3),
        };
        let (name, number) = if element.is_float() { ("arith.cmpf", float) } else { ("arith.cmpi", integer) };
        let number = Attribute::integer(Type::integer(self.builder.context(), 64), number);
        self.emit_with(name, &[left, right], ty, &[("predicate", number)])
    }

    fn arithmetic(&mut self, operator: Operator, left: Value, right: Value) -> Result<Value, E> {
        if is_integer(left) && is_integer(right) {
            let name = match operator {
                Operator::Add => "arith.addi",
                Operator::Sub => "arith.subi",
                Operator::Mul => "arith.muli",
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
            Operator::Add => ("arith.addf", "complex.add"),
            Operator::Sub => ("arith.subf", "complex.sub"),
            Operator::Mul => ("arith.mulf", "complex.mul"),
            Operator::Div => ("arith.divf", "complex.div"),
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

    fn negate(&mut self, value: Value) -> Result<Value, E> {
        let element = value.ty().element();
        if element.is_complex() {
            self.emit("complex.neg", &[value], value.ty())
        } else if element.is_float() {
            self.emit("arith.negf", &[value], value.ty())
        } else {
            let zero = self.literal(0.0, 0.0, value.ty())?;
            self.emit("arith.subi", &[zero, value], value.ty())
        }
    }

    /// The conjugate; a real value is its own.
    pub(super) fn conjugate(&mut self, value: Value) -> Result<Value, E> {
        if is_complex(value) { self.emit("complex.conj", &[value], value.ty()) } else { Ok(value) }
    }

    /// `term` times a literal.
    pub(super) fn scale(&mut self, term: Term, re: f64, im: f64) -> Result<Option<Term>, E> {
        if im == 0.0 {
            return Ok(Some(match re {
                0.0 => return Ok(None),
                1.0 => term,
                -1.0 => term.negated(),
                _ => {
                    let real = self.with_element(term.value.ty(), term.value.ty().element().real())?;
                    let factor = self.literal(re, 0.0, real)?;
                    Term { value: self.arithmetic(Operator::Mul, term.value, factor)?, ..term }
                }
            }));
        }
        if re == 0.0 && im.abs() == 1.0 {
            let term = if im < 0.0 { term.negated() } else { term };
            return Ok(Some(if term.imaginary {
                Term { imaginary: false, ..term }.negated()
            } else if is_complex(term.value) {
                let (re, im) = (self.real_part(term.value)?, self.imaginary_part(term.value)?);
                let im = self.negate(im)?;
                Term { value: self.create(im, re)?, ..term }
            } else {
                Term { imaginary: true, ..term }
            }));
        }
        let whole = self.whole(term)?;
        let complex = if is_complex(whole.value) { whole.value } else { self.embed(whole.value)? };
        let factor = self.literal(re, im, complex.ty())?;
        Ok(Some(Term { value: self.arithmetic(Operator::Mul, complex, factor)?, ..whole }))
    }

    pub(super) fn multiply(&mut self, term: Term, factor: Value) -> Result<Term, E> {
        let term = if is_complex(factor) { self.whole(term)? } else { term };
        Ok(Term { value: self.arithmetic(Operator::Mul, term.value, factor)?, ..term })
    }

    pub(super) fn divide(&mut self, term: Term, denominator: Value) -> Result<Term, E> {
        let term = if is_complex(denominator) { self.whole(term)? } else { term };
        Ok(Term { value: self.arithmetic(Operator::Div, term.value, denominator)?, ..term })
    }

    pub(super) fn add_terms(&mut self, left: Option<Term>, right: Option<Term>) -> Result<Option<Term>, E> {
        let (left, right) = match (left, right) {
            (Some(left), Some(right)) => (self.whole(left)?, self.whole(right)?),
            (left, right) => return Ok(left.or(right)),
        };
        let value = match (left.negative, right.negative) {
            (true, false) => self.arithmetic(Operator::Sub, right.value, left.value)?,
            (false, true) => self.arithmetic(Operator::Sub, left.value, right.value)?,
            _ => self.arithmetic(Operator::Add, left.value, right.value)?,
        };
        Ok(Some(Term { value, negative: left.negative && right.negative, imaginary: false }))
    }

    /// A choice between two applied branches, of which at least one is not zero.
    pub(super) fn select_terms(
        &mut self,
        condition: &Expr,
        then: Option<Term>,
        otherwise: Option<Term>,
    ) -> Result<Option<Term>, E> {
        let Some(some) = then.or(otherwise) else { return Ok(None) };
        let target = match (then, otherwise) {
            (Some(then), Some(otherwise)) if !then.is_complex() && otherwise.is_complex() => otherwise,
            _ => some,
        };
        let mut target_ty = target.value.ty();
        if target.imaginary {
            target_ty = complex_of(target_ty)?;
        }
        let then = self.sum(then.into_iter().collect(), target_ty)?;
        let otherwise = self.sum(otherwise.into_iter().collect(), target_ty)?;
        Ok(self.select(condition, then, otherwise, target_ty)?.map(Term::new))
    }

    /// A choice where `None` is zero.
    pub(super) fn select(
        &mut self,
        condition: &Expr,
        then: Option<Value>,
        otherwise: Option<Value>,
        ty: Type,
    ) -> Result<Option<Value>, E> {
        if then == otherwise {
            return Ok(then);
        }
        let condition = self.condition(condition)?;
        let then = self.or_zero(then, ty)?;
        let otherwise = self.or_zero(otherwise, ty)?;
        self.emit("arith.select", &[condition, then, otherwise], ty).map(Some)
    }

    fn or_zero(&mut self, value: Option<Value>, ty: Type) -> Result<Value, E> {
        match value {
            Some(value) => Ok(value),
            None => self.literal(0.0, 0.0, ty),
        }
    }

    /// Adds terms in the type of what they are the derivative of.
    pub(super) fn sum(&mut self, terms: Vec<Term>, target: Type) -> Result<Option<Value>, E> {
        let element = target.element();
        let real = self.with_element(target, element.real())?;
        if !element.is_complex() {
            let terms = terms.into_iter().filter(|term| !term.imaginary).collect();
            return self.signed_sum(terms, real);
        }
        let (whole, parts): (Vec<_>, Vec<_>) = terms.into_iter().partition(|term| is_complex(term.value) && !term.imaginary);
        let (im, re): (Vec<_>, Vec<_>) = parts.into_iter().partition(|term| term.imaginary);
        let mut whole = self.signed_sum(whole, target)?;
        let re = self.signed_sum(re, real)?;
        let im = self.signed_sum(im, real)?;
        if re.is_some() || im.is_some() {
            let re = self.or_zero(re, real)?;
            let im = self.or_zero(im, real)?;
            let created = self.create(re, im)?;
            whole = Some(match whole {
                Some(value) => self.arithmetic(Operator::Add, value, created)?,
                None => created,
            });
        }
        Ok(whole)
    }

    fn signed_sum(&mut self, terms: Vec<Term>, target: Type) -> Result<Option<Value>, E> {
        let (negative, positive): (Vec<_>, Vec<_>) = terms.into_iter().partition(|term| term.negative);
        let mut sum = None;
        for term in positive.into_iter().chain(negative) {
            let value = self.project(term.value, target)?;
            sum = Some(match sum {
                None if term.negative => self.negate(value)?,
                None => value,
                Some(sum) if term.negative => self.arithmetic(Operator::Sub, sum, value)?,
                Some(sum) => self.arithmetic(Operator::Add, sum, value)?,
            });
        }
        Ok(sum)
    }

    /// The term without a factor i.
    fn whole(&mut self, term: Term) -> Result<Term, E> {
        if !term.imaginary {
            return Ok(term);
        }
        let zero = self.literal(0.0, 0.0, term.value.ty())?;
        Ok(Term { value: self.create(zero, term.value)?, imaginary: false, ..term })
    }

    /// Brings a value to a type: rounds or extends it, drops the imaginary part or gives it a zero one.
    fn project(&mut self, value: Value, target: Type) -> Result<Value, E> {
        let (from, to) = (value.ty().element(), target.element());
        if from == to {
            return Ok(value);
        }
        match (from.is_complex(), to.is_complex()) {
            (true, true) => {
                let real = self.with_element(target, to.real())?;
                let (re, im) = (self.real_part(value)?, self.imaginary_part(value)?);
                let (re, im) = (self.cast(re, real)?, self.cast(im, real)?);
                self.create(re, im)
            }
            (true, false) => {
                let re = self.real_part(value)?;
                self.cast(re, target)
            }
            (false, true) => {
                let real = self.with_element(target, to.real())?;
                let re = self.cast(value, real)?;
                self.embed(re)
            }
            (false, false) => self.cast(value, target),
        }
    }

    /// Between float types, and from integers to them.
    fn cast(&mut self, value: Value, target: Type) -> Result<Value, E> {
        let (from, to) = (value.ty().element(), target.element());
        if from == to {
            return Ok(value);
        }
        if from.is_index() {
            let wide = self.with_element(target, Type::integer(self.builder.context(), 64))?;
            let value = self.emit("arith.index_cast", &[value], wide)?;
            return self.emit("arith.sitofp", &[value], target);
        }
        if from.is_integer() {
            return self.emit("arith.sitofp", &[value], target);
        }
        match (from.bit_width(), to.bit_width()) {
            (Some(narrow), Some(wide)) if narrow < wide => self.emit("arith.extf", &[value], target),
            (Some(wide), Some(narrow)) if narrow < wide => self.emit("arith.truncf", &[value], target),
            (Some(_), Some(_)) => {
                let wide = self.with_element(target, float32(self.builder)?)?;
                let value = self.emit("arith.extf", &[value], wide)?;
                self.emit("arith.truncf", &[value], target)
            }
            _ => Err(format!("cannot convert {from} to {to}").into()),
        }
    }

    /// Brings two numbers to the smallest type that holds both.
    fn unify(&mut self, left: Value, right: Value) -> Result<(Value, Value), E> {
        let (a, b) = (left.ty().element(), right.ty().element());
        if a == b {
            return Ok((left, right));
        }
        if a.is_integer() || a.is_index() || b.is_integer() || b.is_index() {
            let float = if a.real().is_float() { a } else { b };
            if !float.real().is_float() {
                return Err(format!("formula mixes {a} and {b}").into());
            }
            let ty = self.with_element(left.ty(), float)?;
            return Ok((self.project(left, ty)?, self.project(right, ty)?));
        }
        let (Some(wide_a), Some(wide_b)) = (a.real().bit_width(), b.real().bit_width()) else {
            return Err(format!("formula mixes {a} and {b}").into());
        };
        let real = match wide_a.cmp(&wide_b) {
            std::cmp::Ordering::Less => b.real(),
            std::cmp::Ordering::Greater => a.real(),
            std::cmp::Ordering::Equal if a.real() == b.real() => a.real(),
            std::cmp::Ordering::Equal => float32(self.builder)?,
        };
        let element = if a.is_complex() || b.is_complex() { complex_of(real)? } else { real };
        let ty = self.with_element(left.ty(), element)?;
        Ok((self.project(left, ty)?, self.project(right, ty)?))
    }

    fn real_part(&mut self, value: Value) -> Result<Value, E> {
        self.part("complex.re", 0, value)
    }

    fn imaginary_part(&mut self, value: Value) -> Result<Value, E> {
        self.part("complex.im", 1, value)
    }

    fn part(&mut self, name: &str, index: usize, value: Value) -> Result<Value, E> {
        match value.defining_op().filter(|op| op.name() == "complex.create") {
            Some(create) => Ok(create.operand(index)),
            None => self.emit(name, &[value], value.ty().element().real()),
        }
    }

    fn create(&mut self, re: Value, im: Value) -> Result<Value, E> {
        let ty = complex_of(re.ty())?;
        self.emit("complex.create", &[re, im], ty)
    }

    fn embed(&mut self, value: Value) -> Result<Value, E> {
        let zero = self.literal(0.0, 0.0, value.ty())?;
        self.create(value, zero)
    }

    fn with_element(&self, ty: Type, element: Type) -> Result<Type, E> {
        if ty.element() == element {
            return Ok(ty);
        }
        ty.with_element(element).ok_or_else(|| format!("{ty} cannot hold {element}").into())
    }

    /// A number in each element of a type.
    fn literal(&mut self, re: f64, im: f64, ty: Type) -> Result<Value, E> {
        let element = ty.element();
        if element.is_integer() || element.is_index() {
            if re.fract() != 0.0 || im != 0.0 || re.abs() > i64::MAX as f64 {
                return Err(format!("the number {re} is no {element}").into());
            }
            return self.constant_of(ty, |element| Attribute::integer(element, re as i64));
        }
        if im != 0.0 && !element.is_complex() {
            return self.literal(re, im, self.with_element(ty, complex_of(element)?)?);
        }
        if !element.real().is_float() {
            return Err(format!("{ty} has no zero, so the choice cannot be differentiated").into());
        }
        if !is_dynamic(ty) {
            self.require(if element == ty && element.is_complex() { "complex.constant" } else { "arith.constant" })?;
            return self
                .builder
                .complex_number(ty, re, im)
                .ok_or_else(|| format!("cannot make a constant of type {ty}").into());
        }
        let scalar = self.literal(re, im, element)?;
        self.splat(scalar, ty)
    }

    fn constant_of(&mut self, ty: Type, attribute: impl Fn(Type) -> Attribute) -> Result<Value, E> {
        let element = ty.element();
        if is_dynamic(ty) {
            let scalar = self.builder.constant(element, attribute(element));
            return self.splat(scalar, ty);
        }
        let scalar = attribute(element);
        Ok(self.builder.constant(ty, if element == ty { scalar } else { Attribute::splat(ty, scalar) }))
    }

    /// A tensor of the sizes that the derivatives have.
    fn splat(&mut self, scalar: Value, ty: Type) -> Result<Value, E> {
        let Some(like) = self.like.filter(|like| like.ty().is_tensor() && like.ty().shape().len() == ty.shape().len()) else {
            return Err(format!("the sizes of a constant of type {ty} are not known").into());
        };
        let mut operands = vec![scalar];
        for (axis, size) in ty.shape().into_iter().enumerate() {
            if size == Type::DYNAMIC {
                let axis = self.builder.index(axis as i64);
                operands.push(self.emit("tensor.dim", &[like, axis], Type::index(self.builder.context()))?);
            }
        }
        self.emit("tensor.splat", &operands, ty)
    }

    fn emit(&mut self, name: &str, operands: &[Value], ty: Type) -> Result<Value, E> {
        self.emit_with(name, operands, ty, &[])
    }

    fn emit_with(&mut self, name: &str, operands: &[Value], ty: Type, attributes: &[(&str, Attribute)]) -> Result<Value, E> {
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
    fn require(&self, name: &str) -> Result<(), E> {
        if self.builder.context().is_registered(name) {
            Ok(())
        } else {
            Err(format!("the rule needs '{name}', whose dialect is not loaded").into())
        }
    }
}

fn is_complex(value: Value) -> bool {
    value.ty().element().is_complex()
}

fn is_integer(value: Value) -> bool {
    let element = value.ty().element();
    element.is_integer() || element.is_index()
}

fn is_dynamic(ty: Type) -> bool {
    ty.is_tensor() && ty.shape().contains(&Type::DYNAMIC)
}

fn complex_of(real: Type) -> Result<Type, String> {
    if real.is_complex() {
        return Ok(real);
    }
    Type::parse(real.context(), &format!("complex<{real}>")).ok_or_else(|| format!("no complex numbers over {real}"))
}

fn float32(builder: &Builder) -> Result<Type, String> {
    Type::parse(builder.context(), "f32").ok_or_else(|| "cannot make the type f32".to_owned())
}
