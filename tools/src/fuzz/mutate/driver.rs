//! Mutation fuzzing: programs of the tests, changed at random, go through every pass and pipeline.
//!
//! 1. Cut the files into units (`sources`).
//! 2. Make mutants in child processes, many in each (`mutant`, `text`, `structure`).
//! 3. Send each along some routes and look at what comes out (`routes`).
//! 4. Tell upstream's failures from ours, and shrink ours (`shrink`).

mod entry;
mod mutant;
mod pool;
mod routes;
mod rule_books;
mod shrink;
mod sources;
mod structure;
mod text;

use crate::{check::Verdict, diagnostics, execute};
use autodiff_tools::console::{complain, print};
use melior::Context;
use pool::{Event, Failure};
use routes::{Fault, Outcome, Pipelines, Route};
use sources::Sources;
use std::{
    collections::BTreeMap,
    fmt::Write,
    path::PathBuf,
    process::ExitCode,
    time::{Duration, Instant},
};
use text::Dice;

/// What the command line says.
pub struct Options {
    pub minutes: f64,
    pub seed: u64,
    pub count: Option<u64>,
    pub out: PathBuf,
    pub stats: bool,
    pub jobs: usize,
    pub shrink: u64,
    pub print: bool,
    pub per_kind: usize,
    pub paths: Vec<PathBuf>,
}

#[derive(Default)]
struct Stats {
    mutants: u64,
    invalid: u64,
    routes: BTreeMap<String, [u64; 2]>,
    executed: BTreeMap<String, u64>,
    refused: BTreeMap<String, u64>,
    upstream: BTreeMap<String, u64>,
    failed: BTreeMap<String, Vec<u64>>,
}

/// Where the project's own programs are, from its root.
const SOURCES: &[&str] = &["tests/lit", "tests/programs", "benches/programs", "examples", "transforms/rules"];

/// One mutant in so many is executed, if that is possible: that takes as long as some pipelines.
const EXECUTED: usize = 3;

/// One seed in so many mutates a rule book.
const RULE_BOOKS: u64 = 20;

/// Runs the mutation fuzzer.
pub fn main(options: &Options, context: &Context) -> ExitCode {
    let paths: Vec<PathBuf> =
        if options.paths.is_empty() { SOURCES.iter().map(PathBuf::from).collect() } else { options.paths.clone() };
    let sources = match Sources::read(context, &paths) {
        Ok(sources) if !sources.units.is_empty() => sources,
        Ok(_) => {
            complain("autodiff-fuzz: error: there is no program in what was given to mutate");
            return ExitCode::from(2);
        }
        Err(error) => {
            complain(format_args!("autodiff-fuzz: error: cannot read {error}"));
            return ExitCode::from(2);
        }
    };
    if options.print {
        return match mutant::generate(context, &sources, options.seed, &mut |_, _| {}) {
            Some(mutant) => crate::written(print(format_args!("// {}\n{}\n", mutant.origin, mutant.text)), true),
            None => ExitCode::from(1),
        };
    }
    let pipelines = Pipelines::new(context);
    let start = Instant::now();
    let end = start + Duration::from_secs_f64(options.minutes * 60.0);
    let last = options.count.map_or(u64::MAX, |count| options.seed + count);
    let mut stats = Stats::default();
    let work = |seed: u64, log: &mut pool::Log| try_one(context, &sources, &pipelines, seed, log);
    let mut judge = |seed: u64, event: Event| match event {
        Event::Invalid => {
            stats.mutants += 1;
            stats.invalid += 1;
        }
        Event::Tried => stats.mutants += 1,
        Event::Executed(what) => *stats.executed.entry(super::general(&what)).or_default() += 1,
        Event::Passed(route) => stats.routes.entry(route).or_default()[0] += 1,
        Event::Refused(route, why) => {
            stats.routes.entry(route).or_default()[1] += 1;
            *stats.refused.entry(super::general(&why)).or_default() += 1;
        }
        Event::Failed(failure) => failed(options, context, &mut stats, seed, failure),
    };
    if let Err(error) = pool::run(options.seed..last, options.jobs, end, &work, &mut judge) {
        complain(format_args!("autodiff-fuzz: error: cannot start a process: {error}"));
        return ExitCode::from(2);
    }
    let text = report(options, &sources, &stats, start.elapsed());
    crate::written(print(text), stats.failed.is_empty())
}

/// Makes the mutant of a seed and sends it along its routes.
fn try_one(context: &Context, sources: &Sources, pipelines: &Pipelines, seed: u64, log: &mut pool::Log) {
    if seed % RULE_BOOKS == 0 && !sources.rule_books.is_empty() {
        return try_rules(context, sources, seed, log);
    }
    log.route("make");
    let mutant = mutant::generate(context, sources, seed, &mut |step, text| {
        if !text.is_empty() {
            log.text(text);
        }
        log.stage(step);
    });
    let Some(mutant) = mutant else { return log.event("invalid", "") };
    log.origin(&mutant.origin);
    log.text(&mutant.text);
    let mut dice = Dice::new(seed ^ 0xA5A5_5A5A_1234);
    for route in pipelines.routes(&mutant.text, &mut dice) {
        log.route(&describe(&route));
        match routes::follow(context, &mutant.text, &route, &mut |pass| log.stage(pass)) {
            Outcome::Passed => log.event("passed", route.name),
            Outcome::Refused(why) => log.event("refused", &format!("{}\n{why}", route.name)),
            Outcome::Failed(fault) => {
                log.event("failed", &format!("{}\n{}\n{}", fault.kind, fault.pass, fault.why));
            }
        }
    }
    if dice.one_in(EXECUTED)
        && let Some(root) = &mutant.root
    {
        log.route("execute");
        let program = entry::program(context, &mutant.text, root, &mut dice);
        diagnostics::take();
        if let Some(program) = program {
            log.text(&(program.reproducer("") + &execute::wrappers(&program)));
            match entry::check(context, &program, &mut |step| log.stage(step)) {
                Verdict::Passed => log.event("executed", "right"),
                Verdict::Rewritten => log.event("executed", "right, and so is a rewrite"),
                Verdict::Discarded(why) => log.event("executed", &format!("discarded: {why}")),
                Verdict::Refused(_) => log.event("executed", "refused"),
                Verdict::Failed(kind, why) => log.event("failed", &format!("{kind}\nexecute\n{why}")),
            }
        }
    }
    log.event("tried", "");
}

/// Differentiates a program under a mutated rule book.
fn try_rules(context: &Context, sources: &Sources, seed: u64, log: &mut pool::Log) {
    log.route("rules");
    let mut dice = Dice::new(seed ^ 0x0B00_C5EE);
    let Some(book) = rule_books::mutate(&sources.rule_books, &mut dice) else { return log.event("invalid", "") };
    let unit = (0..50).filter_map(|_| sources.draw(dice.bits())).find(|unit| unit.text.contains("autodiff."));
    let (Some(unit), Some((file, path))) = (unit, rule_books::file(&book)) else { return log.event("invalid", "") };
    log.origin(&unit.origin);
    let lines: String = String::from_utf8_lossy(&book).lines().map(|line| format!("// {line}\n")).collect();
    log.text(&format!("{}\n// The rule book:\n{lines}", unit.text));
    let passes = vec![format!("autodiff-differentiate{{rules={path}}}")];
    let route = Route { name: "rules", parts: vec![routes::Part { passes, promise: routes::Promise::NoRequests }] };
    match routes::follow(context, &unit.text, &route, &mut |pass| log.stage(pass)) {
        Outcome::Passed => log.event("passed", "rules"),
        Outcome::Refused(why) => log.event("refused", &format!("rules\n{why}")),
        Outcome::Failed(fault) => log.event("failed", &format!("{}\n{}\n{}", fault.kind, fault.pass, fault.why)),
    }
    drop(file);
    log.event("tried", "");
}

/// A route in one line of text, from which it can be made again.
fn describe(route: &Route) -> String {
    let parts: Vec<_> =
        route.parts.iter().map(|part| format!("{:?}\t{}", part.promise, part.passes.join(","))).collect();
    format!("{}\t{}", route.name, parts.join("\t"))
}

/// The route of [`describe`]'s text.
fn recall(text: &str) -> Option<Route> {
    let mut words = text.split('\t');
    let name = words.next()?;
    let name = ["cpu", "openmp", "gpu-host", "nvvm", "rocdl", "explain", "primal", "pass", "derivative, pass"]
        .into_iter()
        .find(|known| *known == name)?;
    let mut parts = vec![];
    while let (Some(promise), Some(passes)) = (words.next(), words.next()) {
        let promise =
            [routes::Promise::Valid, routes::Promise::NoRequests, routes::Promise::NoState, routes::Promise::Llvm]
                .into_iter()
                .find(|known| format!("{known:?}") == promise)?;
        parts.push(routes::Part { passes: routes::passes(passes), promise });
    }
    Some(Route { name, parts })
}

fn failed(options: &Options, context: &Context, stats: &mut Stats, seed: u64, failure: Failure) {
    let Fault { kind, pass, why } = &failure.fault;
    let executes = failure.route == "execute";
    // The mutant itself does what it must not.
    if executes && (pass == "guarded primal" || pass == "run_primal") {
        *stats.executed.entry("discarded: primal: ends or does not end".into()).or_default() += 1;
        return;
    }
    let key = failure.fault.signature();
    if let Some(count) = stats.upstream.get_mut(&key) {
        *count += 1;
        return;
    }
    if let Some(seeds) = stats.failed.get_mut(&key) {
        seeds.push(seed);
        if seeds.len() >= options.per_kind {
            return;
        }
    } else {
        let is_upstream = match recall(&failure.route) {
            Some(route) => shrink::is_upstream(context, &failure.text, &route, &failure.fault),
            // Where a mutant is made there is nothing of ours but the dialect.
            None => failure.route == "make" && !why.contains("8autodiff") && kind != "panic",
        };
        if is_upstream {
            complain(format_args!("seed {seed}: upstream: {key}"));
            // What is said of our passes has many causes.
            let key = if routes::is_ours(pass) { format!("{key}, seed {seed}") } else { key };
            stats.upstream.insert(key, 1);
            return;
        }
        stats.failed.insert(key.clone(), vec![seed]);
    }
    complain(format_args!("seed {seed}: {key}\n  {}", why.lines().take(8).collect::<Vec<_>>().join("\n  ")));
    let (text, command) = match recall(&failure.route) {
        Some(route) => {
            let limit = Duration::from_secs(options.shrink);
            let text = shrink::shrink(context, failure.text.clone(), &route, &failure.fault, limit);
            (text, shrink::command(&route, pass))
        }
        None => (
            failure.text.clone(),
            match executes {
                true => "see below".into(),
                false => "autodiff-opt %s --autodiff-differentiate=rules=FILE # with the rule book below".to_owned(),
            },
        ),
    };
    let head = format!(
        "// Seed {seed}, from {}\n// {kind} in {pass}\n{}// RUN: {command}\n",
        failure.origin,
        why.lines().take(12).map(|line| format!("// {line}\n")).collect::<String>(),
    );
    let path = options.out.join(format!("mutant-{seed}.mlir"));
    complain(format_args!("{head}{text}"));
    if let Err(error) =
        std::fs::create_dir_all(&options.out).and_then(|()| std::fs::write(&path, format!("{head}{text}")))
    {
        complain(format_args!("autodiff-fuzz: error: cannot write '{}': {error}", path.display()));
    }
    diagnostics::take();
}

fn report(options: &Options, sources: &Sources, stats: &Stats, elapsed: Duration) -> String {
    let failures: usize = stats.failed.values().map(Vec::len).sum();
    let routes: u64 = stats.routes.values().flatten().sum();
    let mut text = String::new();
    let _ = writeln!(
        text,
        "{} mutants of {} units in {:.0} s: {} invalid, {} runs of pipelines, {} of which refused, {failures} failed, {} \
         failures of upstream's passes",
        stats.mutants,
        sources.units.len(),
        elapsed.as_secs_f64(),
        stats.invalid,
        routes,
        stats.routes.values().map(|[_, refused]| refused).sum::<u64>(),
        stats.upstream.values().sum::<u64>(),
    );
    let _ = writeln!(text, "{}", super::add_up(&options.out, "mutants", stats.mutants));
    for (key, seeds) in &stats.failed {
        let _ = writeln!(text, "failed {} times: {key} (seeds {:?})", seeds.len(), &seeds[..seeds.len().min(8)]);
    }
    if !options.stats {
        return text;
    }
    for (route, [passed, refused]) in &stats.routes {
        let _ = writeln!(text, "{route}: passed {passed}, refused {refused}");
    }
    for (what, count) in &stats.executed {
        let _ = writeln!(text, "executed {count} times: {what}");
    }
    for (key, count) in &stats.upstream {
        let _ = writeln!(text, "upstream {count} times: {key}");
    }
    let mut refused: Vec<_> = stats.refused.iter().collect();
    refused.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
    for (why, count) in refused.into_iter().take(40) {
        let _ = writeln!(text, "refused {count} times: {why}");
    }
    text
}
