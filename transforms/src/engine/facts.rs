//! What reverse mode knows of the primal before it builds anything.

use crate::{
    analysis::{
        activity,
        cache_plan::{CachePlan, Decision, Slice},
        captures::Captures,
        conditionals::Conditionals,
        fusion::Fusion,
        is_loop,
        overwrite::Overwrites,
        preaccumulation::{self, Preaccumulation},
        rerun::Reruns,
        wide_shadows::WideShadows,
    },
    engine::{Mode, Registry, Request, seeds, variance::Variance},
};
use autodiff_dialect::ir::{Block, Op, Value};
use rustc_hash::{FxHashMap, FxHashSet};

/// What is known of a function before anything is built.
pub struct Analysed {
    pub activity: activity::Activity,
    /// The loops whose derivatives are made in the forward sweep.
    pub preaccumulated: Vec<Preaccumulation>,
}

impl Analysed {
    /// Analyses a function. Gives loops that pay only where there are many iterations a copy for where there are few.
    pub fn new(function: Op, entry: Block, rules: &Registry, request: &Request) -> Self {
        let activity = || activity::Activity::new(function, rules, &seeds(request, entry));
        let before = activity();
        let mut preaccumulated = preaccumulation::find(function, rules, &before, request);
        match preaccumulation::split(&mut preaccumulated) {
            true => Self { activity: activity(), preaccumulated },
            false => Self { activity: before, preaccumulated },
        }
    }
}

/// The analyses that reverse mode rests on.
pub struct Facts<'a> {
    pub function: Op,
    pub entry: Block,
    pub rules: &'a Registry,
    pub activity: &'a activity::Activity,
    pub captures: Captures,
    pub conditionals: Conditionals,
    pub overwrites: Overwrites,
    pub plan: CachePlan,
    pub reruns: Reruns,
    /// The shadows of buffers of narrow numbers.
    pub wide_shadows: WideShadows,
    /// The launch that is one with its reverse.
    pub fusion: Option<Fusion>,
    /// The loops whose derivatives are made in the forward sweep.
    pub preaccumulated: FxHashMap<Op, Preaccumulation>,
    /// Their bodies, and those of loops inside.
    swept: FxHashSet<Block>,
    /// Classes of memory whose release waits for the reverse sweep.
    pub kept: FxHashSet<Value>,
    /// How many times as much as usual caches cost that grow with all iterations.
    cache_cost: u64,
    pub(super) variance: Variance,
}

impl<'a> Facts<'a> {
    /// Analyses a function, for reverse mode.
    pub fn new(function: Op, entry: Block, rules: &'a Registry, analysed: &'a Analysed, request: &Request) -> Self {
        let all = &analysed.preaccumulated;
        let facts = Self::with(function, entry, rules, analysed, request, all);
        let kept: Vec<_> = all.iter().filter(|sum| facts.ends_with_iteration(sum)).cloned().collect();
        if kept.len() == all.len() {
            return facts;
        }
        Self::with(function, entry, rules, analysed, request, &kept)
    }

    /// Whether the buffers of partials of a sum, if it has any, are there for one iteration of the loop around it at a time.
    fn ends_with_iteration(&self, sum: &Preaccumulation) -> bool {
        let mut around = sum.op.ancestors().filter(is_loop);
        let again = |op: Op| op.body(0).is_some_and(|body| self.reruns.contains(body));
        sum.buffers.is_empty() || around.next().is_none_or(again)
    }

    fn with(
        function: Op,
        entry: Block,
        rules: &'a Registry,
        analysed: &'a Analysed,
        request: &Request,
        preaccumulated: &[Preaccumulation],
    ) -> Self {
        let activity = &analysed.activity;
        let captures = Captures::new(function, activity, rules);
        let mut overwrites = Overwrites::new(function, activity, rules);
        if request.mode == Mode::Split {
            overwrites.hand_over(function, activity);
        }
        let wide_shadows = WideShadows::new(function, rules, activity, &overwrites, request);
        let mut facts = Self {
            function,
            entry,
            rules,
            activity,
            captures,
            conditionals: Conditionals::new(function, rules),
            overwrites,
            plan: CachePlan::default(),
            reruns: Reruns::default(),
            wide_shadows,
            fusion: None,
            swept: preaccumulated.iter().flat_map(Preaccumulation::bodies).collect(),
            preaccumulated: preaccumulated.iter().map(|sum| (sum.op, sum.clone())).collect(),
            kept: FxHashSet::default(),
            // Caches that loops can do without by running again are not expensive.
            cache_cost: 1,
            variance: Variance::default(),
        };
        let needed: Vec<_> = function
            .walk()
            .into_iter()
            .filter(|op| *op != function && facts.captures.is_live(*op))
            .flat_map(|op| facts.needed(op))
            .collect();
        facts.plan = CachePlan::new(&needed, &facts);
        let outside = |value: &Value| facts.sweep_around(value.block()).is_none();
        let nested = facts.plan.cached().filter(|value| facts.varies_with(*value).is_nested() && outside(value));
        facts.reruns = Reruns::new(entry, rules, activity, &facts.overwrites, nested);
        if request.mode != Mode::Split {
            let cached = facts.plan.cached().map(|value| (value, !facts.varies_with(value).is_nested()));
            facts.fusion = Fusion::find(entry, rules, activity, &facts.overwrites, request.width, cached);
        }
        facts.cache_cost = rules.cache_cost();
        if !facts.reruns.is_empty() || facts.fusion.is_some() || facts.cache_cost > 1 {
            facts.plan = CachePlan::new(&needed, &facts);
        }
        facts.kept.extend(facts.reruns.kept());
        facts.kept.extend(facts.fusion.iter().flat_map(|fusion| fusion.kept.iter().copied()));
        for op in function.walk() {
            let reads = facts.reads(op);
            if !reads.is_empty()
                && op.block().and_then(|block| facts.sweep_around(block)).is_none()
                && op.results().into_iter().any(|result| facts.plan.decision(result) == Some(Decision::Recompute))
            {
                facts.kept.extend(reads.into_iter().map(|(_, buffer)| activity.representative(buffer)));
            }
        }
        facts
    }
}

impl Slice for Facts<'_> {
    fn is_free(&self, value: Value) -> bool {
        // Values of the function's own block dominate the reverse sweep; induction variables are mirrored.
        // So do those of an iteration that is run again, what it carries excepted.
        let again = self.runs_again(value.block()) && value.defining_op().is_some();
        value.block() == self.entry || again || self.is_mirrored(value)
    }

    fn depth(&self, value: Value) -> u32 {
        self.level(value.block())
    }

    fn cache_cost(&self, value: Value) -> u64 {
        // What serves one iteration after the other is small.
        let once = self.around_again(value).is_none();
        if once { self.cache_cost } else { 1 }
    }

    fn slots(&self, value: Value) -> u32 {
        self.varies_with(value).count()
    }

    fn is_cell(&self, value: Value) -> bool {
        self.varies_with(value).is_within(self.around_again(value).map_or(0, |block| self.level(block)))
    }

    fn recomputable(&self, value: Value) -> Option<Op> {
        let op = value.defining_op()?;
        let reads = self.reads(op);
        let computes = match op.region_count() {
            0 => !reads.is_empty() || op.is_memory_effect_free(),
            _ => self.conditionals.get(op).is_some(),
        };
        // What a sum that is preaccumulated reads stays as it is meanwhile.
        let stays =
            |(read, buffer): &(Op, Value)| self.sweep_around(value.block()).is_some() || self.stays(*read, *buffer);
        (computes && reads.iter().all(stays)).then_some(op)
    }

    fn inputs(&self, op: Op) -> Vec<Value> {
        self.conditionals.get(op).map_or_else(|| op.operands(), |conditional| conditional.inputs.clone())
    }
}

impl Facts<'_> {
    /// The primal values that the reverse of an op asks for. All that stands before a sum that is preaccumulated is
    /// there.
    pub fn needed(&self, op: Op) -> Vec<Value> {
        let mut needed = self.rules.get(op).needed(op, self.activity);
        if let Some(sum) = op.body(0).or(op.block()).and_then(|block| self.sweep_around(block)) {
            needed.retain(|value| sum.op.encloses_value(*value));
        }
        needed
    }

    /// The reads that an op is, or that happen in a conditional, each with its buffer.
    pub fn reads(&self, op: Op) -> Vec<(Op, Value)> {
        match self.conditionals.get(op) {
            Some(conditional) => conditional.reads.clone(),
            None => self.rules.get(op).reads_only(op).map(|buffer| (op, buffer)).into_iter().collect(),
        }
    }

    /// Whether a read gives the same when the reverse sweep repeats it.
    fn stays(&self, read: Op, buffer: Value) -> bool {
        let stays = |fusion: &Fusion| fusion.stays(read, buffer, self.activity);
        self.overwrites.is_replayable(read, buffer, self.activity) || self.fusion.as_ref().is_some_and(stays)
    }

    /// The sum that is preaccumulated in which a block lies.
    pub fn sweep_around(&self, block: Block) -> Option<&Preaccumulation> {
        if self.preaccumulated.is_empty() {
            return None;
        }
        let mut ops = block.ancestors();
        ops.find_map(|op| self.preaccumulated.get(&op))
    }

    /// Whether a block is the body of a loop that is preaccumulated, or of one inside.
    pub fn is_swept(&self, block: Block) -> bool {
        self.swept.contains(&block)
    }

    /// The sum that a loop is that is preaccumulated.
    pub fn preaccumulation(&self, op: Op) -> Option<&Preaccumulation> {
        self.preaccumulated.get(&op)
    }

    /// Whether a carried number is used for nothing but the sum that is yielded, so that its value does not matter.
    pub(super) fn is_only_summed(&self, argument: Value) -> bool {
        let number = argument.argument_number().map(|number| number - 1);
        argument.ty().is_differentiable_value()
            && argument.uses().into_iter().all(|(op, _)| {
                let end = op.block().and_then(Block::terminator);
                let passes = op.result_count() == 1
                    && op.block() == Some(argument.block())
                    && op.is_memory_effect_free()
                    && op.region_count() == 0
                    && op.result(0).uses().into_iter().all(|(user, index)| Some(user) == end && Some(index) == number);
                (passes && !self.rules.get(op).needed(op, self.activity).contains(&argument))
                    || (Some(op) == end && argument.uses().len() == 1)
            })
    }

    /// Whether a block is the body of the launch that is one with its reverse.
    pub fn is_fused(&self, block: Block) -> bool {
        self.fusion.as_ref().is_some_and(|fusion| fusion.body == block)
    }

    /// Whether an op after that launch waits until it has run.
    pub fn waits(&self, op: Op) -> bool {
        self.fusion.as_ref().is_some_and(|fusion| fusion.waiting.contains(&op))
    }

    /// Whether a block is the body of a loop in that launch whose iterations the reverse runs again.
    pub fn is_again(&self, block: Block) -> bool {
        self.fusion.as_ref().is_some_and(|fusion| fusion.loops.iter().any(|again| again.body == block))
    }

    /// Whether a block is the body of a loop or a launch whose iterations the reverse sweep runs again, or follows at once.
    fn runs_again(&self, block: Block) -> bool {
        self.reruns.contains(block) || self.is_swept(block) || self.is_fused(block) || self.is_again(block)
    }

    /// The block around a value whose iterations the reverse sweep runs again.
    fn around_again(&self, value: Value) -> Option<Block> {
        let mut around = std::iter::successors(Some(value.block()), |block| block.parent_op()?.block());
        around.find(|block| self.runs_again(*block))
    }

    /// Whether a cached value stays with the thread that computes it, because its kernel reverses it too.
    pub fn stays_with_thread(&self, value: Value) -> bool {
        let launch = self.fusion.as_ref().and_then(|fusion| fusion.body.parent_op());
        launch.is_some_and(|launch| launch.encloses_value(value)) && !self.varies_with(value).is_nested()
    }

    pub(super) fn is_mirrored(&self, value: Value) -> bool {
        value.argument_number().is_some()
            && value.block().parent_op().is_some_and(|op| self.rules.get(op).mirrors(op, value))
    }
}
