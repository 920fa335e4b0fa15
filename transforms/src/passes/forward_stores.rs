//! Forwards stored values to the loads that read them back.
//!
//! Programs that keep scalars in buffers hide from activity and from the cache plan which value flows where. Block by
//! block, this pass knows what the last store or load found at each location:
//!
//! 1. A load of a known location is replaced by the value.
//! 2. A store makes its location known and forgets what may be the same memory.
//! 3. A region starts with what is known before its op, less what its op writes if it may run again.
//! 4. After an op with regions, what they write is forgotten.

use crate::{
    analysis::{buffers::Buffers, memory::Class},
    emit::constant_index,
    rules::{elementwise::RuleBook, registry},
};
use autodiff_dialect::{
    bridge::Pass,
    ir::{Block, EffectKind, Op, Region, Value},
    views::{memref, scf},
};
use rustc_hash::{FxHashMap, FxHashSet};

pub(super) static PASS: Pass =
    Pass::new(c"autodiff-forward-stores", c"Replace loads of locations whose content is known", &[], |_, module| {
        let rules = registry(RuleBook::builtin());
        // All are found before anything is erased.
        let functions = module.functions();
        for function in functions {
            if function.body(0).is_some() {
                let aliases = Buffers::new(function, &rules);
                let written = Written::new(function, &aliases);
                let mut forwarding = Forwarding { aliases, written, dead: vec![] };
                for region in function.regions() {
                    forwarding.region(region, &Known::default());
                }
                for op in forwarding.dead {
                    op.erase();
                }
            }
        }
        Ok(())
    });

/// The classes of memory that each op with regions may write or free; `None`: any.
struct Written(FxHashMap<Op, Option<FxHashSet<Value>>>);

impl Written {
    fn new(function: Op, aliases: &Buffers) -> Self {
        let mut written = Self(FxHashMap::default());
        for op in function.walk().into_iter().rev().filter(|op| op.region_count() > 0) {
            let mut classes = Some(FxHashSet::default());
            for inner in op.regions().into_iter().flat_map(Region::blocks).flat_map(Block::ops) {
                classes = match (classes, written.of(inner, aliases)) {
                    (Some(mut all), Some(more)) => {
                        all.extend(more);
                        Some(all)
                    }
                    _ => None,
                };
            }
            written.0.insert(op, classes);
        }
        written
    }

    /// The classes that an op writes; `None`: any.
    fn of(&self, op: Op, aliases: &Buffers) -> Option<FxHashSet<Value>> {
        if let Some(known) = self.0.get(&op) {
            return known.clone();
        }
        let buffers = || op.operands().into_iter().filter(|value| value.ty().is_memory());
        let mut classes = FxHashSet::default();
        for effect in op.effects()? {
            match (effect.kind, effect.value) {
                (EffectKind::Read | EffectKind::Allocate, _) => {}
                (_, Some(value)) => {
                    classes.insert(aliases.representative(value));
                }
                (_, None) => classes.extend(buffers().map(|value| aliases.representative(value))),
            }
        }
        Some(classes)
    }
}

/// One location whose content is known.
#[derive(Clone)]
struct Entry {
    buffer: Value,
    indices: Vec<Value>,
    content: Value,
}

#[derive(Clone, Default)]
struct Known {
    /// By class of memory.
    entries: FxHashMap<Value, Vec<Entry>>,
}

struct Forwarding {
    aliases: Buffers,
    written: Written,
    dead: Vec<Op>,
}

/// More entries than this per class are not kept: the pass stays linear.
const MOST_ENTRIES: usize = 16;

impl Forwarding {
    fn region(&mut self, region: Region, known: &Known) {
        let blocks = region.blocks();
        for block in &blocks {
            // Of several blocks, each starts with nothing.
            let start = if blocks.len() == 1 { known.clone() } else { Known::default() };
            self.block(*block, start);
        }
    }

    fn block(&mut self, block: Block, mut known: Known) {
        for op in block.ops() {
            match op.name() {
                memref::Load::NAME => self.load(op, &mut known),
                memref::Store::NAME => self.store(op, &mut known),
                _ => {
                    let written = self.written.of(op, &self.aliases);
                    if op.region_count() > 0 {
                        let mut inner = known.clone();
                        if !matches!(op.name(), scf::If::NAME | scf::IndexSwitch::NAME | scf::ExecuteRegion::NAME) {
                            self.forget(&mut inner, &written);
                        }
                        for region in op.regions() {
                            self.region(region, &inner);
                        }
                    }
                    self.forget(&mut known, &written);
                }
            }
        }
    }

    fn load(&mut self, op: Op, known: &mut Known) {
        let (buffer, indices) = (op.operand(0), op.operands().split_off(1));
        let class = known.entries.entry(self.aliases.representative(buffer)).or_default();
        if let Some(entry) = class.iter().find(|entry| entry.buffer == buffer && same(&entry.indices, &indices)) {
            op.result(0).replace_all_uses_with(entry.content);
            self.dead.push(op);
        } else if class.len() < MOST_ENTRIES {
            class.push(Entry { buffer, indices, content: op.result(0) });
        }
    }

    fn store(&mut self, op: Op, known: &mut Known) {
        let (content, buffer, indices) = (op.operand(0), op.operand(1), op.operands().split_off(2));
        let class = self.aliases.representative(buffer);
        self.forget_aliases(known, class);
        let entries = known.entries.entry(class).or_default();
        entries.retain(|entry| entry.buffer == buffer && apart(&entry.indices, &indices));
        if entries.len() < MOST_ENTRIES {
            entries.push(Entry { buffer, indices, content });
        }
    }

    fn forget(&self, known: &mut Known, written: &Option<FxHashSet<Value>>) {
        match written {
            None => known.entries.clear(),
            Some(classes) => {
                for class in classes {
                    known.entries.remove(class);
                    self.forget_aliases(known, *class);
                }
            }
        }
    }

    /// Forgets what other classes, which may be the same memory, are known to hold.
    fn forget_aliases(&self, known: &mut Known, written: Value) {
        let class = |value| self.aliases.classes().get(value);
        match class(written) {
            None => known.entries.clear(),
            Some(origin) if origin.is_exposed() => known.entries.retain(|other, _| {
                *other == written || class(*other).is_some_and(|other: &Class| !other.may_alias(origin))
            }),
            Some(_) => {}
        }
    }
}

fn same(one: &[Value], other: &[Value]) -> bool {
    one.len() == other.len()
        && one.iter().zip(other).all(|(one, other)| {
            one == other || (constant_index(*one).is_some() && constant_index(*one) == constant_index(*other))
        })
}

/// Whether two lists of indices never name the same element.
fn apart(one: &[Value], other: &[Value]) -> bool {
    one.iter()
        .zip(other)
        .any(|(one, other)| matches!((constant_index(*one), constant_index(*other)), (Some(one), Some(other)) if one != other))
}
