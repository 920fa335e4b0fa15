//! What a failure of a mutant is worth: whether upstream's passes fail alike without ours, and the least text that fails.

use super::{
    pool,
    routes::{self, Fault, Outcome, Part, Promise, Route},
};
use autodiff_dialect::ir::Op;
use melior::{Context, ir::Module};
use std::{
    collections::HashSet,
    time::{Duration, Instant},
};

/// The fault of a text on a route, in a process of its own.
pub fn fault(context: &Context, text: &str, route: &Route) -> Option<Fault> {
    pool::check(&mut |log| {
        if let Outcome::Failed(fault) = routes::follow(context, text, route, &mut |pass| log.stage(pass)) {
            log.event("failed", &format!("{}\n{}\n{}", fault.kind, fault.pass, fault.why));
        }
    })
}

/// What upstream's passes do inside of ours, and what anybody would run.
const UPSTREAM: &str = "func.func(lift-cf-to-scf),inline{default-pipeline=},expand-realloc,scf-forall-to-parallel,lower-affine,\
     func.func(sroa,mem2reg),func.func(canonicalize,cse),func.func(canonicalize,loop-invariant-code-motion,cse),\
     canonicalize,cse";

/// Whether the passes of a route that are not ours fail alike without ours.
pub fn is_upstream(context: &Context, text: &str, route: &Route, fault: &Fault) -> bool {
    if fault.pass == "parse" || fault.kind == "internal error" {
        return fault.pass == "parse" && !fault.why.contains("autodiff");
    }
    if fault.kind.starts_with("succeeds") || fault.kind.starts_with("left") || fault.kind.starts_with("fails") {
        return false;
    }
    let crashes = |passes: Vec<String>, text: &str| {
        // One by one, as each may refuse what the next one takes.
        let mut found = false;
        for start in [0, passes.len() / 2] {
            let promise = if fault.kind == "does not translate" { Promise::Llvm } else { Promise::Valid };
            let part = Part { passes: passes[start..].to_vec(), promise };
            found |= self::fault(context, text, &Route { name: "upstream", parts: vec![part] }).is_some();
        }
        found
    };
    let own: Vec<_> =
        route.parts.iter().flat_map(|part| &part.passes).filter(|pass| !routes::is_ours(pass)).cloned().collect();
    let plain = without_requests(context, text);
    let plain = plain.as_deref().unwrap_or(text);
    crashes(routes::passes(UPSTREAM), text)
        || crashes(routes::passes(UPSTREAM), plain)
        || (!own.is_empty() && (crashes(own.clone(), plain) || crashes(own, text)))
}

/// The module without the functions that ask for derivatives.
fn without_requests(context: &Context, text: &str) -> Option<String> {
    let module = Module::parse(context, text)?;
    let op = Op::from_raw(module.as_operation().to_raw());
    for function in op.body(0)?.ops() {
        if function.walk().iter().any(|op| op.name().starts_with("autodiff.")) {
            function.erase();
        }
    }
    Some(op.to_string())
}

/// The smallest text found within a time that fails in the same way.
pub fn shrink(context: &Context, text: String, route: &Route, fault: &Fault, limit: Duration) -> String {
    let end = Instant::now() + limit;
    // Values and types by name and in full, so that lines can go.
    let signature = fault.signature();
    let is_same = |text: &str| {
        self::fault(context, text, route).is_some_and(|found| {
            found.signature() == signature
                || (found.kind == fault.kind && found.pass == fault.pass && found.why == fault.why)
        })
    };
    let mut best = text;
    let mut improved = is_same(&best);
    while improved && Instant::now() < end {
        improved = false;
        let mut at = best.lines().count();
        while at > 0 && Instant::now() < end {
            at -= 1;
            let lines: Vec<&str> = best.lines().collect();
            if at >= lines.len() {
                continue;
            }
            for next in smaller(&lines, at) {
                if is_same(&next) {
                    (best, improved) = (next, true);
                    break;
                }
            }
        }
    }
    best
}

/// Texts without a line, or an op with its regions, or the op around a region, or the uses of a value.
fn smaller(lines: &[&str], at: usize) -> Vec<String> {
    let indent = |line: &str| line.len() - line.trim_start().len();
    let join = |parts: &[&[&str]]| parts.concat().join("\n") + "\n";
    let mut found = vec![];
    if lines[at].trim_end().ends_with('{') {
        let close = (at + 1..lines.len())
            .find(|line| lines[*line].trim_start().starts_with('}') && indent(lines[*line]) == indent(lines[at]));
        if let Some(close) = close {
            found.push(join(&[&lines[..at], &lines[close + 1..]]));
            if close > at + 1 {
                let end = if lines[close - 1].contains("yield") { close - 1 } else { close };
                found.push(join(&[&lines[..at], &lines[at + 1..end.max(at + 1)], &lines[close + 1..]]));
            }
        }
    }
    found.push(join(&[&lines[..at], &lines[at + 1..]]));
    if let Some((results, rest)) = lines[at].trim().split_once(" = ")
        && !results.contains(',')
        && !rest.ends_with('{')
    {
        let mut seen = HashSet::new();
        for part in rest.split('%').skip(1) {
            let end = part.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(part.len());
            let operand = &part[..end];
            if seen.insert(operand) && seen.len() <= 3 {
                let all: Vec<_> = lines
                    .iter()
                    .enumerate()
                    .filter(|(line, _)| *line != at)
                    .map(|(_, line)| renamed(line, &results[1..], operand))
                    .collect();
                found.push(all.join("\n") + "\n");
            }
        }
    }
    found
}

fn renamed(line: &str, from: &str, to: &str) -> String {
    let mut parts = line.split('%');
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let end = part.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(part.len());
        out += "%";
        out += if &part[..end] == from { to } else { &part[..end] };
        out += &part[end..];
    }
    out
}

/// The command that repeats a failure in a pass of a route.
pub fn command(route: &Route, pass: &str) -> String {
    let pass = pass.strip_prefix("verify after ").unwrap_or(pass);
    let all: Vec<_> = route.parts.iter().flat_map(|part| &part.passes).collect();
    let end = all.iter().rposition(|known| routes::name(known) == pass).map_or(all.len(), |at| at + 1);
    let passes: Vec<_> = all[..end].iter().map(|pass| pass.as_str()).collect();
    let translate = if pass == "translate" { " | mlir-translate --mlir-to-llvmir" } else { "" };
    format!("autodiff-opt %s --pass-pipeline='builtin.module({})'{translate}", passes.join(","))
}
