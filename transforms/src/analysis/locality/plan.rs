//! How a parallel loop is to be split so that its accumulations need no atomics.
//!
//! 1. Where all iterations stay apart, the loop stays as it is.
//! 2. Otherwise it becomes a parallel loop over chunks of one dimension, each of them sequential. Within a chunk nothing
//!    conflicts; between chunks,
//!    - buffers whose address tells the dimension are *distinct*;
//!    - buffers that only neighbours share, such as those of stencils, are *near*: chunks with an even and with an odd
//!      number take turns;
//!    - other buffers get a *private* copy for each chunk, and the copies are added up.
//! 3. What a loop reads or overwrites besides cannot have copies: accumulations there stay *atomic*.
//!
//! Buffers from outside that may overlap are compared when the program runs; if they do, there is one chunk only.

use super::{Locality, Relation, ids};
use autodiff_dialect::ir::{Op, Value};
use rustc_hash::FxHashMap;

/// What is done about the accumulations of one parallel loop.
#[derive(Debug)]
pub enum Plan {
    /// Nothing: no two iterations meet.
    Keep,
    /// The loop is split into chunks.
    Split(Split),
}

/// A loop in chunks.
#[derive(Debug)]
pub struct Split {
    /// The dimension that is cut.
    pub dimension: usize,
    /// What becomes of each buffer.
    pub buffers: Vec<(Value, Treatment)>,
    /// Pairs of buffers that must not overlap if there is to be more than one chunk.
    pub guards: Vec<(Value, Value)>,
}

/// What becomes of the accumulations into a buffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Treatment {
    /// The address tells the chunk.
    Distinct,
    /// Chunks take turns; addresses meet at most so many iterations apart.
    Near(i64),
    /// Each chunk has a copy.
    Private,
    /// Each addition is atomic.
    Atomic,
}

impl Split {
    /// The greatest distance between iterations that meet, if chunks have to take turns.
    pub fn distance(&self) -> Option<i64> {
        self.buffers
            .iter()
            .filter_map(|(_, treatment)| match treatment {
                Treatment::Near(distance) => Some(*distance),
                _ => None,
            })
            .max()
    }

    /// What becomes of a buffer.
    pub fn treatment(&self, root: Value) -> Treatment {
        self.buffers.iter().find(|(other, _)| *other == root).map_or(Treatment::Atomic, |(_, treatment)| *treatment)
    }
}

/// More accumulations in one loop are not compared pair by pair.
const MOST_SITES: usize = 200;

impl Locality {
    /// The positions of the accumulations that a parallel loop shares among its iterations.
    pub fn sites_of(&self, parallel: Op) -> Vec<usize> {
        (0..self.sites.len()).filter(|site| self.sites[*site].loops.contains(&parallel)).collect()
    }

    /// The plan for an outermost `scf.parallel` op.
    pub fn plan(&self, parallel: Op) -> Plan {
        let sites = self.sites_of(parallel);
        let mut relations = FxHashMap::default();
        if sites.len() <= MOST_SITES {
            for (position, one) in sites.iter().enumerate() {
                for other in &sites[position..] {
                    relations.insert((*one, *other), self.relation(*one, *other));
                }
            }
            if relations.values().all(|relation| *relation == Relation::Same) {
                return Plan::Keep;
            }
        }
        let splits = ids(parallel).into_iter().enumerate();
        let splits = splits.map(|(dimension, id)| self.split(parallel, (dimension, id), &sites, &relations));
        // Worst first: no atomics, few copies, no turns, the outermost dimension.
        let cost = |split: &Split| {
            let count = |wanted: fn(&Treatment) -> bool| split.buffers.iter().filter(|(_, one)| wanted(one)).count();
            let atomic = count(|one| *one == Treatment::Atomic);
            (atomic, count(|one| *one == Treatment::Private), split.distance().is_some(), split.dimension)
        };
        splits.min_by_key(cost).map_or(Plan::Keep, Plan::Split)
    }

    fn split(
        &self,
        parallel: Op,
        (dimension, id): (usize, Value),
        sites: &[usize],
        relations: &FxHashMap<(usize, usize), Relation>,
    ) -> Split {
        let mut buffers: Vec<(Value, Treatment)> = vec![];
        let mut guards = vec![];
        for site in sites {
            let root = self.sites[*site].root;
            if buffers.iter().all(|(known, _)| *known != root) {
                let start = if relations.is_empty() { Treatment::Private } else { Treatment::Distinct };
                buffers.push((root, start));
            }
        }
        for ((one, other), relation) in relations {
            let roots = [self.sites[*one].root, self.sites[*other].root];
            let treatment = match relation {
                Relation::Same => continue,
                Relation::MayAlias => {
                    let outside = roots.iter().all(|root| !parallel.encloses_value(*root));
                    if outside && !guards.contains(&(roots[0], roots[1])) && !guards.contains(&(roots[1], roots[0])) {
                        guards.push((roots[0], roots[1]));
                    }
                    if outside { continue } else { Treatment::Private }
                }
                Relation::Unknown => Treatment::Private,
                Relation::Apart(differences) => match differences.iter().find(|difference| difference.id == id) {
                    None => continue,
                    Some(difference) => difference.distance.map_or(Treatment::Private, Treatment::Near),
                },
            };
            for (root, known) in &mut buffers {
                if roots.contains(root) {
                    *known = (*known).max(treatment);
                }
            }
        }
        for (root, treatment) in &mut buffers {
            let copied = *treatment == Treatment::Private;
            if copied && (parallel.encloses_value(*root) || !self.is_only_accumulated(*root, parallel)) {
                *treatment = Treatment::Atomic;
            }
        }
        guards.sort_by_key(|(one, other)| {
            let place = |root: &Value| buffers.iter().position(|(known, _)| known == root);
            (place(one), place(other))
        });
        Split { dimension, buffers, guards }
    }
}
