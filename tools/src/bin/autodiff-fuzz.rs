//! Generates random structured programs, differentiates them, and checks the derivatives.

#[path = "../fuzz/buffer.rs"]
mod buffer;
#[path = "../fuzz/check.rs"]
mod check;
#[path = "../fuzz/choices.rs"]
mod choices;
#[path = "../fuzz/diagnostics.rs"]
mod diagnostics;
#[path = "../fuzz/execute.rs"]
mod execute;
#[path = "../fuzz/generate.rs"]
mod generate;
#[path = "../fuzz/heap.rs"]
mod heap;
#[path = "../fuzz/metamorphic.rs"]
mod metamorphic;
#[path = "../fuzz/mutate/driver.rs"]
mod mutate;
#[path = "../fuzz/nest.rs"]
mod nest;
#[path = "../fuzz/program.rs"]
mod program;
#[path = "../fuzz/shrink.rs"]
mod shrink;
#[path = "../fuzz/statement.rs"]
mod statement;
#[path = "../fuzz/sum.rs"]
mod sum;
#[path = "../fuzz/worker.rs"]
mod worker;

use autodiff_tools::console::{complain, print};
use check::Verdict;
use choices::Choices;
use clap::Parser;
use program::Program;
use std::{
    collections::{BTreeMap, HashMap},
    path::{Path, PathBuf},
    process::ExitCode,
    time::{Duration, Instant},
};
use worker::Running;

/// Differentiates random programs and checks every derivative by differences and by the dot-product identity.
#[derive(Parser)]
#[command(name = "autodiff-fuzz", version)]
struct Options {
    /// How long to go on
    #[arg(long, value_name = "N", default_value_t = 1.0)]
    minutes: f64,
    /// Seed of the first program; the others follow
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,
    /// How many programs at most
    #[arg(long, value_name = "N")]
    count: Option<u64>,
    /// Folder for programs that fail
    #[arg(long, value_name = "DIR", default_value = "target/fuzz")]
    out: PathBuf,
    /// Print counts at the end, with the constructs covered
    #[arg(long)]
    stats: bool,
    /// Programs at once
    #[arg(long, value_name = "N", default_value_t = 2)]
    jobs: usize,
    /// Seconds to shrink a program that fails
    #[arg(long, value_name = "N", default_value_t = 30)]
    shrink: u64,
    /// Print the program of the seed instead of checking it
    #[arg(long)]
    print: bool,
    /// Failures of one kind after which no more are shrunk
    #[arg(long, value_name = "N", default_value_t = 3)]
    per_kind: usize,
    /// Mutate programs of the project, or of the files and folders that follow, and send them through every pipeline
    #[arg(long)]
    mutate: bool,
    /// Rewrite programs by upstream passes that keep their meaning, too, and compare the gradients
    #[arg(long)]
    metamorphic: bool,
    /// What to mutate: MLIR files, rule books, folders of them
    #[arg(requires = "mutate")]
    paths: Vec<PathBuf>,
}

#[derive(Default)]
struct Stats {
    run: u64,
    passed: u64,
    discarded: BTreeMap<String, u64>,
    refused: BTreeMap<String, u64>,
    failed: BTreeMap<String, Vec<u64>>,
    features: BTreeMap<&'static str, u64>,
    rewritten: BTreeMap<&'static str, u64>,
}

fn program(seed: u64, metamorphic: bool) -> (Program, Vec<u32>) {
    let mut choices = Choices::random(seed.wrapping_mul(0x2545_F491_4F6C_DD1D));
    let mut program = generate::generate(&mut choices);
    program.rewrite = metamorphic.then(|| metamorphic::rewrite(seed));
    (program, choices.made())
}

/// A message without what differs from program to program.
fn general(text: &str) -> String {
    let line = text.lines().find(|line| !line.trim().is_empty()).unwrap_or("");
    line.chars().filter(|char| !char.is_ascii_digit()).take(150).collect()
}

fn main() -> ExitCode {
    let options = Options::parse();
    if options.mutate {
        let Options { minutes, seed, count, out, stats, jobs, shrink, print, per_kind, paths, .. } = options;
        let options = mutate::Options { minutes, seed, count, out, stats, jobs, shrink, print, per_kind, paths };
        return mutate::main(&options, &worker::context());
    }
    if options.print {
        let (program, _) = program(options.seed, options.metamorphic);
        let text = program.reproducer(&format!("seed {}", options.seed));
        return written(print(format_args!("{text}\n{}\n", execute::wrappers(&program))), true);
    }
    let context = worker::context();
    let start = Instant::now();
    let end = start + Duration::from_secs_f64(options.minutes * 60.0);
    let mut stats = Stats::default();
    let mut running: HashMap<libc::pid_t, (Running, u64, Program)> = HashMap::new();
    let mut next = options.seed;
    let last = options.count.map(|count| options.seed + count);
    loop {
        while running.len() < options.jobs.max(1) && Instant::now() < end && last.is_none_or(|last| next < last) {
            let (program, _) = program(next, options.metamorphic);
            match worker::start(&context, &program) {
                Ok(child) => {
                    running.insert(child.pid(), (child, next, program));
                    next += 1;
                }
                Err(error) => {
                    complain(format_args!("autodiff-fuzz: error: cannot start a process: {error}"));
                    return ExitCode::from(2);
                }
            }
        }
        if running.is_empty() {
            break;
        }
        let mut status = 0;
        // SAFETY: waits for a child.
        let pid = unsafe { libc::waitpid(-1, &mut status, 0) };
        let Some((child, seed, program)) = running.remove(&pid) else { continue };
        let verdict = child.verdict(status);
        stats.run += 1;
        judge(&options, &context, &mut stats, seed, program, verdict);
    }
    written(print(report(&options, &stats, start.elapsed())), stats.failed.is_empty())
}

/// The exit code, once the result of the run was printed or could not be.
fn written(result: std::io::Result<()>, passed: bool) -> ExitCode {
    if let Err(error) = result {
        complain(format_args!("autodiff-fuzz: error: cannot write to standard output: {error}"));
        return ExitCode::from(2);
    }
    if passed { ExitCode::SUCCESS } else { ExitCode::from(1) }
}

fn judge(
    options: &Options,
    context: &melior::Context,
    stats: &mut Stats,
    seed: u64,
    failing: Program,
    verdict: Verdict,
) {
    match verdict {
        Verdict::Passed | Verdict::Rewritten => {
            if let Some(rewrite) = failing.rewrite.filter(|_| verdict == Verdict::Rewritten) {
                *stats.rewritten.entry(rewrite).or_default() += 1;
            }
            stats.passed += 1;
            for feature in &failing.features {
                *stats.features.entry(feature).or_default() += 1;
            }
        }
        Verdict::Discarded(why) => {
            let count = stats.discarded.entry(general(&why)).or_default();
            *count += 1;
            if why.starts_with("invalid") && *count <= 2 {
                complain(format_args!("seed {seed}: {why}"));
            }
        }
        Verdict::Refused(why) => {
            let count = stats.refused.entry(general(&why)).or_default();
            *count += 1;
            if *count == 1 {
                complain(format_args!("seed {seed}: refused: {why}"));
            }
        }
        Verdict::Failed(kind, why) => {
            let key = format!(
                "{kind}: {}",
                if kind.contains("jvp") || kind.starts_with("leak") { String::new() } else { general(&why) }
            );
            let seeds = stats.failed.entry(key).or_default();
            seeds.push(seed);
            if seeds.len() > options.per_kind {
                return;
            }
            complain(format_args!("seed {seed}: {kind}: {why}"));
            let (program, choices) = program(seed, options.metamorphic);
            let small = shrink::shrink(context, choices, program, &kind, Duration::from_secs(options.shrink));
            let why = match worker::check_one(context, &small) {
                Verdict::Failed(_, why) => why,
                _ => why,
            };
            let text = small.reproducer(&format!("seed {seed}: {kind}\n{why}"))
                + "\n// The requests:\n"
                + &execute::wrappers(&small).lines().map(|line| format!("// {line}\n")).collect::<String>();
            complain(&text);
            let path = options.out.join(format!("seed-{seed}.mlir"));
            if let Err(error) = std::fs::create_dir_all(&options.out).and_then(|()| std::fs::write(&path, text)) {
                complain(format_args!("autodiff-fuzz: error: cannot write '{}': {error}", path.display()));
            }
        }
    }
}

/// Adds a round to the sum of all rounds that have left their sums in a folder; that as text.
fn add_up(folder: &Path, what: &str, count: u64) -> String {
    let file = folder.join(format!("{what}.count"));
    let before: u64 = std::fs::read_to_string(&file).ok().and_then(|text| text.trim().parse().ok()).unwrap_or_default();
    let sum = before.saturating_add(count);
    match std::fs::create_dir_all(folder).and_then(|()| std::fs::write(&file, format!("{sum}\n"))) {
        Ok(()) => format!("{sum} {what} so far, by '{}'", file.display()),
        Err(error) => format!("{count} {what} more, but '{}' cannot be written: {error}", file.display()),
    }
}

/// What was run, as text.
fn report(options: &Options, stats: &Stats, elapsed: Duration) -> String {
    let sum = |counts: &BTreeMap<String, u64>| counts.values().sum::<u64>();
    let failures: usize = stats.failed.values().map(Vec::len).sum();
    let mut lines = vec![format!(
        "{} programs in {:.0} s: {} passed, {} discarded, {} refused, {failures} failed",
        stats.run,
        elapsed.as_secs_f64(),
        stats.passed,
        sum(&stats.discarded),
        sum(&stats.refused)
    )];
    lines.push(add_up(&options.out, "programs", stats.run));
    for (kind, seeds) in &stats.failed {
        lines.push(format!("failed {} times: {kind} (seeds {:?})", seeds.len(), &seeds[..seeds.len().min(8)]));
    }
    for (why, count) in &stats.refused {
        lines.push(format!("refused {count} times: {why}"));
    }
    if options.stats {
        for (why, count) in &stats.discarded {
            lines.push(format!("discarded {count} times: {why}"));
        }
        let covered: Vec<_> = stats.features.iter().map(|(feature, count)| format!("{feature} {count}")).collect();
        for (rewrite, count) in &stats.rewritten {
            lines.push(format!("the same gradient {count} times after {rewrite}"));
        }
        lines.push(format!("covered by programs that passed: {}", covered.join(", ")));
    }
    lines.join("\n") + "\n"
}
