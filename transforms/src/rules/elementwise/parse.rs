//! Reads the text of a rule book.

use super::{
    Elementwise, Entry, Partial, Rule, RuleError,
    expr::{Binding, Connective, Expr, Operator, Predicate, Var},
};
use pest::{
    Parser, Span,
    error::{Error, ErrorVariant},
    iterators::Pair,
};
use std::collections::{HashMap, HashSet};

mod grammar {
    #[derive(pest_derive::Parser)]
    #[grammar = "rules/elementwise/grammar.pest"]
    pub(super) struct Grammar;
}
use grammar::{Grammar, Rule as Token};

/// How deep parentheses and choices may nest, so that no text overflows the stack.
const MAX_DEPTH: usize = 64;
/// How many bytes one rule may have, for the same reason.
const MAX_LENGTH: usize = 8192;

type Located<T> = Result<T, Box<Error<Token>>>;

/// Reads rules in the order of the text.
pub(super) fn parse(source: &str, file: &str) -> Result<Vec<Entry>, RuleError> {
    check_depth(source).and_then(|()| parse_book(source)).map_err(|error| to_rule_error(*error, file))
}

fn parse_book(source: &str) -> Located<Vec<Entry>> {
    let mut rules = Vec::new();
    let mut seen = HashSet::new();
    for entry in Grammar::parse(Token::book, source)?.flat_map(Pair::into_inner) {
        if entry.as_rule() != Token::entry {
            continue;
        }
        let span = entry.as_span();
        if span.as_str().len() > MAX_LENGTH {
            return Err(at(span, format!("a rule may have {MAX_LENGTH} bytes")));
        }
        let (op, rule) = parse_entry(entry)?;
        if !seen.insert(op.clone()) {
            return Err(at(span, format!("'{op}' has a rule already")));
        }
        let (line, column) = span.start_pos().line_col();
        rules.push(Entry { op, rule, line, column });
    }
    Ok(rules)
}

fn check_depth(source: &str) -> Located<()> {
    let mut depth = 0usize;
    for line in source.lines() {
        let mut quoted = false;
        let code = line.split("//").next().unwrap_or_default();
        for (offset, character) in code.char_indices() {
            match character {
                '"' => quoted = !quoted,
                '(' | '?' if !quoted => depth += 1,
                ')' | ':' if !quoted => depth = depth.saturating_sub(1),
                _ => {}
            }
            if depth > MAX_DEPTH {
                let start = line.as_ptr() as usize - source.as_ptr() as usize + offset;
                let message = format!("parentheses and choices may nest {MAX_DEPTH} deep");
                return match Span::new(source, start, start + character.len_utf8()) {
                    Some(span) => Err(at(span, message)),
                    None => Ok(()),
                };
            }
        }
    }
    Ok(())
}

fn parse_entry(entry: Pair<Token>) -> Located<(String, Rule)> {
    let span = entry.as_span();
    let mut op = String::new();
    let mut operands = None;
    for part in entry.into_inner() {
        match part.as_rule() {
            Token::op => op = part.as_str().to_owned(),
            Token::operands => operands = Some(part),
            Token::inactive => return Ok((op, Rule::Inactive)),
            Token::error => {
                let reason = part.into_inner().flat_map(Pair::into_inner).map(|text| text.as_str()).collect();
                return Ok((op, Rule::Error(reason)));
            }
            Token::derivative => {
                let Some(operands) = operands else {
                    return Err(at(span, format!("'{op}' needs names for its operands, as in '{op}(x) -> y => 1'")));
                };
                let rule = parse_derivative(op.clone(), operands, part)?;
                return Ok((op, Rule::Elementwise(rule)));
            }
            _ => {}
        }
    }
    Err(at(span, "expected a derivative, 'inactive' or 'error'".into()))
}

fn parse_derivative(op: String, operands: Pair<Token>, derivative: Pair<Token>) -> Located<Elementwise> {
    let mut scope = Scope::default();
    let operands = scope.declare(operands, Var::Operand)?;
    let mut results = Vec::new();
    let mut partials = Vec::new();
    let span = derivative.as_span();
    // Formulas use the names that stand after them.
    let (bindings, parts): (Vec<_>, Vec<_>) =
        derivative.into_inner().partition(|part| part.as_rule() == Token::bindings);
    let mut bindings = Some(bindings);
    for part in parts {
        match part.as_rule() {
            Token::results => results = scope.declare(part, Var::Result)?,
            _ => {
                for list in bindings.take().into_iter().flatten() {
                    scope.bind(list)?;
                }
                partials.push(parse_row(&scope, part, operands.len())?);
            }
        }
    }
    if partials.len() != results.len() {
        return Err(at(
            span,
            format!("expected {} rows of partials separated by ';', got {}", results.len(), partials.len()),
        ));
    }
    Ok(Elementwise { op, operands, results, partials, bindings: scope.bindings })
}

fn parse_row(scope: &Scope, row: Pair<Token>, operands: usize) -> Located<Vec<Option<Partial>>> {
    let span = row.as_span();
    let partials: Vec<_> = row.into_inner().map(|partial| parse_partial(scope, partial)).collect::<Result<_, _>>()?;
    if partials.len() != operands {
        return Err(at(span, format!("expected {operands} partials, one an operand, got {}", partials.len())));
    }
    Ok(partials)
}

fn parse_partial(scope: &Scope, partial: Pair<Token>) -> Located<Option<Partial>> {
    let mut expressions = Vec::new();
    for part in partial.into_inner() {
        match part.as_rule() {
            Token::none => return Ok(None),
            Token::expression => expressions.push(scope.number(part)?),
            _ => {}
        }
    }
    let mut expressions = expressions.into_iter();
    Ok(expressions.next().map(|by| Partial { by, by_conjugate: expressions.next().unwrap_or(Expr::ZERO) }))
}

/// The names that formulas may use.
#[derive(Default)]
struct Scope {
    names: HashMap<String, Expr>,
    bindings: Vec<Binding>,
}

impl Scope {
    fn declare(&mut self, list: Pair<Token>, var: fn(usize) -> Var) -> Located<Vec<String>> {
        let mut names = Vec::new();
        for (index, name) in list.into_inner().enumerate() {
            self.name(&name, Expr::Var(var(index)))?;
            names.push(name.as_str().to_owned());
        }
        Ok(names)
    }

    fn name(&mut self, name: &Pair<Token>, expr: Expr) -> Located<()> {
        let text = name.as_str();
        if constant(text).is_some() {
            return Err(at(name.as_span(), format!("'{text}' is a constant, choose another name")));
        }
        match self.names.insert(text.to_owned(), expr) {
            Some(_) => Err(at(name.as_span(), format!("'{text}' names two values"))),
            None => Ok(()),
        }
    }

    /// `where a = ..., b = ...`; a formula may use the names before it.
    fn bind(&mut self, list: Pair<Token>) -> Located<()> {
        for binding in list.into_inner().filter(|part| part.as_rule() == Token::binding) {
            let mut parts = binding.into_inner();
            let (Some(name), Some(formula)) = (parts.next(), parts.next()) else { continue };
            let expr = self.expression(formula)?;
            if matches!(expr, Expr::Literal(..) | Expr::Var(_)) {
                self.name(&name, expr)?;
                continue;
            }
            self.name(&name, Expr::Bound(self.bindings.len(), !expr.may_be_number()))?;
            self.bindings.push(Binding::new(name.as_str().to_owned(), expr, &self.bindings));
        }
        Ok(())
    }

    fn number(&self, pair: Pair<Token>) -> Located<Expr> {
        let span = pair.as_span();
        let expr = self.expression(pair)?;
        if expr.may_be_number() { Ok(expr) } else { Err(at(span, "expected a number, got a condition".into())) }
    }

    fn condition(&self, pair: Pair<Token>) -> Located<Expr> {
        let span = pair.as_span();
        let expr = self.expression(pair)?;
        if expr.may_be_condition() { Ok(expr) } else { Err(at(span, "expected a condition, got a number".into())) }
    }

    fn expression(&self, pair: Pair<Token>) -> Located<Expr> {
        let span = pair.as_span();
        let token = pair.as_rule();
        let text = pair.as_str();
        let mut parts: Vec<_> = pair.into_inner().collect();
        match token {
            Token::number => match text.parse::<f64>() {
                Ok(value) if value.is_finite() => Ok(Expr::real(value)),
                _ => Err(at(span, "the number is too large".into())),
            },
            Token::name => match self.names.get(text) {
                Some(expr) => Ok(expr.clone()),
                None => constant(text).ok_or_else(|| at(span, format!("'{text}' names no operand or result"))),
            },
            Token::call => {
                let function = parts.remove(0);
                let arguments = parts.into_iter().map(|part| self.number(part)).collect::<Result<Vec<_>, _>>()?;
                check_call(&function, arguments.len())?;
                Ok(Expr::call(function.as_str(), arguments))
            }
            Token::factor => self.factor(parts),
            // Everything else is a list of operands and operators; most have a single operand.
            _ if parts.len() == 1 => self.expression(parts.remove(0)),
            Token::expression => self.choice(parts),
            Token::disjunction => self.logic(Connective::Or, parts),
            Token::conjunction => self.logic(Connective::And, parts),
            Token::comparison => self.comparison(parts),
            _ => self.arithmetic(parts),
        }
    }

    fn factor(&self, mut parts: Vec<Pair<Token>>) -> Located<Expr> {
        let Some(last) = parts.pop() else { return Ok(Expr::ZERO) };
        let mut span = last.as_span();
        let mut expr = self.expression(last)?;
        for prefix in parts.into_iter().rev() {
            let negation = prefix.as_str() == "-";
            if negation && !expr.may_be_number() {
                return Err(at(span, "expected a number, got a condition".into()));
            }
            if !negation && !expr.may_be_condition() {
                return Err(at(span, "expected a condition, got a number".into()));
            }
            expr = if negation { Expr::neg(expr) } else { Expr::not(expr) };
            span = prefix.as_span();
        }
        Ok(expr)
    }

    /// `c0 ? a0 : c1 ? a1 : b`, flat.
    fn choice(&self, mut parts: Vec<Pair<Token>>) -> Located<Expr> {
        let Some(last) = parts.pop() else { return Ok(Expr::ZERO) };
        let mut expr = self.expression(last)?;
        while let (Some(then), Some(condition)) = (parts.pop(), parts.pop()) {
            let span = then.as_span();
            let then = self.expression(then)?;
            if then.may_be_number() != expr.may_be_number() && then.may_be_condition() != expr.may_be_condition() {
                return Err(at(span, "both branches of a choice must be numbers, or both conditions".into()));
            }
            expr = Expr::choose(self.condition(condition)?, then, expr);
        }
        Ok(expr)
    }

    fn logic(&self, connective: Connective, parts: Vec<Pair<Token>>) -> Located<Expr> {
        let mut conditions =
            parts.into_iter().map(|part| self.condition(part)).collect::<Result<Vec<_>, _>>()?.into_iter();
        let first = conditions.next().unwrap_or(Expr::ZERO);
        Ok(conditions.fold(first, |left, right| Expr::Logic(connective, Box::new(left), Box::new(right))))
    }

    fn comparison(&self, parts: Vec<Pair<Token>>) -> Located<Expr> {
        let mut predicate = Predicate::Equal;
        let mut sides = Vec::new();
        for part in parts {
            if part.as_rule() == Token::predicate {
                predicate = match part.as_str() {
                    "<" => Predicate::Less,
                    "<=" => Predicate::LessEqual,
                    ">" => Predicate::Greater,
                    ">=" => Predicate::GreaterEqual,
                    "!=" => Predicate::NotEqual,
                    _ => Predicate::Equal,
                };
            } else {
                sides.push(self.number(part)?);
            }
        }
        let right = sides.pop().unwrap_or(Expr::ZERO);
        let left = sides.pop().unwrap_or(Expr::ZERO);
        Ok(Expr::Compare(predicate, Box::new(left), Box::new(right)))
    }

    fn arithmetic(&self, parts: Vec<Pair<Token>>) -> Located<Expr> {
        let mut expr = Expr::ZERO;
        let mut operator = Operator::Add;
        for part in parts {
            match part.as_str() {
                "+" => operator = Operator::Add,
                "-" => operator = Operator::Sub,
                "*" => operator = Operator::Mul,
                "/" => operator = Operator::Div,
                _ => expr = Expr::binary(operator, expr, self.number(part)?),
            }
        }
        Ok(expr)
    }
}

fn constant(name: &str) -> Option<Expr> {
    match name {
        "pi" => Some(Expr::real(std::f64::consts::PI)),
        "inf" => Some(Expr::real(f64::INFINITY)),
        "i" => Some(Expr::Literal(0.0, 1.0)),
        _ => None,
    }
}

fn check_call(function: &Pair<Token>, arguments: usize) -> Located<()> {
    let name = function.as_str();
    if name.contains('.') {
        return Ok(());
    }
    match super::functions::arity(name) {
        Some(expected) if expected == arguments => Ok(()),
        Some(expected) => {
            Err(at(function.as_span(), format!("'{name}' expects {expected} arguments, got {arguments}")))
        }
        None => Err(at(
            function.as_span(),
            format!("unknown function '{name}', write 'dialect.op(...)' for the op of another dialect"),
        )),
    }
}

fn at(span: Span, message: String) -> Box<Error<Token>> {
    Box::new(Error::new_from_span(ErrorVariant::CustomError { message }, span))
}

fn to_rule_error(error: Error<Token>, file: &str) -> RuleError {
    let (line, column) = match error.line_col {
        pest::error::LineColLocation::Pos(position) => position,
        pest::error::LineColLocation::Span(start, _) => start,
    };
    let error = error.renamed_rules(|token| describe(*token).to_owned());
    RuleError { file: file.to_owned(), line, column, message: error.variant.message().into_owned() }
}

fn describe(token: Token) -> &'static str {
    match token {
        Token::EOI => "the end of the text",
        Token::book => "a rule such as 'math.tanh(x) -> y => 1 - y * y'",
        Token::entry | Token::op => "the name of an op",
        Token::operands => "the operands in parentheses",
        Token::results => "the names of the results",
        Token::inactive => "'inactive'",
        Token::error => "'error' and a reason in quotes",
        Token::derivative => "'-> results => partials'",
        Token::row | Token::partial => "a partial",
        Token::bindings | Token::where_word => "'where' and names for formulas",
        Token::binding => "'name = formula'",
        Token::none => "'_'",
        Token::by_conjugate => "'&'",
        Token::predicate => "a comparison",
        Token::add_operator => "'+' or '-'",
        Token::mul_operator => "'*' or '/'",
        Token::prefix => "'-' or '!'",
        Token::number => "a number",
        Token::name | Token::word | Token::letter => "a name",
        Token::function | Token::call => "a function",
        Token::string | Token::text => "a text in quotes",
        _ => "a formula",
    }
}
