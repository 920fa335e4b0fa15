//! Constants, and conversions between the types that meet in a rule.

use super::emit::Emitter;
use autodiff_dialect::{
    ir::{Attribute, Builder, Type, Value},
    views::{arith, complex, tensor},
};

impl<E: From<String>> Emitter<'_, E> {
    /// Brings a value to a type: rounds or extends it, drops the imaginary part or gives it a zero one.
    pub(super) fn project(&mut self, value: Value, target: Type) -> Result<Value, E> {
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
    pub(super) fn cast(&mut self, value: Value, target: Type) -> Result<Value, E> {
        let (from, to) = (value.ty().element(), target.element());
        if from == to {
            return Ok(value);
        }
        if from.is_index() {
            let wide = self.with_element(target, Type::integer(self.builder.context(), 64))?;
            let value = self.emit(arith::IndexCast::NAME, &[value], wide)?;
            return self.emit(arith::Sitofp::NAME, &[value], target);
        }
        if from.is_integer() {
            return self.emit(arith::Sitofp::NAME, &[value], target);
        }
        match (from.bit_width(), to.bit_width()) {
            (Some(narrow), Some(wide)) if narrow < wide => self.emit(arith::Extf::NAME, &[value], target),
            (Some(wide), Some(narrow)) if narrow < wide => self.emit(arith::Truncf::NAME, &[value], target),
            (Some(_), Some(_)) => {
                let wide = self.with_element(target, float32(self.builder)?)?;
                let value = self.emit(arith::Extf::NAME, &[value], wide)?;
                self.emit(arith::Truncf::NAME, &[value], target)
            }
            _ => Err(format!("cannot convert {from} to {to}").into()),
        }
    }

    /// Brings two numbers to the smallest type that holds both.
    pub(super) fn unify(&mut self, left: Value, right: Value) -> Result<(Value, Value), E> {
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

    pub(super) fn real_part(&mut self, value: Value) -> Result<Value, E> {
        self.part(complex::Re::NAME, 0, value)
    }

    pub(super) fn imaginary_part(&mut self, value: Value) -> Result<Value, E> {
        self.part(complex::Im::NAME, 1, value)
    }

    pub(super) fn part(&mut self, name: &str, index: usize, value: Value) -> Result<Value, E> {
        match value.defining_op().filter(|op| op.is::<complex::Create>()) {
            Some(create) => Ok(create.operand(index)),
            None => self.emit(name, &[value], value.ty().element().real()),
        }
    }

    pub(super) fn create(&mut self, re: Value, im: Value) -> Result<Value, E> {
        let ty = complex_of(re.ty())?;
        self.emit(complex::Create::NAME, &[re, im], ty)
    }

    pub(super) fn embed(&mut self, value: Value) -> Result<Value, E> {
        let zero = self.literal(0.0, 0.0, value.ty())?;
        self.create(value, zero)
    }

    pub(super) fn with_element(&self, ty: Type, element: Type) -> Result<Type, E> {
        if ty.element() == element {
            return Ok(ty);
        }
        require_value(ty)?;
        ty.with_element(element).ok_or_else(|| format!("{ty} cannot hold {element}").into())
    }

    /// A number in each element of a type.
    pub(super) fn literal(&mut self, re: f64, im: f64, ty: Type) -> Result<Value, E> {
        require_value(ty)?;
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
            self.require(if element == ty && element.is_complex() {
                complex::Constant::NAME
            } else {
                arith::Constant::NAME
            })?;
            return self
                .builder
                .complex_number(ty, re, im)
                .ok_or_else(|| format!("cannot make a constant of type {ty}").into());
        }
        let scalar = self.literal(re, im, element)?;
        self.splat(scalar, ty)
    }

    pub(super) fn constant_of(&mut self, ty: Type, attribute: impl Fn(Type) -> Attribute) -> Result<Value, E> {
        let element = ty.element();
        if is_dynamic(ty) {
            let scalar = self.builder.constant(element, attribute(element));
            return self.splat(scalar, ty);
        }
        let scalar = attribute(element);
        Ok(self.builder.constant(ty, if element == ty { scalar } else { Attribute::splat(ty, scalar) }))
    }

    /// A tensor of the sizes that the derivatives have.
    pub(super) fn splat(&mut self, scalar: Value, ty: Type) -> Result<Value, E> {
        let Some(like) = self.like.filter(|like| like.ty().is_tensor() && like.ty().shape().len() == ty.shape().len())
        else {
            return Err(format!("the sizes of a constant of type {ty} are not known").into());
        };
        let mut operands = vec![scalar];
        for (axis, size) in ty.shape().into_iter().enumerate() {
            if size == Type::DYNAMIC {
                let axis = self.builder.index(axis as i64);
                operands.push(self.emit(tensor::Dim::NAME, &[like, axis], Type::index(self.builder.context()))?);
            }
        }
        self.emit(tensor::Splat::NAME, &operands, ty)
    }
}

pub(super) fn is_complex(value: Value) -> bool {
    value.ty().element().is_complex()
}

fn is_dynamic(ty: Type) -> bool {
    ty.is_tensor() && ty.shape().contains(&Type::DYNAMIC)
}

/// Constants exist for numbers and for vectors and tensors of known rank.
fn require_value(ty: Type) -> Result<(), String> {
    if ty.element() == ty || ty.is_vector() || ty.is_tensor() {
        Ok(())
    } else {
        Err(format!("elementwise rules do not handle {ty}"))
    }
}

pub(super) fn complex_of(real: Type) -> Result<Type, String> {
    if real.is_complex() {
        return Ok(real);
    }
    Type::parse(real.context(), &format!("complex<{real}>")).ok_or_else(|| format!("no complex numbers over {real}"))
}

pub(super) fn float32(builder: &Builder) -> Result<Type, String> {
    Type::parse(builder.context(), "f32").ok_or_else(|| "cannot make the type f32".to_owned())
}
