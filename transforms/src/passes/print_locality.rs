//! Prints for each accumulation of a derivative whether parallel iterations can meet there, and what is done about it.

use super::report::{REQUEST, Subject, each, names::Names, words};
use crate::{
    analysis::locality::{
        Difference, Locality, Relation, is_parallel,
        plan::{Plan, Split, Treatment},
    },
    engine::derive,
};
use autodiff_dialect::{
    bridge::{self, Pass},
    ir::Op,
    state::names,
    views::scf,
};

pub(super) static PASS: Pass = Pass::new(
    c"autodiff-print-locality",
    c"Print which accumulations parallel iterations share, and how they are kept apart",
    &REQUEST,
    run,
);

/// What the derivative goes through before it is lowered.
const CLEAN_UP: &str = "builtin.module(autodiff-eliminate-dead,func.func(canonicalize,cse),autodiff-expand-reductions)";

fn run(options: &[&str], module: Op) -> Result<(), ()> {
    each(options, module, |subject| {
        let lines = lines(subject).unwrap_or_else(|| vec!["  no derivative".to_owned()]);
        format!("{}: locality\n{}", subject.title(), lines.iter().map(|line| format!("{line}\n")).collect::<String>())
    })
}

/// The accumulations of the derivative that is meant, a line each, after one for the parallel loop around them. `None`:
/// it cannot be built; the user has been told why.
pub(super) fn lines(subject: &Subject) -> Option<Vec<String>> {
    derivative(subject).map(|op| Report::new(op, subject).lines())
}

/// The derivative that is meant, cleaned up.
fn derivative(subject: &Subject) -> Option<Op> {
    let report = |errors: Vec<autodiff_dialect::diagnostic::Diagnostic>| {
        errors.into_iter().for_each(|error| error.emit());
        subject.refused.set(true);
    };
    let derivative = derive(subject.function, subject.request, subject.rules).map_err(report).ok()?.function;
    let module = derivative.parent()?;
    bridge::run_pipeline(module, CLEAN_UP).ok()?;
    let block = module.region(0).first_block()?;
    block.ops().into_iter().find(|op| op.symbol_name() == Some(subject.request.symbol()))
}

struct Report {
    function: Op,
    names: Names,
    locality: Locality,
}

impl Report {
    fn new(function: Op, subject: &Subject) -> Self {
        Self { function, names: Names::new(function), locality: Locality::new(function, subject.rules) }
    }

    fn lines(&self) -> Vec<String> {
        let mut lines = vec![];
        let parallel = self.function.walk().into_iter().filter(|op| is_parallel(*op));
        let accumulates = |op: &Op| op.walk().iter().any(|inner| inner.name() == names::ACCUMULATE);
        for op in parallel.filter(|op| !op.ancestors().any(is_parallel) && accumulates(op)) {
            lines.extend(self.of_loop(op));
        }
        let sequential = self.function.walk().into_iter().filter(|op| op.name() == names::ACCUMULATE);
        for op in sequential.filter(|op| !op.ancestors().any(is_parallel)) {
            lines.push(format!("  {}: sequential", self.target(op)));
        }
        lines
    }

    fn of_loop(&self, parallel: Op) -> Vec<String> {
        let shared = self.locality.sites_of(parallel);
        // Threads of a GPU cannot take turns, nor have copies.
        let plan = if parallel.is::<scf::Parallel>() { self.locality.plan(parallel) } else { Plan::Keep };
        let mut lines = vec![match &plan {
            Plan::Split(split) => format!("  {}: {}", words::op(parallel), self.division(parallel, split)),
            Plan::Keep => format!("  {}: as it is", words::op(parallel)),
        }];
        for op in parallel.walk().into_iter().filter(|op| op.name() == names::ACCUMULATE) {
            let site = shared.iter().copied().find(|site| self.locality.sites[*site].op == op);
            let verdict = match (site, &plan) {
                (None, _) => "private: the buffer is made in the iteration".to_owned(),
                (Some(site), Plan::Keep) => self.apart(site),
                (Some(site), Plan::Split(split)) => match split.treatment(self.locality.sites[site].root) {
                    Treatment::Distinct => "distinct in that dimension".to_owned(),
                    Treatment::Near(distance) => {
                        format!("shared by iterations up to {distance} apart: chunks take turns")
                    }
                    Treatment::Private => format!("{}: a copy for each chunk", self.meeting(site)),
                    Treatment::Atomic => {
                        format!("atomic: {}, and the loop uses the buffer otherwise", self.meeting(site))
                    }
                },
            };
            lines.push(format!("    {}: {verdict}", self.target(op)));
        }
        lines
    }

    fn division(&self, parallel: Op, split: &Split) -> String {
        let id = crate::analysis::locality::ids(parallel)[split.dimension];
        let mut text = format!("in chunks of {}", self.names.get(id));
        for (one, other) in &split.guards {
            text += &format!(", one if {} and {} overlap", self.names.get(*one), self.names.get(*other));
        }
        text
    }

    /// Whether iterations meet at a place where nothing but atomics would keep them apart.
    fn apart(&self, site: usize) -> String {
        match self.locality.is_distinct(site) {
            true => "distinct".to_owned(),
            false => format!("atomic: {}", self.meeting(site)),
        }
    }

    /// Who meets whom.
    fn meeting(&self, site: usize) -> String {
        for other in self.locality.rivals(site) {
            match self.locality.relation(site, other) {
                Relation::Same => {}
                Relation::MayAlias => {
                    return format!("may be the same memory as {}", self.names.get(self.locality.sites[other].root));
                }
                Relation::Unknown => return "shared through views that cannot be followed".to_owned(),
                Relation::Apart(differences) => {
                    let name = |difference: &Difference| self.names.get(difference.id).to_owned();
                    let names: Vec<_> = differences.iter().map(name).collect();
                    return format!("shared by iterations that differ in {}", names.join(", "));
                }
            }
        }
        "distinct".to_owned()
    }

    fn target(&self, op: Op) -> String {
        format!("{} to {}", words::op(op), self.names.get(op.operand(1)))
    }
}
