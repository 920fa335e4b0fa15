//! Finds accesses of one location by two threads that nothing orders.
//!
//! Threads of one block are ordered by barriers, threads of different blocks of a launch by nothing. Reads do not
//! conflict with reads, nor atomic accesses with atomic accesses; all other pairs do.

use crate::report::{Report, Site};
use std::collections::{HashMap, HashSet};

/// Races beyond this number are not reported.
const MOST_REPORTS: usize = 10;

/// Bytes that share a table of cells.
const PAGE: usize = 1024;

/// How memory is accessed; the numbers are those of the lowering.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    Read,
    Write,
    Atomic,
}

impl Access {
    /// The kind with a number.
    pub fn from_number(number: i32) -> Option<Self> {
        [Self::Read, Self::Write, Self::Atomic].get(usize::try_from(number).ok()?).copied()
    }

    fn conflicts_with(self, other: Self) -> bool {
        self != other || self == Self::Write
    }

    fn words(self) -> &'static str {
        match self {
            Self::Read => "reads",
            Self::Write => "writes",
            Self::Atomic => "atomically updates",
        }
    }
}

/// Who accesses, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    pub block: i64,
    pub thread: i64,
    /// Barriers that the block has passed.
    pub epoch: u32,
    pub site: Site,
}

impl Moment {
    fn same_thread(&self, other: &Self) -> bool {
        (self.block, self.thread) == (other.block, other.thread)
    }

    /// Whether nothing orders the two.
    fn is_concurrent_with(&self, other: &Self) -> bool {
        !self.same_thread(other) && (self.block != other.block || self.epoch == other.epoch)
    }
}

/// Accesses of one kind to one location that later ones may conflict with: two threads of the last block and epoch,
/// and one thread of another block.
#[derive(Clone, Copy, Debug, Default)]
struct History {
    recent: [Option<Moment>; 2],
    elsewhere: Option<Moment>,
}

impl History {
    fn concurrent(&self, moment: &Moment) -> Option<Moment> {
        self.recent.into_iter().chain([self.elsewhere]).flatten().find(|old| old.is_concurrent_with(moment))
    }

    fn add(&mut self, moment: Moment) {
        let Some(last) = self.recent[0] else {
            self.recent[0] = Some(moment);
            return;
        };
        if last.block != moment.block {
            *self = Self { recent: [Some(moment), None], elsewhere: Some(last) };
        } else if last.epoch != moment.epoch {
            self.recent = [Some(moment), None];
        } else if !last.same_thread(&moment) && self.recent[1].is_none() {
            self.recent[1] = Some(moment);
        }
    }
}

/// What has happened to one unit of memory, by kind of access.
type Cell = [History; 3];

/// The cells of a stretch of memory. A unit is as long as the shortest access so far.
struct Page {
    unit: usize,
    cells: Vec<Cell>,
}

impl Page {
    fn new(unit: usize) -> Self {
        Self { unit, cells: vec![Cell::default(); PAGE / unit] }
    }

    fn refine(&mut self, unit: usize) {
        if unit < self.unit {
            let times = self.unit / unit;
            self.cells = self.cells.iter().flat_map(|cell| std::iter::repeat_n(*cell, times)).collect();
            self.unit = unit;
        }
    }
}

/// All accesses of a launch, and the races that they make.
#[derive(Default)]
pub struct Races {
    pages: HashMap<usize, Page>,
    reports: Vec<Report>,
    reported: HashSet<(Site, Site)>,
}

impl Races {
    /// Forgets all.
    pub fn reset(&mut self) {
        *self = Self::default();
    }

    /// What a launch did is done before the next one begins.
    pub fn start_launch(&mut self) {
        self.pages.clear();
    }

    /// The reports so far.
    pub fn take_reports(&mut self) -> Vec<Report> {
        std::mem::take(&mut self.reports)
    }

    /// Takes a stretch of memory for new.
    pub fn forget(&mut self, address: usize, bytes: usize) {
        if self.pages.is_empty() {
            return;
        }
        self.visit(address, bytes, |cell| *cell = Cell::default());
    }

    /// Notes an access; `describe` names the threads of a race.
    pub fn access(
        &mut self,
        address: usize,
        bytes: usize,
        access: Access,
        moment: Moment,
        describe: impl Fn(&Moment) -> String,
    ) {
        let mut race = None;
        self.visit(address, bytes, |cell| {
            let kinds = [Access::Read, Access::Write, Access::Atomic];
            for (other, history) in kinds.into_iter().zip(cell.iter()) {
                if access.conflicts_with(other) && race.is_none() {
                    race = history.concurrent(&moment).map(|old| (other, old));
                }
            }
            cell[access as usize].add(moment);
        });
        let Some((other, old)) = race else { return };
        if self.reports.len() < MOST_REPORTS && self.reported.insert((old.site, moment.site)) {
            let between = if old.block == moment.block { "no barrier" } else { "nothing" };
            let message = format!("race: {} {} here", describe(&moment), access.words());
            let note =
                format!("{} {} the same location here, with {between} in between", describe(&old), other.words());
            self.reports.push(Report::new(moment.site, message).note(Some(old.site), note));
        }
    }

    /// Calls `action` for each cell of a stretch of memory.
    fn visit(&mut self, address: usize, bytes: usize, mut action: impl FnMut(&mut Cell)) {
        let end = address.saturating_add(bytes);
        let mut at = address;
        while at < end {
            let (number, start) = (at / PAGE, at % PAGE);
            let stop = (start + (end - at)).min(PAGE);
            // The largest power of two that divides both ends.
            let unit = 1 << (start | stop | PAGE).trailing_zeros().min(4);
            let page = self.pages.entry(number).or_insert_with(|| Page::new(unit));
            page.refine(unit);
            for cell in &mut page.cells[start / page.unit..stop / page.unit] {
                action(cell);
            }
            at += stop - start;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::tests::site;

    /// Accesses as `(block, thread, epoch, kind, address, bytes)`; returns the number of races.
    fn races(accesses: &[(i64, i64, u32, Access, usize, usize)]) -> usize {
        let mut races = Races::default();
        let sites = [site(c"a"), site(c"b"), site(c"c"), site(c"d"), site(c"e")];
        for (&(block, thread, epoch, access, address, bytes), &site) in accesses.iter().zip(sites.iter().cycle()) {
            let moment = Moment { block, thread, epoch, site };
            races.access(address, bytes, access, moment, |moment| format!("thread {}", moment.thread));
        }
        races.take_reports().len()
    }

    use Access::{Atomic, Read, Write};

    #[test]
    fn only_pairs_with_a_write_race() {
        assert_eq!(races(&[(0, 0, 0, Read, 8, 8), (0, 1, 0, Read, 8, 8)]), 0);
        assert_eq!(races(&[(0, 0, 0, Atomic, 8, 8), (0, 1, 0, Atomic, 8, 8)]), 0);
        assert_eq!(races(&[(0, 0, 0, Write, 8, 8), (0, 1, 0, Read, 8, 8)]), 1);
        assert_eq!(races(&[(0, 0, 0, Read, 8, 8), (0, 1, 0, Write, 8, 8)]), 1);
        assert_eq!(races(&[(0, 0, 0, Write, 8, 8), (0, 1, 0, Write, 8, 8)]), 1);
        assert_eq!(races(&[(0, 0, 0, Atomic, 8, 8), (0, 1, 0, Read, 8, 8)]), 1);
        assert_eq!(races(&[(0, 0, 0, Write, 8, 8), (0, 0, 0, Read, 8, 8)]), 0);
    }

    #[test]
    fn barriers_order_threads_of_a_block_only() {
        assert_eq!(races(&[(0, 0, 0, Write, 8, 8), (0, 1, 1, Read, 8, 8)]), 0);
        assert_eq!(races(&[(0, 0, 0, Write, 8, 8), (1, 1, 1, Read, 8, 8)]), 1);
        // A block's own accesses do not hide those of another block.
        assert_eq!(races(&[(0, 0, 0, Read, 8, 8), (1, 0, 0, Read, 8, 8), (1, 0, 1, Write, 8, 8)]), 1);
        // Nor do two accesses of one thread hide that of another.
        assert_eq!(races(&[(0, 0, 0, Read, 8, 8), (0, 1, 0, Read, 8, 8), (0, 0, 0, Write, 8, 8)]), 1);
        assert_eq!(races(&[(0, 0, 0, Read, 8, 8), (0, 0, 0, Read, 8, 8), (0, 0, 0, Write, 8, 8)]), 0);
    }

    #[test]
    fn neighbours_do_not_race() {
        assert_eq!(races(&[(0, 0, 0, Write, 8, 8), (0, 1, 0, Write, 16, 8)]), 0);
        assert_eq!(races(&[(0, 0, 0, Write, 8, 8), (0, 1, 0, Write, 15, 1)]), 1);
        assert_eq!(races(&[(0, 0, 0, Write, 8, 8), (0, 1, 0, Write, 16, 1), (0, 2, 0, Write, 17, 1)]), 0);
        assert_eq!(races(&[(0, 0, 0, Write, PAGE - 8, 16), (0, 1, 0, Read, PAGE + 4, 4)]), 1);
        assert_eq!(races(&[(0, 0, 0, Write, PAGE - 8, 16), (0, 1, 0, Read, PAGE + 8, 4)]), 0);
    }

    #[test]
    fn new_memory_has_no_history() {
        let mut races = Races::default();
        let moment = |thread| Moment { block: 0, thread, epoch: 0, site: site(c"a") };
        races.access(64, 8, Write, moment(0), |_| String::new());
        races.forget(64, 4);
        races.access(64, 4, Read, moment(1), |_| String::new());
        assert!(races.take_reports().is_empty());
        races.access(68, 4, Read, moment(1), |_| String::new());
        assert_eq!(races.take_reports().len(), 1);
    }

    #[test]
    fn both_places_are_named_once() {
        let mut races = Races::default();
        for thread in 0..5 {
            let write = Moment { block: 0, thread, epoch: 0, site: site(c"k.mlir:1:1\nmemref.store") };
            races.access(64, 8, Write, write, |moment| format!("thread {}", moment.thread));
        }
        let [report] = &races.take_reports()[..] else { panic!("expected one report") };
        let expected = "k.mlir:1:1: error: race: thread 1 writes here\n\
                        k.mlir:1:1: note: thread 0 writes the same location here, with no barrier in between";
        assert_eq!(report.to_string(), expected);
    }
}
