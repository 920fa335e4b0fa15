//! Multiplies tangents and cotangents by partials.

use super::{
    Elementwise, Partial,
    emit::Emitter,
    expr::{Expr, Operator, Var},
    terms::Term,
};
use autodiff_dialect::ir::{Builder, Op, Type, Value};

impl Elementwise {
    /// Builds the tangents of the results.
    ///
    /// `tangents` has one entry an operand, `builder` stands after the op; `None` is a zero, on both sides.
    ///
    /// # Errors
    ///
    /// What the op or its types have that the rule cannot handle.
    pub fn pushforward(
        &self,
        builder: &Builder,
        op: Op,
        tangents: &[Option<Value>],
    ) -> Result<Vec<Option<Value>>, String> {
        self.check(op, tangents.len(), self.operands.len())?;
        let mut primal = |var| -> Result<Value, String> {
            Ok(match var {
                Var::Operand(index) => op.operand(index),
                Var::Result(index) => op.result(index),
            })
        };
        let mut emitter = Emitter::new(self, builder, op, &mut primal, tangents.iter().flatten().next().copied());
        let tangents = emitter.widen_all(tangents)?;
        let mut results = Vec::new();
        for (index, row) in self.partials.iter().enumerate() {
            let summands: Vec<_> = row
                .iter()
                .zip(&tangents)
                .filter_map(|(partial, tangent)| Some(Summand::new(partial.as_ref()?, (*tangent)?)))
                .collect();
            results.push(emitter.rounded(&summands, op.result(index).ty(), false)?);
        }
        Ok(results)
    }

    /// Builds the contributions to the cotangents of the operands, `None` where there is none.
    ///
    /// `cotangents` has one entry a result (`None`: zero), `active` one an operand. `primal` is asked for a value of the
    /// op as it can be had where `builder` stands, at most once each: for the variables of the partials that join an
    /// active operand to a result with a cotangent.
    ///
    /// # Errors
    ///
    /// Those of `primal`, and what the op or its types have that the rule cannot handle.
    pub fn pullback<E: From<String>>(
        &self,
        builder: &Builder,
        op: Op,
        primal: &mut dyn FnMut(Var) -> Result<Value, E>,
        cotangents: &[Option<Value>],
        active: &[bool],
    ) -> Result<Vec<Option<Value>>, E> {
        let types: Vec<_> = op.operands().into_iter().map(Value::ty).collect();
        self.pullback_as(builder, op, primal, cotangents, active, &types)
    }

    /// As [`Self::pullback`], with contributions of given types, one an operand, which may be wider than the operands, as
    /// cotangents may be wider than the results.
    ///
    /// # Errors
    ///
    /// Those of [`Self::pullback`].
    pub fn pullback_as<E: From<String>>(
        &self,
        builder: &Builder,
        op: Op,
        primal: &mut dyn FnMut(Var) -> Result<Value, E>,
        cotangents: &[Option<Value>],
        active: &[bool],
        types: &[Type],
    ) -> Result<Vec<Option<Value>>, E> {
        self.check(op, cotangents.len(), self.results.len())?;
        let mut emitter = Emitter::new(self, builder, op, primal, cotangents.iter().flatten().next().copied());
        let cotangents = emitter.widen_all(cotangents)?;
        let mut contributions = Vec::new();
        for (index, ty) in types.iter().enumerate().take(self.operands.len()) {
            if active.get(index) != Some(&true) {
                contributions.push(None);
                continue;
            }
            let summands: Vec<_> = self
                .column(index)
                .filter_map(|(result, partial)| Some(Summand::new(partial, cotangents[result]?)))
                .collect();
            contributions.push(emitter.rounded(&summands, *ty, true)?);
        }
        Ok(contributions)
    }

    fn check(&self, op: Op, given: usize, expected: usize) -> Result<(), String> {
        if op.operand_count() != self.operands.len() || op.result_count() != self.results.len() {
            return Err(format!(
                "the rule of '{}' is for {} operands and {} results, the op has {} and {}",
                self.op,
                self.operands.len(),
                self.results.len(),
                op.operand_count(),
                op.result_count()
            ));
        }
        if given != expected {
            return Err(format!("'{}': expected {expected} derivatives, got {given}", self.op));
        }
        Ok(())
    }
}

/// A partial and what it multiplies.
#[derive(Clone, Copy)]
struct Summand<'a> {
    by: &'a Expr,
    by_conjugate: &'a Expr,
    value: Value,
}

impl<'a> Summand<'a> {
    fn new(partial: &'a Partial, value: Value) -> Self {
        Self { by: &partial.by, by_conjugate: &partial.by_conjugate, value }
    }
}

impl<E: From<String>> Emitter<'_, E> {
    /// The sum of all partials applied, in the type of what it is the derivative of.
    fn rounded(&mut self, summands: &[Summand], target: Type, adjoint: bool) -> Result<Option<Value>, E> {
        let wide = self.wide_type(target)?;
        let sum = self.combine(summands, wide, adjoint)?;
        sum.map(|sum| self.project(sum, target)).transpose()
    }

    /// The sum of all partials applied. Where one condition decides all of them, it is asked once.
    fn combine(&mut self, summands: &[Summand], target: Type, adjoint: bool) -> Result<Option<Value>, E> {
        if let Some((condition, then, otherwise)) = common_choice(summands) {
            let then = self.combine(&then, target, adjoint)?;
            let otherwise = self.combine(&otherwise, target, adjoint)?;
            return self.select(condition, then, otherwise, target);
        }
        let mut terms = Vec::new();
        for summand in summands {
            terms.extend(self.apply(summand.by, Term::new(summand.value), adjoint)?);
            if !summand.by_conjugate.is_zero() {
                let conjugate = self.conjugate(summand.value)?;
                terms.extend(self.apply(summand.by_conjugate, Term::new(conjugate), false)?);
            }
        }
        self.sum(terms, target)
    }

    /// Multiplies by a partial, or by its conjugate for the `adjoint`.
    fn apply(&mut self, partial: &Expr, term: Term, adjoint: bool) -> Result<Option<Term>, E> {
        match partial {
            Expr::Literal(re, im) => self.scale(term, *re, if adjoint { 0.0 - *im } else { *im }),
            Expr::Neg(inner) => Ok(self.apply(inner, term, adjoint)?.map(Term::negated)),
            Expr::Choose(condition, then, otherwise) => {
                let then = self.apply(then, term, adjoint)?;
                let otherwise = self.apply(otherwise, term, adjoint)?;
                self.select_terms(condition, then, otherwise)
            }
            Expr::Binary(Operator::Div, numerator, denominator) => {
                let Some(term) = self.apply(numerator, term, adjoint)? else { return Ok(None) };
                let denominator = self.factor(denominator, term, adjoint)?;
                self.divide(term, denominator).map(Some)
            }
            Expr::Binary(Operator::Mul, left, right) if partial.is_structured() => {
                match self.apply(left, term, adjoint)? {
                    Some(term) => self.apply(right, term, adjoint),
                    None => Ok(None),
                }
            }
            Expr::Binary(operator @ (Operator::Add | Operator::Sub), left, right) if partial.has_branch() => {
                let left = self.apply(left, term, adjoint)?;
                let right = self.apply(right, term, adjoint)?;
                let right = if *operator == Operator::Sub { right.map(Term::negated) } else { right };
                self.add_terms(left, right)
            }
            _ => {
                let factor = self.factor(partial, term, adjoint)?;
                self.multiply(term, factor).map(Some)
            }
        }
    }

    /// The value of a formula, conjugated for the adjoint.
    fn factor(&mut self, expr: &Expr, term: Term, adjoint: bool) -> Result<Value, E> {
        if !adjoint {
            return self.value(expr, term.value.ty());
        }
        match expr {
            Expr::Call(function, arguments) if function == "conj" => self.value(&arguments[0], term.value.ty()),
            _ => {
                let value = self.value(expr, term.value.ty())?;
                self.conjugate(value)
            }
        }
    }
}

type Split<'a> = (&'a Expr, Vec<Summand<'a>>, Vec<Summand<'a>>);

/// Splits summands that are all choices by one condition.
fn common_choice<'a>(summands: &[Summand<'a>]) -> Option<Split<'a>> {
    let (mut then, mut otherwise) = (Vec::new(), Vec::new());
    let mut common = None;
    for summand in summands {
        match summand.by {
            Expr::Choose(condition, yes, no) if summand.by_conjugate.is_zero() => {
                if *common.get_or_insert(condition) != condition {
                    return None;
                }
                then.push(Summand { by: yes, ..*summand });
                otherwise.push(Summand { by: no, ..*summand });
            }
            _ => return None,
        }
    }
    common.map(|condition| (&**condition, then, otherwise))
}
