//! Which buffers have shadows with wider elements than their own, so that the sums that are made there do not stall.
//!
//! A shadow of `f16` or `bf16` numbers that the derivative allocates has elements of `f32`. Buffers that may be the same
//! memory have shadows of one kind: a class of aliases stays narrow if its shadow comes from elsewhere, or if an op that
//! uses one of its buffers cannot be repeated on a wide one.
//!
//! Sums for a shadow that the caller passes are made in a wide copy, which is added to it at the end, rounded once. That
//! takes
//!
//! 1. a known extent;
//! 2. that nothing is taken out of the shadow in between: nothing writes to the buffer, nor to any other that may be the
//!    same memory;
//! 3. that there are sums: more than one element is added to one place, which takes a loop that comes back to it. A wide
//!    copy of what is read once would cost more than the derivative itself.
//!
//! Otherwise they are made in place.
//!
//! Among derivatives that call each other, shadows are handed over wide if the callee can work on such ([`mark_functions`]
//! says which can) and all narrow buffers that it is given have wide ones.

use crate::{
    analysis::{
        activity::Activity,
        locality::linear::{Linear, Symbols, is_only_zero},
        memory::Origin,
        overwrite::Overwrites,
        semantics::Meanings,
    },
    globals::SHADOW,
    request::{Mode, Request},
};
use autodiff_dialect::{
    ir::{Attribute, Block, Op, Region, Type, Value},
    views::{func, memref},
};
use rustc_hash::{FxHashMap, FxHashSet};

/// What the shadow of a buffer of narrow numbers is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The derivative's own, and wide.
    Wide,
    /// The caller's; sums are made in a wide copy.
    Copied,
    /// The caller's; each place is added to once.
    Single,
    /// As narrow as the buffer, for a reason.
    Narrow(Reason),
}

/// Why sums are made in a narrow shadow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// An op that uses the buffer has no form for wide shadows.
    User(Op),
    /// An op may write to the buffer, so that the caller's shadow is taken out of.
    Writer(Op),
    /// Where the shadow comes from.
    Place(&'static str),
}

/// The shadows of the narrow buffers of one function, by class.
#[derive(Default)]
pub struct WideShadows {
    kinds: FxHashMap<Value, Kind>,
}

impl WideShadows {
    /// Decides for each class of buffers of narrow numbers.
    ///
    /// # Cost
    /// Linear in the IR, times the depth of loops around reads.
    pub fn new(
        function: Op,
        rules: &dyn Meanings,
        activity: &Activity,
        overwrites: &Overwrites,
        request: &Request,
    ) -> Self {
        let mut uses = Uses::default();
        for op in function.walk() {
            uses.collect(op, op == function, rules, activity);
        }
        let mut this = Self::default();
        for class in &uses.narrow {
            this.kinds.insert(*class, uses.kind(*class, rules, activity, overwrites, request));
        }
        // What a call is given is wide as a whole, or not at all.
        let calls: Vec<_> = function.walk().into_iter().filter(|op| is_taken_wide(*op)).collect();
        loop {
            let mixed = calls.iter().filter(|call| !this.hands_over_wide(**call, activity));
            let narrow: Vec<_> = mixed
                .flat_map(|call| {
                    narrow_operands(*call, rules).into_iter().map(|buffer| (activity.content(buffer), *call))
                })
                .filter(|(class, _)| this.is_wide(*class))
                .collect();
            if narrow.is_empty() {
                return this;
            }
            this.kinds.extend(narrow.into_iter().map(|(class, call)| (class, Kind::Narrow(Reason::User(call)))));
        }
    }

    /// Whether a call of a derivative hands over wide shadows of all buffers of narrow numbers.
    pub fn hands_over_wide(&self, call: Op, activity: &Activity) -> bool {
        let buffers = call.operands().into_iter().filter(|operand| operand.ty().is_memory());
        let kinds: Vec<_> = buffers.filter_map(|buffer| self.kind(activity.content(buffer))).collect();
        let are_wide = kinds.iter().all(|kind| matches!(kind, Kind::Wide | Kind::Copied));
        is_taken_wide(call) && are_wide && !kinds.is_empty()
    }

    /// What the shadows of a class of buffers are; `None` if its numbers are not narrow.
    pub fn kind(&self, class: Value) -> Option<Kind> {
        self.kinds.get(&class).copied()
    }

    /// Whether the derivative works on a wide shadow of a class of buffers.
    pub fn is_wide(&self, class: Value) -> bool {
        matches!(self.kind(class), Some(Kind::Wide | Kind::Copied))
    }
}

/// How the buffers of a function are used, by class.
#[derive(Default)]
struct Uses {
    /// The classes of narrow numbers.
    narrow: FxHashSet<Value>,
    /// The elements that all buffers of a class have.
    elements: FxHashMap<Value, Type>,
    obstacles: FxHashMap<Value, Reason>,
    /// The ops whose reverse adds to the shadow.
    reads: FxHashMap<Value, Vec<Op>>,
}

impl Uses {
    fn collect(&mut self, op: Op, is_function: bool, rules: &dyn Meanings, activity: &Activity) {
        let inner = op.regions().into_iter().flat_map(Region::blocks).flat_map(Block::arguments);
        let defined: Vec<_> = op.results().into_iter().chain(inner).collect();
        let operands = op.operands();
        for buffer in operands.iter().chain(&defined).filter(|value| value.ty().is_memory()) {
            if buffer.ty().holds_buffers() && !activity.has_class_behind(*buffer) {
                continue;
            }
            // Shadows of buffers that a buffer holds are of one kind with those of other buffers of their class, and say
            // what its own shadow holds.
            let class = activity.content(*buffer);
            let innermost = std::iter::successors(Some(buffer.ty()), |ty| ty.held_memory()).last();
            let element = innermost.unwrap_or(buffer.ty()).element();
            if rules.sum_type(buffer.ty()) != buffer.ty() {
                self.narrow.insert(class);
            }
            if *self.elements.entry(class).or_insert(element) != element {
                self.obstacles.insert(class, Reason::User(op));
            }
            if !is_function && !rules.of(op).takes_wide_shadows(op) {
                self.obstacles.entry(class).or_insert(Reason::User(op));
            }
        }
        if op.region_count() == 0 && rules.of(op).has_reverse(op, activity) {
            for buffer in operands.iter().filter(|value| value.ty().is_memory()) {
                let reads = self.reads.entry(activity.representative(*buffer)).or_default();
                if reads.last() != Some(&op) {
                    reads.push(op);
                }
            }
        }
    }

    fn kind(
        &self,
        class: Value,
        rules: &dyn Meanings,
        activity: &Activity,
        overwrites: &Overwrites,
        request: &Request,
    ) -> Kind {
        if let Some(reason) = self.obstacles.get(&class) {
            return Kind::Narrow(*reason);
        }
        let place = |text| Kind::Narrow(Reason::Place(text));
        let Some(origins) = activity.classes().get(class).filter(|class| !class.origins.is_empty()) else {
            return place("its origin is unknown");
        };
        let mut given = false;
        for (value, origin) in &origins.origins {
            match origin {
                Origin::Allocation(_) => {}
                Origin::Argument { .. } => {
                    let number = value.argument_number().unwrap_or_default();
                    given |= request.arguments.get(number).is_some_and(|activity| activity.is_dup());
                }
                Origin::Global { .. } if has_named_shadow(*value, rules) => return place("the program has its shadow"),
                Origin::Global { .. } => {}
                Origin::Returned => return place("a function returned it"),
                Origin::Escaped if is_only_handed(*value) => {}
                Origin::Escaped => return place("other functions or buffers know it"),
                Origin::Loaded => return place("it is in a buffer of the caller's"),
                Origin::Unknown => return place("its origin is unknown"),
            }
        }
        if request.mode == Mode::Split {
            if given && request.wide_shadows {
                return Kind::Wide;
            }
            if given {
                return place("the caller's shadow is that of a derivative in two parts");
            }
            let returned = self.returned(class, activity, origins.origins.first().map(|(value, _)| *value));
            return if returned { place("the caller gets its shadow") } else { Kind::Wide };
        }
        if !given {
            return Kind::Wide;
        }
        let Some((argument, _)) = origins.single_origin() else {
            return place("the caller's shadow is chosen or carried with others");
        };
        if !argument.ty().is_memref() {
            return place("the extent of the caller's shadow is unknown");
        }
        if let Some(writer) = overwrites.writer(class) {
            return Kind::Narrow(Reason::Writer(writer));
        }
        let reads = self.reads.get(&class).map(Vec::as_slice).unwrap_or_default();
        if is_sum(reads, rules) { Kind::Copied } else { Kind::Single }
    }

    /// Whether the function that defines a buffer returns one of its class.
    fn returned(&self, class: Value, activity: &Activity, buffer: Option<Value>) -> bool {
        let function = buffer.and_then(|buffer| buffer.block().ancestors().find(|op| op.is_function()));
        let end = function.and_then(|function| function.body(0)).and_then(Block::terminator);
        let returned = end.map(Op::operands).unwrap_or_default();
        returned.into_iter().any(|value| value.ty().is_memory() && activity.representative(value) == class)
    }
}

/// On a function whose derivative can work on wide shadows of all narrow buffers that it is given.
pub const TAKES_WIDE: &str = "autodiff.takes_wide_shadows";

/// Marks the functions of a module whose derivatives can work on wide shadows: every op that touches a narrow buffer has a
/// form for such, and so has every function that is called; none returns such a buffer, or has one from memory.
///
/// # Cost
/// Linear in the IR.
pub fn mark_functions(functions: &[Op], rules: &dyn Meanings, has_derivative: impl Fn(Op) -> bool) {
    let mut callers: FxHashMap<String, Vec<Op>> = FxHashMap::default();
    let (mut unfit, mut touching) = (vec![], vec![]);
    for function in functions {
        function.remove_attribute(TAKES_WIDE);
        let ops = function.walk();
        let mut touches = false;
        let mut is_fit = function.region(0).first_block().is_some() && !has_derivative(*function);
        for op in ops.iter().skip(1) {
            if op.is::<func::Call>() {
                let callee = op.attribute("callee").and_then(Attribute::as_symbol).unwrap_or_default();
                callers.entry(callee).or_default().push(*function);
            }
            let inner = op.regions().into_iter().flat_map(Region::blocks).flat_map(Block::arguments);
            let values: Vec<_> = op.operands().into_iter().chain(op.results()).chain(inner).collect();
            if values.iter().any(|value| is_narrow(*value, rules)) {
                touches = true;
                is_fit &= is_fit_for_wide(*op, &values, rules);
            }
        }
        if touches || function.body(0).is_some_and(|body| body.arguments().iter().any(|value| is_narrow(*value, rules)))
        {
            touching.push(*function);
        }
        if !is_fit {
            unfit.push(*function);
        }
    }
    if touching.is_empty() {
        return;
    }
    let mut seen: FxHashSet<Op> = unfit.iter().copied().collect();
    while let Some(function) = unfit.pop() {
        let name = function.symbol_name().unwrap_or_default();
        unfit.extend(callers.remove(&name).unwrap_or_default().into_iter().filter(|caller| seen.insert(*caller)));
    }
    for function in touching.into_iter().filter(|function| !seen.contains(function)) {
        function.set_attribute(TAKES_WIDE, Attribute::unit(function.context()));
    }
}

/// Whether a value is a buffer of narrow numbers, or of such buffers.
fn is_narrow(value: Value, rules: &dyn Meanings) -> bool {
    let innermost = std::iter::successors(Some(value.ty()), |ty| ty.held_memory()).last().unwrap_or(value.ty());
    value.ty().is_memory() && rules.sum_type(innermost) != innermost
}

/// Whether an op that touches a narrow buffer can work on wide shadows, and its buffers come from where their shadows can
/// be wide, too.
fn is_fit_for_wide(op: Op, values: &[Value], rules: &dyn Meanings) -> bool {
    let buffers = || values.iter().filter(|value| value.ty().is_memory());
    let element = buffers().next().map(|value| value.ty().element());
    let are_alike = buffers().all(|value| !value.ty().holds_buffers() && Some(value.ty().element()) == element);
    let is_returned = op.is::<func::Return>();
    let is_called = op.is::<func::Call>() && op.results().iter().all(|result| !result.ty().is_memory());
    // It becomes loops and accesses first.
    let is_affine = op.name().starts_with("affine.");
    are_alike && !is_returned && (is_called || is_affine || rules.of(op).takes_wide_shadows(op))
}

/// Whether an op calls a function whose derivative can work on wide shadows.
pub fn is_taken_wide(op: Op) -> bool {
    let callee = || op.lookup_symbol(op.attribute("callee")?);
    op.is::<func::Call>() && callee().is_some_and(|callee| callee.attribute(TAKES_WIDE).is_some())
}

fn narrow_operands(op: Op, rules: &dyn Meanings) -> Vec<Value> {
    op.operands().into_iter().filter(|operand| is_narrow(*operand, rules)).collect()
}

/// Whether the memory of a buffer is a global that names its shadow.
fn has_named_shadow(buffer: Value, rules: &dyn Meanings) -> bool {
    let global = buffer.defining_op().and_then(|op| rules.of(op).global(op));
    global.is_none_or(|global| global.attribute(SHADOW).is_some())
}

/// Whether others know a buffer because it is handed to functions that take wide shadows, and for nothing else. Ops that
/// do not take these are obstacles already.
fn is_only_handed(buffer: Value) -> bool {
    let is_found = |op: Op| !op.is_memory_effect_free() && op.operands().iter().any(|operand| operand.ty().is_memory());
    let is_handed = || buffer.uses().iter().any(|(user, _)| user.is::<func::Call>());
    buffer.defining_op().is_none_or(|op| !is_found(op)) && is_handed()
}

/// Something that runs through numbers while the ops inside are repeated.
enum Induction {
    Counter(Value),
    /// The threads of a grid along one dimension: ids of a block and of a thread, and the size of blocks.
    Threads([Value; 3]),
}

/// Whether ops that read from a buffer read one place several times, in the course of loops.
fn is_sum(reads: &[Op], rules: &dyn Meanings) -> bool {
    let around: Vec<_> = reads.iter().map(|read| inductions(*read, rules)).collect();
    let outside = |around: &Option<(Vec<Induction>, Option<Op>)>| matches!(around, Some((_, None)));
    if around.iter().all(outside) {
        return false;
    }
    match (reads, around.as_slice()) {
        ([read], [Some((inductions, Some(outermost)))]) => !reads_each_once(*read, *outermost, inductions),
        _ => true,
    }
}

/// The inductions around an op, and the outermost op that repeats it; `None` if one of those does not count.
fn inductions(op: Op, rules: &dyn Meanings) -> Option<(Vec<Induction>, Option<Op>)> {
    let (mut all, mut outermost) = (vec![], None);
    for parent in op.ancestors().take_while(|op| !op.is_function()) {
        let rule = rules.of(parent);
        if rule.runs_once(parent) {
            continue;
        }
        outermost = Some(parent);
        if let Some(body) = rule.iteration(parent) {
            let counters = body.arguments().into_iter().filter(|argument| rule.mirrors(parent, *argument));
            all.extend(counters.filter(|counter| !is_only_zero(*counter)).map(Induction::Counter));
        } else if rule.is_kernel() {
            let ids = parent.body(0).map(Block::arguments).filter(|arguments| arguments.len() >= 12)?;
            for dimension in 0..3 {
                let (block, thread) = (ids[dimension], ids[3 + dimension]);
                match (is_only_zero(block), is_only_zero(thread)) {
                    (true, true) => {}
                    (true, false) => all.push(Induction::Counter(thread)),
                    (false, true) => all.push(Induction::Counter(block)),
                    (false, false) => all.push(Induction::Threads([block, thread, ids[9 + dimension]])),
                }
            }
        } else {
            return None;
        }
    }
    Some((all, outermost))
}

/// Whether a load reads no element twice: each induction moves an index of its own.
fn reads_each_once(read: Op, outermost: Op, inductions: &[Induction]) -> bool {
    if !read.is::<memref::Load>() {
        return false;
    }
    let mut symbols = Symbols::default();
    let mut indices: Vec<Linear> = read.operands()[1..].iter().map(|index| symbols.linear(*index)).collect();
    inductions.iter().all(|induction| {
        let moved = match induction {
            Induction::Counter(counter) => Some(symbols.linear(*counter)),
            Induction::Threads([block, thread, size]) => {
                let (block, size) = (symbols.linear(*block), symbols.linear(*size));
                block.times(&size).map(|first| first.plus(&symbols.linear(*thread), 1))
            }
        };
        let Some((moved, monomial)) = moved.and_then(|moved| Some((moved.clone(), moved.terms.keys().next()?.clone())))
        else {
            return false;
        };
        let place = indices.iter().position(|index| {
            let factor = match (index.terms.get(&monomial), moved.terms.get(&monomial)) {
                (Some(all), Some(one)) if *one != 0 && all % one == 0 => all / one,
                _ => return false,
            };
            let rest = index.clone().plus(&moved, factor.wrapping_neg());
            let stays = |symbol: &usize| !outermost.encloses_value(symbols.value(*symbol));
            factor != 0 && rest.terms.keys().flatten().all(stays)
        });
        place.map(|place| indices.remove(place)).is_some()
    })
}
