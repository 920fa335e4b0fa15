use std::fmt;

/// A primal value of an op.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Var {
    /// The operand at a position.
    Operand(usize),
    /// The result at a position.
    Result(usize),
}

/// A formula over the operands and results of an op.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Expr {
    /// A complex number; most have no imaginary part.
    Literal(f64, f64),
    Var(Var),
    /// What a name after `where` stands for, by its position; whether it is a condition.
    Bound(usize, bool),
    Neg(Box<Expr>),
    Binary(Operator, Box<Expr>, Box<Expr>),
    /// A condition on numbers.
    Compare(Predicate, Box<Expr>, Box<Expr>),
    Not(Box<Expr>),
    /// Combines conditions.
    Logic(Connective, Box<Expr>, Box<Expr>),
    /// `condition ? then : otherwise`
    Choose(Box<Expr>, Box<Expr>, Box<Expr>),
    Call(String, Vec<Expr>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    Add,
    Sub,
    Mul,
    Div,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Predicate {
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    Equal,
    NotEqual,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Connective {
    And,
    Or,
}

impl Expr {
    pub(super) const ZERO: Self = Self::Literal(0.0, 0.0);

    pub(super) fn real(value: f64) -> Self {
        Self::Literal(value, 0.0)
    }

    pub(super) fn is_zero(&self) -> bool {
        *self == Self::ZERO
    }

    fn is_one(&self) -> bool {
        *self == Self::Literal(1.0, 0.0)
    }

    fn as_real(&self) -> Option<f64> {
        match self {
            Self::Literal(re, im) if *im == 0.0 => Some(*re),
            _ => None,
        }
    }

    /// Whether it can stand where a condition is wanted; a variable can be anything.
    pub(super) fn may_be_condition(&self) -> bool {
        match self {
            Self::Compare(..) | Self::Not(_) | Self::Logic(..) | Self::Var(_) => true,
            Self::Bound(_, condition) => *condition,
            Self::Choose(_, then, otherwise) => then.may_be_condition() && otherwise.may_be_condition(),
            _ => false,
        }
    }

    /// Whether it can stand where a number is wanted.
    pub(super) fn may_be_number(&self) -> bool {
        match self {
            Self::Compare(..) | Self::Not(_) | Self::Logic(..) => false,
            Self::Bound(_, condition) => !condition,
            Self::Choose(_, then, otherwise) => then.may_be_number() && otherwise.may_be_number(),
            _ => true,
        }
    }

    /// Whether it should be applied to a tangent piece by piece, not evaluated first: it has a branch, which may be
    /// zero, or a quotient, which two partials may share.
    pub(super) fn is_structured(&self) -> bool {
        match self {
            Self::Choose(..) | Self::Binary(Operator::Div, ..) => true,
            Self::Neg(inner) => inner.is_structured(),
            Self::Binary(Operator::Mul, left, right) => left.is_structured() || right.is_structured(),
            Self::Binary(_, left, right) => left.has_branch() || right.has_branch(),
            _ => false,
        }
    }

    /// Whether a choice decides a summand or factor of it.
    pub(super) fn has_branch(&self) -> bool {
        match self {
            Self::Choose(..) => true,
            Self::Neg(inner) => inner.has_branch(),
            Self::Binary(_, left, right) => left.has_branch() || right.has_branch(),
            _ => false,
        }
    }

    /// Calls `visit` on each variable that the formula reads, with repetitions.
    pub(super) fn variables(&self, bindings: &[Binding], visit: &mut impl FnMut(Var)) {
        self.leaves(&mut |leaf| match leaf {
            Self::Var(var) => visit(*var),
            Self::Bound(index, _) => bindings[*index].variables.iter().for_each(|var| visit(*var)),
            _ => {}
        });
    }

    /// Calls `visit` on what the formula is made of.
    fn leaves<'a>(&'a self, visit: &mut impl FnMut(&'a Self)) {
        match self {
            Self::Literal(..) | Self::Var(_) | Self::Bound(..) => visit(self),
            Self::Neg(inner) | Self::Not(inner) => inner.leaves(visit),
            Self::Binary(_, left, right) | Self::Compare(_, left, right) | Self::Logic(_, left, right) => {
                left.leaves(visit);
                right.leaves(visit);
            }
            Self::Choose(condition, then, otherwise) => {
                condition.leaves(visit);
                then.leaves(visit);
                otherwise.leaves(visit);
            }
            Self::Call(_, arguments) => arguments.iter().for_each(|argument| argument.leaves(visit)),
        }
    }

    /// Whether nothing is rounded: a literal, a variable, or a choice between such.
    pub(super) fn is_exact(&self) -> bool {
        match self {
            Self::Literal(..) | Self::Var(_) => true,
            Self::Neg(inner) => inner.is_exact(),
            Self::Choose(_, then, otherwise) => then.is_exact() && otherwise.is_exact(),
            _ => false,
        }
    }

    /// Whether it is a product or a quotient of literals and results.
    pub(super) fn is_monomial(&self) -> bool {
        match self {
            Self::Literal(..) | Self::Var(Var::Result(_)) => true,
            Self::Neg(inner) => inner.is_monomial(),
            Self::Binary(Operator::Mul | Operator::Div, left, right) => left.is_monomial() && right.is_monomial(),
            _ => false,
        }
    }

    pub(super) fn neg(inner: Self) -> Self {
        match inner {
            Self::Literal(re, im) => Self::Literal(0.0 - re, 0.0 - im),
            Self::Neg(inner) => *inner,
            inner => Self::Neg(Box::new(inner)),
        }
    }

    pub(super) fn not(inner: Self) -> Self {
        match inner {
            Self::Not(inner) => *inner,
            inner => Self::Not(Box::new(inner)),
        }
    }

    /// A formula of two, simplified so that its variables are exactly those that it has to read.
    pub(super) fn binary(operator: Operator, left: Self, right: Self) -> Self {
        if let (Self::Literal(a, b), Self::Literal(c, d)) = (&left, &right) {
            return fold(operator, (*a, *b), (*c, *d));
        }
        let minus_one = Self::real(-1.0);
        match operator {
            Operator::Add if left.is_zero() => right,
            Operator::Add | Operator::Sub if right.is_zero() => left,
            Operator::Sub if left.is_zero() => Self::neg(right),
            Operator::Mul if left.is_zero() || right.is_zero() => Self::ZERO,
            Operator::Mul if left.is_one() => right,
            Operator::Mul | Operator::Div if right.is_one() => left,
            Operator::Mul if left == minus_one => Self::neg(right),
            Operator::Mul | Operator::Div if right == minus_one => Self::neg(left),
            Operator::Div if left.is_zero() => Self::ZERO,
            _ => Self::Binary(operator, Box::new(left), Box::new(right)),
        }
    }

    pub(super) fn choose(condition: Self, then: Self, otherwise: Self) -> Self {
        if then == otherwise {
            return then;
        }
        Self::Choose(Box::new(condition), Box::new(then), Box::new(otherwise))
    }

    pub(super) fn call(function: &str, arguments: Vec<Self>) -> Self {
        if let [Some(value)] = arguments.iter().map(Self::as_real).collect::<Vec<_>>()[..] {
            match function {
                "sqrt" if value >= 0.0 => return Self::real(value.sqrt()),
                "log" if value > 0.0 => return Self::real(value.ln()),
                "exp" => return Self::real(value.exp()),
                "conj" => return Self::real(value),
                _ => {}
            }
        }
        Self::Call(function.to_owned(), arguments)
    }

    fn precedence(&self) -> u8 {
        match self {
            Self::Choose(..) => 0,
            Self::Logic(Connective::Or, ..) => 1,
            Self::Logic(Connective::And, ..) => 2,
            Self::Compare(..) => 3,
            Self::Binary(Operator::Add | Operator::Sub, ..) => 4,
            Self::Literal(re, im) if *re != 0.0 && *im != 0.0 => 4,
            Self::Binary(..) => 5,
            Self::Neg(_) | Self::Not(_) => 6,
            _ => 7,
        }
    }
}

fn fold(operator: Operator, (a, b): (f64, f64), (c, d): (f64, f64)) -> Expr {
    match operator {
        Operator::Add => Expr::Literal(a + c, b + d),
        Operator::Sub => Expr::Literal(a - c, b - d),
        Operator::Mul if b == 0.0 && d == 0.0 => Expr::real(a * c),
        Operator::Mul => Expr::Literal(a * c - b * d, a * d + b * c),
        Operator::Div if d == 0.0 => Expr::Literal(a / c, if b == 0.0 { 0.0 } else { b / c }),
        Operator::Div => {
            let norm = c * c + d * d;
            Expr::Literal((a * c + b * d) / norm, (b * c - a * d) / norm)
        }
    }
}

/// `where name = expr`
#[derive(Clone, Debug)]
pub(super) struct Binding {
    pub(super) name: String,
    pub(super) expr: Expr,
    /// What it reads, through other bindings too, without repetitions.
    pub(super) variables: Vec<Var>,
}

impl Binding {
    pub(super) fn new(name: String, expr: Expr, earlier: &[Self]) -> Self {
        let mut variables = Vec::new();
        expr.variables(earlier, &mut |var| variables.push(var));
        variables.sort();
        variables.dedup();
        Self { name, expr, variables }
    }
}

/// Shows a formula with the names of a rule.
pub(super) struct Named<'a> {
    pub(super) expr: &'a Expr,
    pub(super) operands: &'a [String],
    pub(super) results: &'a [String],
    pub(super) bindings: &'a [Binding],
}

impl Named<'_> {
    fn inner<'a>(&'a self, expr: &'a Expr) -> Named<'a> {
        Named { expr, ..*self }
    }

    /// Writes a part, in parentheses if it binds weaker than `precedence`.
    fn part(&self, formatter: &mut fmt::Formatter, expr: &Expr, precedence: u8) -> fmt::Result {
        if expr.precedence() < precedence {
            write!(formatter, "({})", self.inner(expr))
        } else {
            write!(formatter, "{}", self.inner(expr))
        }
    }

    fn infix(&self, formatter: &mut fmt::Formatter, left: &Expr, symbol: &str, right: &Expr) -> fmt::Result {
        let precedence = self.expr.precedence();
        self.part(formatter, left, precedence)?;
        write!(formatter, " {symbol} ")?;
        self.part(formatter, right, precedence + 1)
    }
}

impl fmt::Display for Named<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        match self.expr {
            Expr::Literal(re, im)
                if *im == 0.0 && re.is_finite() && !(1e-6..1e16).contains(&re.abs()) && *re != 0.0 =>
            {
                write!(formatter, "{re:e}")
            }
            Expr::Literal(re, im) if *im == 0.0 => write!(formatter, "{re}"),
            Expr::Literal(re, im) if *re == 0.0 && *im == 1.0 => write!(formatter, "i"),
            Expr::Literal(re, im) if *re == 0.0 && *im == -1.0 => write!(formatter, "-i"),
            Expr::Literal(re, im) if *re == 0.0 => write!(formatter, "{im} * i"),
            Expr::Literal(re, im) => write!(formatter, "{re} + {im} * i"),
            Expr::Var(Var::Operand(index)) => formatter.write_str(&self.operands[*index]),
            Expr::Var(Var::Result(index)) => formatter.write_str(&self.results[*index]),
            Expr::Bound(index, _) => formatter.write_str(&self.bindings[*index].name),
            Expr::Neg(inner) => {
                formatter.write_str("-")?;
                self.part(formatter, inner, 6)
            }
            Expr::Not(inner) => {
                formatter.write_str("!")?;
                self.part(formatter, inner, 6)
            }
            Expr::Binary(operator, left, right) => self.infix(formatter, left, operator.symbol(), right),
            Expr::Compare(predicate, left, right) => {
                self.part(formatter, left, 4)?;
                write!(formatter, " {} ", predicate.symbol())?;
                self.part(formatter, right, 4)
            }
            Expr::Logic(Connective::And, left, right) => self.infix(formatter, left, "&&", right),
            Expr::Logic(Connective::Or, left, right) => self.infix(formatter, left, "||", right),
            Expr::Choose(condition, then, otherwise) => {
                self.part(formatter, condition, 1)?;
                write!(formatter, " ? {} : {}", self.inner(then), self.inner(otherwise))
            }
            Expr::Call(function, arguments) => {
                write!(formatter, "{function}(")?;
                for (index, argument) in arguments.iter().enumerate() {
                    write!(formatter, "{}{}", if index == 0 { "" } else { ", " }, self.inner(argument))?;
                }
                formatter.write_str(")")
            }
        }
    }
}

impl Operator {
    fn symbol(self) -> &'static str {
        match self {
            Self::Add => "+",
            Self::Sub => "-",
            Self::Mul => "*",
            Self::Div => "/",
        }
    }
}

impl Predicate {
    pub(super) fn symbol(self) -> &'static str {
        match self {
            Self::Less => "<",
            Self::LessEqual => "<=",
            Self::Greater => ">",
            Self::GreaterEqual => ">=",
            Self::Equal => "==",
            Self::NotEqual => "!=",
        }
    }
}
