//! What is asked for: which derivative of which function, and the types and names that follow from it.

use autodiff_dialect::{
    Activity,
    ir::{Op, Type},
    views::autodiff,
};

/// What is asked for: a function and the activities of its arguments and results.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Request {
    /// The symbol of the function.
    pub callee: String,
    /// Forward or reverse.
    pub mode: Mode,
    /// One per argument.
    pub arguments: Vec<Activity>,
    /// One per result.
    pub results: Vec<Activity>,
    /// The number of directions: tangents of each value, or cotangents.
    pub width: usize,
    /// Whether a zero stays zero where it meets a partial that is infinite or no number.
    pub strong_zero: bool,
    /// Whether adjoints of numbers are handed over in the type that sums are made in, not in that of the primals: among
    /// derivatives that call each other, so that sums over calls do not stall.
    pub wide: bool,
    /// The same of the shadows of buffers.
    pub wide_shadows: bool,
}

/// The two modes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mode {
    /// Forward mode.
    Jvp,
    /// Reverse mode.
    Vjp,
    /// Reverse mode in two functions: the augmented primal, and the pullback that takes up its tape.
    Split,
}

impl Mode {
    /// Its name in requests and in the names of generated functions.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Jvp => "jvp",
            Self::Vjp => "vjp",
            Self::Split => "augment",
        }
    }

    /// The attribute by which a function names its derivative.
    pub const fn attribute(self) -> &'static str {
        match self {
            Self::Jvp => autodiff::Jvp::NAME,
            Self::Vjp => autodiff::Vjp::NAME,
            Self::Split => autodiff::Augment::NAME,
        }
    }

    /// The attribute by which a function names the other half of its derivative in split mode.
    pub const PULLBACK: &'static str = autodiff::Pullback::NAME;

    /// Whether a function names its own derivative of this direction, so that its body is not looked at.
    pub fn is_named_by(self, function: Op) -> bool {
        let names: &[Self] = if self == Self::Jvp { &[Self::Jvp] } else { &[Self::Vjp, Self::Split] };
        names.iter().any(|mode| function.attribute(mode.attribute()).is_some())
    }

    /// Whether it is reverse mode, in one function or in two.
    pub fn is_reverse(self) -> bool {
        self != Self::Jvp
    }

    /// Its name in messages.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Jvp => "forward",
            Self::Vjp | Self::Split => "reverse",
        }
    }
}

impl Request {
    /// A request for everything: all differentiable arguments and results take part, all results are kept.
    pub fn full(callee: String, mode: Mode, inputs: &[Type], results: &[Type]) -> Self {
        let argument = |ty: &Type| match (ty.is_differentiable(), ty.is_memory() || mode == Mode::Jvp) {
            (false, _) => Activity::Const,
            (true, true) => Activity::Dup,
            (true, false) => Activity::Active,
        };
        let result = |ty: &Type| match (ty.is_differentiable(), mode) {
            (false, _) => Activity::Const,
            (true, Mode::Jvp) => Activity::Dup,
            (true, Mode::Split) if ty.is_memory() => Activity::Dup,
            (true, _) => Activity::Active,
        };
        Self {
            callee,
            mode,
            arguments: inputs.iter().map(argument).collect(),
            results: results.iter().map(result).collect(),
            width: 1,
            strong_zero: false,
            wide: false,
            wide_shadows: false,
        }
    }

    /// The name of the derivative: `f.vjp.active.dup`, or `f.vjp.active.dup.to.active` where the results are asked for in
    /// another way than usual. In split mode, that of the augmented primal.
    pub fn symbol(&self) -> String {
        self.named(self.mode.name())
    }

    /// The name of the function that the engine builds: in split mode, both halves in one, which is cut in two later.
    pub fn built_symbol(&self) -> String {
        self.named(if self.mode == Mode::Split { "split" } else { self.mode.name() })
    }

    /// The name of the pullback in split mode.
    pub fn pullback_symbol(&self) -> String {
        self.named("pullback")
    }

    fn named(&self, mode: &str) -> String {
        let mut name = format!("{}.{mode}", self.callee);
        for activity in &self.arguments {
            name += &format!(".{activity}");
        }
        let default: &[Activity] = match self.mode {
            Mode::Jvp => &[Activity::Dup],
            Mode::Vjp => &[Activity::ActiveNoneed],
            Mode::Split => &[Activity::Active, Activity::Dup],
        };
        if self.width != 1 {
            name += &format!(".x{}", self.width);
        }
        if self.strong_zero {
            name += ".strong_zero";
        }
        if self.wide {
            name += ".wide";
        }
        if self.wide_shadows {
            name += ".wide_shadows";
        }
        if self.results.iter().any(|activity| !default.contains(activity)) {
            name += ".to";
            for activity in &self.results {
                name += &format!(".{activity}");
            }
        }
        name
    }

    /// Operand and result types of the derivative of a function of the given type; in split mode, of both parts in one:
    /// what the augmented primal returns is left out.
    pub fn signature(&self, inputs: &[Type], results: &[Type]) -> (Vec<Type>, Vec<Type>) {
        let (mut from, mut to) = (vec![], vec![]);
        for (activity, ty) in self.arguments.iter().zip(inputs) {
            from.push(*ty);
            if activity.is_dup() {
                from.extend(vec![self.shadow(*ty); self.width]);
            }
        }
        for (activity, ty) in self.results.iter().zip(results) {
            if activity.is_active() {
                from.extend(vec![self.adjoint(*ty); self.width]);
            }
            if self.mode != Mode::Split {
                to.extend(self.returned(*activity, *ty));
            }
        }
        for (activity, ty) in self.arguments.iter().zip(inputs) {
            if activity.is_active() {
                to.extend(vec![self.adjoint(*ty); self.width]);
            }
        }
        (from, to)
    }

    /// The type in which the adjoint of a number is handed over.
    pub fn adjoint(&self, ty: Type) -> Type {
        if self.wide && !ty.is_memory() { ty.widened() } else { ty }
    }

    /// The type of the shadow of an argument, or of its tangent.
    pub fn shadow(&self, ty: Type) -> Type {
        if self.wide_shadows && ty.is_memory() { ty.widened() } else { ty }
    }

    /// What a derivative returns of one result: the primal, and tangents or shadows.
    fn returned(&self, activity: Activity, ty: Type) -> Vec<Type> {
        let primals = usize::from(activity.keeps_primal());
        let duals = if activity.is_dup() { self.width } else { 0 };
        vec![ty; primals + duals]
    }

    /// The number of cotangents that reverse mode is given.
    pub fn cotangents(&self) -> usize {
        self.results.iter().filter(|activity| activity.is_active()).count() * self.width
    }

    /// Operand and result types of the augmented primal and of the pullback, with a tape of some types.
    pub fn halves(&self, inputs: &[Type], results: &[Type], tape: &[Type]) -> [(Vec<Type>, Vec<Type>); 2] {
        let (mut given, bars) = self.signature(inputs, results);
        let cotangents = given.split_off(given.len() - self.cotangents());
        let mut returned = vec![];
        for (activity, ty) in self.results.iter().zip(results) {
            returned.extend(self.returned(*activity, *ty));
        }
        returned.extend(tape);
        [(given, returned), ([tape, &cotangents[..]].concat(), bars)]
    }
}
