//! What mutants are made of: single functions of MLIR files with what they refer to, and rule books.

use super::diagnostics;
use autodiff_dialect::ir::Op;
use autodiff_tools::run::SplitMix;
use melior::{Context, ir::Module};
use std::{
    collections::{BTreeSet, HashSet},
    fs, io,
    path::{Path, PathBuf},
};

/// Units of more lines are left to other tests: mutants of them would take most of the time.
const LINES: usize = 250;

/// One program to mutate.
pub struct Unit {
    pub text: String,
    /// The file, and the symbol that the unit was cut out for.
    pub origin: String,
    pub root: Option<String>,
    hash: u64,
    weight: f64,
}

impl Unit {
    fn new(text: String, origin: &str, root: Option<String>) -> Self {
        // FNV-1a, as the same text has to give the same number in each build.
        let hash = text
            .bytes()
            .fold(0xCBF2_9CE4_8422_2325, |hash: u64, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3));
        let weight = (300.0 / text.lines().count().max(20) as f64).max(1.0);
        Self { text, origin: origin.into(), root, hash, weight }
    }
}

/// All that mutants are made of.
#[derive(Default)]
pub struct Sources {
    pub units: Vec<Unit>,
    pub rule_books: Vec<String>,
}

impl Sources {
    /// Reads files and folders.
    ///
    /// # Errors
    ///
    /// If one of them cannot be read.
    pub fn read(context: &Context, paths: &[PathBuf]) -> io::Result<Self> {
        let mut files = BTreeSet::new();
        for path in paths {
            collect(path, &mut files)
                .map_err(|error| io::Error::new(error.kind(), format!("'{}': {error}", path.display())))?;
        }
        let (mut sources, mut seen) = (Self::default(), HashSet::new());
        for file in files {
            let Ok(text) = fs::read_to_string(&file) else { continue };
            if file.extension().is_some_and(|extension| extension == "rules") {
                sources.rule_books.push(text);
                continue;
            }
            for part in text.split("// -----") {
                for unit in units(context, part, &file.display().to_string()) {
                    if unit.text.lines().count() <= LINES && seen.insert(unit.text.clone()) {
                        sources.units.push(unit);
                    }
                }
            }
        }
        Ok(sources)
    }

    /// A unit by a random number, shorter ones more often. Of each unit it depends only on the unit itself whether it
    /// comes before another one, so that the mutants of most seeds stay when tests are added.
    pub fn draw(&self, bits: u64) -> Option<&Unit> {
        let score = |unit: &Unit| {
            let random = SplitMix::new(bits ^ unit.hash).bits() >> 11;
            -((random as f64 + 1.0) * 2f64.powi(-53)).ln() / unit.weight
        };
        self.units.iter().map(|unit| (score(unit), unit)).min_by(|(a, _), (b, _)| a.total_cmp(b)).map(|(_, unit)| unit)
    }
}

fn collect(path: &Path, files: &mut BTreeSet<PathBuf>) -> io::Result<()> {
    if !path.is_dir() {
        fs::metadata(path)?;
        files.insert(path.to_owned());
        return Ok(());
    }
    for entry in fs::read_dir(path)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else if path.extension().is_some_and(|extension| extension == "mlir" || extension == "rules") {
            files.insert(path);
        }
    }
    Ok(())
}

/// A module without what a function does not refer to.
pub fn cut(context: &Context, text: &str, root: &str) -> Option<String> {
    let found = units(context, text, "");
    found.into_iter().find(|unit| unit.root.as_deref() == Some(root)).map(|unit| unit.text)
}

/// One unit for each function and kernel of a module. What does not parse is one unit as it is.
fn units(context: &Context, text: &str, origin: &str) -> Vec<Unit> {
    let plain: String =
        text.lines().filter(|line| !line.trim_start().starts_with("//")).map(|line| format!("{line}\n")).collect();
    let module = Module::parse(context, &plain);
    diagnostics::take();
    let Some(module) = module else {
        return vec![Unit::new(plain, origin, None)];
    };
    let whole = Op::from_raw(module.as_operation().to_raw());
    let Some(body) = whole.body(0) else { return vec![] };
    let parts: Vec<_> = body.ops().into_iter().map(|op| (op.symbol_name(), references(&op.to_string()))).collect();
    let mut found = vec![];
    for (index, op) in body.ops().into_iter().enumerate() {
        let is_root = op.functions().iter().any(|function| function.body(0).is_some() || function.region_count() > 0);
        if !is_root || (op.is_function() && op.region(0).first_block().is_none()) {
            continue;
        }
        let mut keep = HashSet::from([index]);
        let mut pending = vec![index];
        while let Some(next) = pending.pop() {
            for (at, (name, _)) in parts.iter().enumerate() {
                let named = name.as_ref().is_some_and(|name| parts[next].1.contains(name));
                if named && keep.insert(at) {
                    pending.push(at);
                }
            }
        }
        let copy = whole.duplicate();
        for (at, part) in copy.body(0).map(|block| block.ops()).unwrap_or_default().into_iter().enumerate() {
            if !keep.contains(&at) {
                part.erase();
            }
        }
        let root = op.is_function().then(|| op.symbol_name()).flatten();
        found.push(Unit::new(copy.to_string(), origin, root));
        copy.erase();
    }
    found
}

/// The symbols that a text names: the first parts of nested references.
fn references(text: &str) -> HashSet<String> {
    let mut names = HashSet::new();
    for part in text.split('@').skip(1) {
        let name = match part.strip_prefix('"') {
            Some(quoted) => quoted.split('"').next().unwrap_or_default(),
            None => {
                let end = part.find(|c: char| !(c.is_ascii_alphanumeric() || "_$.".contains(c)));
                &part[..end.unwrap_or(part.len())]
            }
        };
        names.insert(name.to_owned());
    }
    names
}
