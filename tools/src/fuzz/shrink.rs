//! Shrinking of a program that fails: of its choices first, then of its lines.

use super::{check::Verdict, choices::Choices, generate::generate, program::Program, worker::check_one};
use melior::Context;
use std::time::{Duration, Instant};

fn is_same(context: &Context, program: &Program, kind: &str) -> bool {
    matches!(check_one(context, program), Verdict::Failed(found, _) if found == kind)
}

/// The smallest program found within a time that fails in the same way.
pub fn shrink(context: &Context, choices: Vec<u32>, program: Program, kind: &str, limit: Duration) -> Program {
    let end = Instant::now() + limit;
    let (program, _) = by_choices(context, choices, program, kind, end);
    by_lines(context, program, kind, end)
}

fn size(program: &Program) -> usize {
    program.text.lines().count()
}

fn by_choices(
    context: &Context,
    mut choices: Vec<u32>,
    mut best: Program,
    kind: &str,
    end: Instant,
) -> (Program, Vec<u32>) {
    let mut improved = true;
    while improved && Instant::now() < end {
        improved = false;
        let mut replay = Choices::replay(choices.clone());
        generate(&mut replay);
        let mut spans = replay.spans.clone();
        spans.sort_by_key(|(start, stop)| std::cmp::Reverse(stop - start));
        for (start, stop) in spans {
            if Instant::now() > end {
                break;
            }
            if stop > choices.len() || stop <= start {
                continue;
            }
            let mut next = choices.clone();
            next.drain(start..stop);
            let mut replay = Choices::replay(next);
            let program = Program { rewrite: best.rewrite, ..generate(&mut replay) };
            if size(&program) < size(&best) && is_same(context, &program, kind) {
                (best, choices, improved) = (program, replay.made(), true);
                break;
            }
        }
        if improved {
            continue;
        }
        for at in 0..choices.len() {
            if Instant::now() > end {
                break;
            }
            if choices.get(at).is_none_or(|choice| *choice == 0) {
                continue;
            }
            let mut next = choices.clone();
            next[at] = 0;
            let mut replay = Choices::replay(next);
            let program = Program { rewrite: best.rewrite, ..generate(&mut replay) };
            if size(&program) < size(&best) && is_same(context, &program, kind) {
                (best, choices, improved) = (program, replay.made(), true);
            }
        }
    }
    (best, choices)
}

/// Leaves out lines, whole ops with their regions, and the op around a body.
fn by_lines(context: &Context, mut best: Program, kind: &str, end: Instant) -> Program {
    let mut improved = true;
    while improved && Instant::now() < end {
        improved = false;
        let mut at = best.text.lines().count();
        while at > 0 && Instant::now() < end {
            at -= 1;
            let lines: Vec<_> = best.text.lines().map(str::to_owned).collect();
            if at >= lines.len() {
                continue;
            }
            let mut candidates = vec![];
            if lines[at].trim_end().ends_with('{') && !lines[at].contains("func.func") {
                let indent = lines[at].len() - lines[at].trim_start().len();
                let close = (at + 1..lines.len()).find(|line| {
                    lines[*line].trim() == "}" && lines[*line].len() - lines[*line].trim_start().len() == indent
                });
                if let Some(close) = close {
                    candidates.push([&lines[..at], &lines[close + 1..]].concat());
                    candidates.push([&lines[..at], &lines[at + 1..close], &lines[close + 1..]].concat());
                }
            }
            candidates.push([&lines[..at], &lines[at + 1..]].concat());
            if let Some(replaced) = without_value(&lines, at) {
                candidates.extend(replaced);
            }
            for lines in candidates {
                let program = Program { text: lines.join("\n") + "\n", ..best.clone() };
                if is_same(context, &program, kind) {
                    (best, improved) = (program, true);
                    break;
                }
            }
        }
    }
    best
}

/// Leaves out an op by using one of its operands for its result.
fn without_value(lines: &[String], at: usize) -> Option<Vec<Vec<String>>> {
    let (name, rest) = lines[at].trim().split_once(" = ")?;
    if name.contains(',') || rest.ends_with('{') {
        return None;
    }
    let mut operands: Vec<&str> = vec![];
    for part in rest.split('%').skip(1) {
        let end = part.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(part.len());
        operands.push(&part[..end]);
    }
    let mut found = vec![];
    for operand in operands.into_iter().take(3) {
        let renamed: Vec<_> = lines
            .iter()
            .enumerate()
            .filter(|(line, _)| *line != at)
            .map(|(_, line)| rename(line, &name[1..], operand))
            .collect();
        found.push(renamed);
    }
    Some(found)
}

fn rename(line: &str, from: &str, to: &str) -> String {
    let mut out = String::new();
    let mut parts = line.split('%');
    out += parts.next().unwrap_or("");
    for part in parts {
        let end = part.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(part.len());
        out.push('%');
        out += if &part[..end] == from { to } else { &part[..end] };
        out += &part[end..];
    }
    out
}
