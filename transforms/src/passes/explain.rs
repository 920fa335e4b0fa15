//! Explains derivatives: what is active, what is cached, replayed or computed again, and why.

use super::{
    print_activity,
    print_cache_plan::{Size, total},
    print_locality,
    print_replay::prevented,
    report::{REQUEST, Subject, each},
};
use crate::{
    analysis::{
        cache_plan::{Decision, Slice},
        locality::is_parallel,
        memory::Class,
        wide_shadows::{Kind, Reason},
    },
    engine::Facts,
};
use autodiff_dialect::{
    bridge::{OptionKind, Pass, PassOption},
    ir::{Op, Value},
};
use std::collections::HashMap;

pub(super) static PASS: Pass = Pass::new(
    c"autodiff-explain",
    c"Explain derivatives: what is active, cached, replayed or recomputed, and why",
    &OPTIONS,
    run,
);

const OPTIONS: [PassOption; 10] = [
    PassOption::new(c"text", OptionKind::Bool, c"false", c"Print text; the default"),
    PassOption::new(c"json", OptionKind::Bool, c"false", c"Print one JSON object a line, one for each derivative"),
    REQUEST[0],
    REQUEST[1],
    REQUEST[2],
    REQUEST[3],
    REQUEST[4],
    REQUEST[5],
    REQUEST[6],
    REQUEST[7],
];

fn run(options: &[&str], module: Op) -> Result<(), ()> {
    let [text, json, request @ ..] = options else { return Err(()) };
    each(request, module, |subject| {
        let explanation = Explanation::new(subject);
        let mut out = String::new();
        if *json == "true" {
            out += &explanation.json();
        }
        if *text == "true" || *json != "true" {
            out += &explanation.text();
        }
        out
    })
}

/// A value and why it is where it is.
struct Entry {
    name: String,
    what: String,
    why: String,
    bytes: Option<String>,
}

struct Explanation<'a> {
    subject: &'a Subject<'a>,
    active: Vec<Entry>,
    cached: Vec<Entry>,
    replayed: Vec<Entry>,
    recomputed: Vec<Entry>,
    rerun: Vec<Entry>,
    preaccumulated: Vec<Entry>,
    /// Where sums for shadows of narrow numbers are made.
    summed: Vec<Entry>,
    total: String,
    /// What parallel iterations share, a line each.
    shared: Vec<String>,
}

impl<'a> Explanation<'a> {
    fn new(subject: &'a Subject<'a>) -> Self {
        let mut this = Self {
            subject,
            active: vec![],
            cached: vec![],
            replayed: vec![],
            recomputed: vec![],
            rerun: vec![],
            preaccumulated: vec![],
            summed: vec![],
            total: String::new(),
            shared: vec![],
        };
        for value in subject.values() {
            if subject.activity().is_active(value) {
                this.active.push(this.entry(value, print_activity::why(subject, value), None));
            }
        }
        let Some(facts) = subject.facts() else { return this };
        for op in subject.rerun(&facts) {
            let why = "computes from memory that stays as it is; its inner caches serve one iteration after the other";
            let induction = op.body(0).filter(|body| body.argument_count() > 0).map(|body| body.argument(0));
            let name = induction.map(|induction| subject.name(induction).to_owned()).unwrap_or_default();
            this.rerun.push(Entry { name, what: subject.op(op), why: why.to_owned(), bytes: None });
        }
        for (op, sum) in subject.ops().into_iter().filter_map(|op| Some((op, facts.preaccumulation(op)?))) {
            let buffers: Vec<_> = sum.buffers.iter().map(|buffer| subject.name(*buffer)).collect();
            let often = match buffers.is_empty() {
                true => String::new(),
                false => format!("; if it runs several times for each element of {}", buffers.join(", ")),
            };
            let why = format!("a sum, made together with its derivatives, which its cotangent is a factor of{often}");
            this.preaccumulated.push(this.entry(op.result(0), why, None));
        }
        for value in subject.values() {
            if let Some(why) = where_summed(subject, &facts, value) {
                this.summed.push(this.entry(value, why, None));
            }
        }
        let users: HashMap<_, _> = subject.needed(&facts).into_iter().collect();
        let mut sizes = vec![];
        for value in subject.values() {
            let Some(decision) = facts.plan.decision(value) else { continue };
            let purpose = match users.get(&value) {
                Some(users) => format!("needed by {}", subject.list(users)),
                None => "to compute other values again".to_owned(),
            };
            match decision {
                Decision::Cache if facts.stays_with_thread(value) => {
                    let why = format!("{purpose}; its thread keeps it, the kernel is one with its reverse");
                    this.cached.push(this.entry(value, why, None));
                }
                Decision::Cache if facts.sweep_around(value.block()).is_some() => {
                    let why = format!("{purpose}, in the same iteration; a register holds it");
                    this.cached.push(this.entry(value, why, None));
                }
                Decision::Cache => {
                    let size = Size::of(subject, &facts, value);
                    let why = format!("{purpose}; {}", not_again(subject, &facts, value));
                    this.cached.push(this.entry(value, why, Some(size.to_string())));
                    sizes.push(size);
                }
                Decision::Recompute => {
                    let buffer = value.defining_op().and_then(|op| subject.rules.get(op).reads_only(op));
                    match buffer {
                        Some(buffer) => {
                            let why = format!("{purpose}; nothing overwrites {} after it", subject.name(buffer));
                            this.replayed.push(this.entry(value, why, None));
                        }
                        None => this.recomputed.push(this.entry(value, purpose, None)),
                    }
                }
            }
        }
        this.total = total(&sizes);
        if subject.ops().into_iter().any(is_parallel) {
            this.shared = print_locality::lines(subject).unwrap_or_default();
        }
        this
    }

    fn entry(&self, value: Value, why: String, bytes: Option<String>) -> Entry {
        Entry { name: self.subject.name(value).to_owned(), what: self.subject.origin(value), why, bytes }
    }

    fn sections(&self) -> [(&'static str, &[Entry]); 6] {
        [
            ("active", &self.active),
            ("cached", &self.cached),
            ("replayed", &self.replayed),
            ("recomputed", &self.recomputed),
            ("rerun", &self.rerun),
            ("preaccumulated", &self.preaccumulated),
        ]
    }

    fn text(&self) -> String {
        let mut text = format!("{}: {} mode\n", self.subject.title(), self.subject.request.mode.title());
        for (section, entries) in self.sections() {
            text += &match (section, entries.is_empty()) {
                (_, true) => format!("  {section}: nothing\n"),
                ("cached", false) => format!("  cached: {}\n", self.total),
                _ => format!("  {section}:\n"),
            };
            for Entry { name, what, why, bytes } in entries {
                let bytes = bytes.as_ref().map(|bytes| format!("{bytes}; ")).unwrap_or_default();
                text += &format!("    {name}: {what}: {bytes}{why}\n");
            }
        }
        if !self.summed.is_empty() {
            text += "  summed:\n";
        }
        let entries = self.summed.iter();
        text.extend(entries.map(|Entry { name, what, why, .. }| format!("    {name}: {what}: {why}\n")));
        if !self.shared.is_empty() {
            text += "  accumulated:\n";
        }
        text.extend(self.shared.iter().map(|line| format!("  {line}\n")));
        text
    }

    fn json(&self) -> String {
        let request = self.subject.request;
        let mut text = format!(
            "{{\"derivative\":{},\"function\":{},\"mode\":{}",
            quoted(&request.symbol()),
            quoted(&request.callee),
            quoted(request.mode.name())
        );
        let narrow = (!self.summed.is_empty()).then_some(("summed", &self.summed[..]));
        for (section, entries) in self.sections().into_iter().chain(narrow) {
            let entries: Vec<_> = entries
                .iter()
                .map(|Entry { name, what, why, bytes }| {
                    let bytes = bytes.as_ref().map(|bytes| format!(",\"bytes\":{}", quoted(bytes))).unwrap_or_default();
                    format!("{{\"value\":{},\"op\":{}{bytes},\"why\":{}}}", quoted(name), quoted(what), quoted(why))
                })
                .collect();
            text += &format!(",\"{section}\":[{}]", entries.join(","));
        }
        if !self.shared.is_empty() {
            let lines: Vec<_> = self.shared.iter().map(|line| quoted(line.trim())).collect();
            text += &format!(",\"accumulated\":[{}]", lines.join(","));
        }
        text + &format!(",\"cached_bytes\":{}}}\n", quoted(&self.total))
    }
}

/// Why a value is not computed again.
fn not_again(subject: &Subject, facts: &Facts, value: Value) -> String {
    let Some(op) = value.defining_op() else { return "the loop carries it".to_owned() };
    if facts.recomputable(value).is_some() {
        return "to compute it again would cost more".to_owned();
    }
    let obstacle = |(read, buffer)| facts.overwrites.obstacle(read, buffer, subject.activity());
    let obstacle = facts.reads(op).into_iter().find_map(obstacle);
    match obstacle {
        Some(obstacle) => prevented(subject, obstacle),
        None if op.region_count() > 0 => "its regions are not run again".to_owned(),
        None => "the op has effects and is not repeated".to_owned(),
    }
}

/// Where the sums for the shadow of a buffer of narrow numbers are made, said where the buffer comes from.
fn where_summed(subject: &Subject, facts: &Facts, value: Value) -> Option<String> {
    let activity = subject.activity();
    let is_origin = |class: &Class| class.origins.iter().any(|(origin, _)| *origin == value);
    if !value.ty().is_memory() || !activity.is_active(value) || !activity.class(value).is_none_or(is_origin) {
        return None;
    }
    let ty = value.ty().element();
    let why = match facts.wide_shadows.kind(activity.representative(value))? {
        Kind::Wide => return Some(format!("in {}, as its shadow is", subject.rules.sum_type(ty))),
        Kind::Copied => {
            return Some(format!("in {}, and added to the caller's shadow at the end", subject.rules.sum_type(ty)));
        }
        Kind::Single => "no place is added to twice".to_owned(),
        Kind::Narrow(Reason::Place(reason)) => reason.to_owned(),
        Kind::Narrow(Reason::Writer(op)) => format!("{} may write to it or to the same memory", subject.op(op)),
        Kind::Narrow(Reason::User(op)) => format!("{} uses it", subject.op(op)),
    };
    Some(format!("in place, in {ty}: {why}"))
}

/// A JSON string.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' | '\\' => quoted.extend(['\\', letter]),
            letter if letter < ' ' => quoted += &format!("\\u{:04x}", u32::from(letter)),
            letter => quoted.push(letter),
        }
    }
    quoted + "\""
}
