//! What holds of the sources: ops are named by their views, and the parts of a crate know each other in one direction.

use autodiff_dialect::views;
use std::{
    collections::{BTreeSet, HashSet},
    fs,
    path::{Path, PathBuf},
};

const TRANSFORMS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../transforms/src");
const LOWERING: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../lowering/src");

/// The parts of `transforms`, each of which knows only those before it.
const TRANSFORMS_ORDER: [&str; 7] = ["emit", "request", "globals", "analysis", "engine", "rules", "passes"];
/// The same of `lowering`.
const LOWERING_ORDER: [&str; 11] =
    ["functions", "loops", "alias", "adjoint", "pipelines", "tune", "dialect", "gpu_host", "cpu", "gpu", "tensors"];

/// Operands that are asked for by their position. Fewer are welcome.
const MOST_POSITIONS: usize = 335;

/// The files below a folder with their text, without unit tests and comments.
fn sources(folder: &str) -> Vec<(PathBuf, String)> {
    let (mut files, mut pending) = (vec![], vec![PathBuf::from(folder)]);
    while let Some(path) = pending.pop() {
        if path.is_dir() {
            pending.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            let text = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
            let code = text.lines().map(|line| line.split("//").next().unwrap_or_default());
            files.push((path, code.collect::<Vec<_>>().join("\n")));
        }
    }
    assert!(files.len() > 20, "no sources in {folder}");
    files
}

#[test]
fn ops_are_named_by_their_views() {
    let names: HashSet<_> = views::NAMES.iter().copied().collect();
    assert!(names.contains("scf.for"));
    let mut found = vec![];
    for (path, text) in [TRANSFORMS, LOWERING].into_iter().flat_map(sources) {
        let literals = text.split('"').skip(1).step_by(2);
        found.extend(literals.filter(|text| names.contains(text)).map(|text| format!("{}: {text:?}", path.display())));
    }
    assert!(found.is_empty(), "use the views of 'autodiff_dialect::views':\n{}", found.join("\n"));
}

#[test]
fn no_more_operands_by_position() {
    let is_position = |rest: &str| rest.starts_with(|char: char| char.is_ascii_digit());
    let count = |text: &str| text.split(".operand(").skip(1).filter(|rest| is_position(rest)).count();
    let positions: usize = [TRANSFORMS, LOWERING].into_iter().flat_map(sources).map(|(_, text)| count(&text)).sum();
    assert!(positions <= MOST_POSITIONS, "{positions} operands are asked for by position; use the views' names");
}

/// The parts of its crate that a text names after `crate::`, also in groups of imports.
fn parts(text: &str) -> BTreeSet<&str> {
    let word = |text: &'_ str| text.find(|char: char| !char.is_alphanumeric() && char != '_').unwrap_or(text.len());
    let mut parts = BTreeSet::new();
    for (start, _) in text.match_indices("crate::") {
        let rest = &text[start + "crate::".len()..];
        let Some(group) = rest.strip_prefix('{') else {
            parts.insert(&rest[..word(rest)]);
            continue;
        };
        let (mut depth, mut is_first) = (0, true);
        for (at, char) in group.char_indices() {
            match char {
                '{' => depth += 1,
                '}' if depth == 0 => break,
                '}' => depth -= 1,
                ',' if depth == 0 => is_first = true,
                _ if is_first && char.is_alphanumeric() => {
                    parts.insert(&group[at..at + word(&group[at..])]);
                    is_first = false;
                }
                _ => {}
            }
        }
    }
    parts
}

fn arrows_back(folder: &str, order: &[&str]) -> Vec<String> {
    let place = |part: &str| order.iter().position(|name| *name == part);
    let mut found = vec![];
    for (path, text) in sources(folder) {
        let below = path.strip_prefix(folder).unwrap_or(Path::new(""));
        let first = below.iter().next().and_then(|part| part.to_str()).unwrap_or_default();
        let part = first.trim_end_matches(".rs");
        if part == "lib" {
            continue;
        }
        let own = place(part).unwrap_or_else(|| panic!("'{part}' has no place in the order of parts"));
        let back = parts(&text).into_iter().filter(|other| place(other).is_some_and(|other| other > own));
        found.extend(back.map(|other| format!("{}: {other}", path.display())));
    }
    found
}

#[test]
fn imports_run_one_way() {
    let found = [arrows_back(TRANSFORMS, &TRANSFORMS_ORDER), arrows_back(LOWERING, &LOWERING_ORDER)].concat();
    assert!(found.is_empty(), "these files use what comes after their own part:\n{}", found.join("\n"));
}

#[test]
fn parts_are_found_in_groups() {
    let text = "use crate::{\n    analysis::{a, b::{c}},\n    emit,\n};\nfn f() { crate::rules::g() }";
    assert_eq!(parts(text).into_iter().collect::<Vec<_>>(), ["analysis", "emit", "rules"]);
}
