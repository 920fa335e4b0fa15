use crate::{
    analysis::{
        activity::Activity,
        addresses::cannot_carry,
        flow::Flow,
        semantics::{Meanings, Semantics},
    },
    engine::{Forward, Result, Reverse, Rule, error_at},
};
use autodiff_dialect::ir::{Op, Type};
use rustc_hash::FxHashMap;

/// All rules, by the name of the op.
pub struct Registry {
    structured: FxHashMap<&'static str, &'static dyn Rule>,
    elementwise: FxHashMap<String, Box<dyn Rule>>,
    refused: FxHashMap<String, String>,
    cache_cost: u64,
    wide_sums: bool,
}

impl Registry {
    /// Rules that are code, each of which may leave some ops of its name to those that are data, and the reasons why some
    /// of the latter refuse their ops.
    pub fn new(
        structured: impl IntoIterator<Item = (&'static str, &'static dyn Rule)>,
        elementwise: impl IntoIterator<Item = (String, Box<dyn Rule>)>,
        refused: impl IntoIterator<Item = (String, String)>,
    ) -> Self {
        Self {
            structured: structured.into_iter().collect(),
            elementwise: elementwise.into_iter().collect(),
            refused: refused.into_iter().collect(),
            cache_cost: 1,
            wide_sums: true,
        }
    }

    /// With caches that cost so many times as much as usual, next to computing values again: from 1 to 1000.
    pub fn with_cache_cost(self, times: u64) -> Self {
        Self { cache_cost: times.clamp(1, 1000), ..self }
    }

    /// With sums of adjoints of `f16` and `bf16` numbers that are made in `f32`, or in the type of the numbers.
    pub fn with_wide_sums(self, wide_sums: bool) -> Self {
        Self { wide_sums, ..self }
    }

    /// The type that sums of adjoints of values of a type are made in, and of the shadow that does for a buffer of it.
    pub fn sum_type(&self, ty: Type) -> Type {
        if self.wide_sums { ty.widened() } else { ty }
    }

    /// How many times as much as usual caches cost.
    pub fn cache_cost(&self) -> u64 {
        self.cache_cost
    }

    /// The rule of an op. Every op has one: what nothing is known of may carry a derivative, which is an error where
    /// one arrives.
    pub fn get(&self, op: Op) -> &dyn Rule {
        if let Some(rule) = self.structured.get(op.name()).filter(|rule| rule.handles(op)) {
            *rule
        } else if let Some(rule) = self.elementwise.get(op.name()) {
            &**rule
        } else if cannot_carry(op) {
            &Inactive
        } else {
            &Unknown
        }
    }

    /// The reason why an op may not be differentiated, if it has no rule.
    pub fn missing(&self, op: Op) -> Option<Missing> {
        if self.structured.get(op.name()).is_some_and(|rule| rule.handles(op)) {
            return None;
        }
        if let Some(reason) = self.refused.get(op.name()) {
            return Some(Missing::Refused(reason.clone()));
        }
        let is_unknown = !self.elementwise.contains_key(op.name()) && !cannot_carry(op);
        is_unknown.then_some(Missing::Unknown)
    }
}

impl Meanings for Registry {
    fn of(&self, op: Op) -> &dyn Semantics {
        self.get(op).semantics()
    }

    fn cache_cost(&self) -> u64 {
        self.cache_cost
    }

    fn sum_type(&self, ty: Type) -> Type {
        Registry::sum_type(self, ty)
    }
}

/// Why an op has no rule.
pub enum Missing {
    /// Nothing has written one.
    Unknown,
    /// It cannot be differentiated, for this reason.
    Refused(String),
}

struct Inactive;

impl Semantics for Inactive {
    fn takes_wide_shadows(&self, _: Op) -> bool {
        true
    }

    fn flow(&self, _: Op, _: &mut Flow) {}

    fn has_reverse(&self, _: Op, _: &Activity) -> bool {
        false
    }
}

impl Rule for Inactive {
    fn jvp(&self, op: Op, forward: &mut Forward) -> Result<()> {
        forward.copy(op);
        Ok(())
    }

    fn reverse_sweep(&self, _: Op, _: &mut Reverse) -> Result<()> {
        Ok(())
    }
}

/// An op that nothing is known of. Its flow is everything that is possible; the engine refuses it where it is active.
struct Unknown;

impl Semantics for Unknown {
    fn flow(&self, op: Op, flow: &mut Flow) {
        flow.everything(op);
        for region in op.regions() {
            for block in region.blocks() {
                let last = block.terminator().map(Op::operands).unwrap_or_default();
                for inner in op.operands().into_iter().chain(last) {
                    for outer in block.arguments().into_iter().chain(op.results()) {
                        flow.content(inner, outer);
                    }
                }
            }
        }
    }
}

impl Rule for Unknown {
    fn jvp(&self, op: Op, forward: &mut Forward) -> Result<()> {
        forward.copy(op);
        Ok(())
    }

    fn reverse_sweep(&self, op: Op, _: &mut Reverse) -> Result<()> {
        Err(error_at(op, format!("'{}' op has no reverse-mode rule", op.name())))
    }
}
