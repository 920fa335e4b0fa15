//! Sums of derivatives, with signs and factors i kept aside for as long as possible.

use super::{
    convert::{complex_of, is_complex},
    emit::Emitter,
    expr::{Expr, Operator},
};
use autodiff_dialect::{
    ir::{Type, Value},
    views::arith,
};

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

impl<E: From<String>> Emitter<'_, E> {
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
            let turned = Term { imaginary: !term.imaginary, ..term };
            return Ok(Some(if term.imaginary { turned.negated() } else { turned }));
        }
        let whole = self.whole(term)?;
        let complex = if is_complex(whole.value) { whole.value } else { self.embed(whole.value)? };
        let factor = self.literal(re, im, complex.ty())?;
        Ok(Some(Term { value: self.arithmetic(Operator::Mul, complex, factor)?, ..whole }))
    }

    pub(super) fn multiply(&mut self, term: Term, factor: Value) -> Result<Term, E> {
        Ok(Term { value: self.arithmetic(Operator::Mul, term.value, factor)?, ..term })
    }

    pub(super) fn divide(&mut self, term: Term, denominator: Value) -> Result<Term, E> {
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
        self.emit(arith::Select::NAME, &[condition, then, otherwise], ty).map(Some)
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
            let parts =
                terms.into_iter().filter_map(|term| self.real_term(term).transpose()).collect::<Result<_, _>>()?;
            return self.signed_sum(parts, real);
        }
        let terms = terms.into_iter().map(|term| if is_complex(term.value) { self.whole(term) } else { Ok(term) });
        let terms = terms.collect::<Result<Vec<_>, _>>()?;
        let (whole, parts): (Vec<_>, Vec<_>) = terms.into_iter().partition(|term| is_complex(term.value));
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

    /// The real part of a term: Re(i z) = -Im(z), and that of i times a real number is nothing.
    fn real_term(&mut self, term: Term) -> Result<Option<Term>, E> {
        if !term.imaginary {
            return Ok(Some(term));
        }
        if !is_complex(term.value) {
            return Ok(None);
        }
        let value = self.imaginary_part(term.value)?;
        Ok(Some(Term { value, imaginary: false, ..term }.negated()))
    }

    /// The term without a factor i.
    fn whole(&mut self, term: Term) -> Result<Term, E> {
        if !term.imaginary {
            return Ok(term);
        }
        let (re, im) = if is_complex(term.value) {
            let im = self.imaginary_part(term.value)?;
            (self.negate(im)?, self.real_part(term.value)?)
        } else {
            (self.literal(0.0, 0.0, term.value.ty())?, term.value)
        };
        Ok(Term { value: self.create(re, im)?, imaginary: false, ..term })
    }
}
