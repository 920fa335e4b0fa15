//! Which threads may go on, and what they learn from each other. Pure: the block runs the threads.
//!
//! A thread waits at an op. A barrier and a reduction over the block want all threads at one op; a shuffle wants the
//! first lanes of a subgroup; a reduction or broadcast over the subgroup wants all lanes that are left, and, where
//! nothing else can go on, takes those that are there.

use crate::report::Site;

/// What a thread waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Barrier,
    /// Values of all threads of the block.
    Block,
    /// Values of the first lanes of the subgroup.
    Lanes {
        width: i64,
    },
    /// Values of the subgroup: of all its lanes, or of those that are there.
    Subgroup {
        all: bool,
    },
}

/// Where a thread waits, and what it brings.
#[derive(Clone, Copy, Debug)]
pub struct Wait {
    pub site: Site,
    pub kind: Kind,
    /// The value's bytes; they stay valid while the thread waits.
    pub value: *const u8,
    pub bytes: usize,
}

/// What has become of a thread.
#[derive(Clone, Copy, Debug)]
pub enum State {
    Waiting(Wait),
    Returned,
}

impl State {
    fn is_at(&self, site: Site) -> bool {
        matches!(self, Self::Waiting(wait) if wait.site == site)
    }
}

/// Values of the threads that take part in an exchange.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Table {
    /// The numbers of the threads in the block, in order.
    pub threads: Vec<usize>,
    values: Vec<u8>,
    bytes: usize,
}

impl Table {
    /// Collects the values of a group.
    pub fn new(states: &[State], group: &[usize]) -> Self {
        let mut table = Self { threads: group.to_vec(), ..Self::default() };
        for &thread in group {
            if let Some(State::Waiting(wait)) = states.get(thread)
                && !wait.value.is_null()
            {
                table.bytes = wait.bytes;
                // SAFETY: a waiting thread's value is valid.
                table.values.extend_from_slice(unsafe { std::slice::from_raw_parts(wait.value, wait.bytes) });
            }
        }
        table
    }

    /// The part of it that belongs to some of the threads.
    pub fn filtered(&self, keep: impl Fn(usize) -> bool) -> Self {
        let mut part = Self { bytes: self.bytes, ..Self::default() };
        for (position, &thread) in self.threads.iter().enumerate().filter(|(_, thread)| keep(**thread)) {
            part.threads.push(thread);
            part.values.extend_from_slice(self.value(position).unwrap_or_default());
        }
        part
    }

    /// The value of the thread at a position in the table.
    pub fn value(&self, position: usize) -> Option<&[u8]> {
        self.values.get(position.checked_mul(self.bytes)?..)?.get(..self.bytes)
    }

    /// The value of a thread by its number in the block.
    pub fn of_thread(&self, thread: usize) -> Option<&[u8]> {
        self.value(self.threads.binary_search(&thread).ok()?)
    }
}

/// The groups of threads that may go on together; none if the block is stuck.
pub fn released(states: &[State], subgroup_size: usize) -> Vec<Vec<usize>> {
    let groups = all_of_the_block(states).map_or_else(|| in_subgroups(states, subgroup_size, false), |all| vec![all]);
    if groups.is_empty() { in_subgroups(states, subgroup_size, true) } else { groups }
}

fn all_of_the_block(states: &[State]) -> Option<Vec<usize>> {
    let Some(State::Waiting(Wait { site, kind: Kind::Barrier | Kind::Block, .. })) = states.first() else {
        return None;
    };
    states.iter().all(|state| state.is_at(*site)).then(|| (0..states.len()).collect())
}

/// With `stuck`, ops that take the lanes that are there do so.
fn in_subgroups(states: &[State], subgroup_size: usize, stuck: bool) -> Vec<Vec<usize>> {
    let mut groups = vec![];
    for (number, lanes) in states.chunks(subgroup_size).enumerate() {
        let mut seen: Vec<Site> = vec![];
        for state in lanes {
            let State::Waiting(wait) = state else { continue };
            if seen.contains(&wait.site) {
                continue;
            }
            seen.push(wait.site);
            let here = |lane: &State| lane.is_at(wait.site);
            let here_or_gone = |lane: &State| here(lane) || matches!(lane, State::Returned);
            let ready = match wait.kind {
                Kind::Barrier | Kind::Block => false,
                Kind::Lanes { width } => lanes.iter().take(width.max(0) as usize).all(here_or_gone),
                Kind::Subgroup { all: true } => lanes.iter().all(here),
                Kind::Subgroup { all: false } => stuck || lanes.iter().all(here_or_gone),
            };
            if ready {
                let members = lanes.iter().enumerate().filter(|(_, lane)| here(lane));
                groups.push(members.map(|(lane, _)| number * subgroup_size + lane).collect());
            }
        }
    }
    groups
}

/// How `gpu.shuffle` finds the lane that it reads; the numbers are those of `gpu::ShuffleMode`, and one more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    Xor,
    Down,
    Up,
    Index,
    /// `gpu.rotate`
    Rotate,
}

impl Mode {
    /// The mode with a number.
    pub fn from_number(number: i32) -> Option<Self> {
        [Self::Xor, Self::Down, Self::Up, Self::Index, Self::Rotate].get(usize::try_from(number).ok()?).copied()
    }

    /// The lane that a lane reads from; none if it is not below `width`.
    pub fn source(self, lane: i64, offset: i64, width: i64) -> Option<i64> {
        let source = match self {
            Self::Xor => lane ^ offset,
            Self::Down => lane + offset,
            Self::Up => lane - offset,
            Self::Index => offset,
            Self::Rotate => (lane + offset).rem_euclid(width.max(1)),
        };
        (lane < width && (0..width).contains(&source)).then_some(source)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::tests::site;

    fn waiting(text: &'static std::ffi::CStr, kind: Kind) -> State {
        State::Waiting(Wait { site: site(text), kind, value: std::ptr::null(), bytes: 0 })
    }

    #[test]
    fn barriers_want_every_thread_at_one_op() {
        let (a, b) = (waiting(c"a", Kind::Barrier), waiting(c"b", Kind::Barrier));
        assert_eq!(released(&[a; 6], 4), [vec![0, 1, 2, 3, 4, 5]]);
        assert!(released(&[a, a, b], 4).is_empty());
        assert!(released(&[a, State::Returned], 4).is_empty());
    }

    #[test]
    fn shuffles_want_the_first_lanes() {
        let (shuffle, barrier) = (waiting(c"a", Kind::Lanes { width: 2 }), waiting(c"b", Kind::Barrier));
        assert_eq!(released(&[shuffle, shuffle, barrier, barrier, barrier], 4), [vec![0, 1]]);
        assert_eq!(released(&[shuffle, State::Returned, barrier], 4), [vec![0]]);
        assert!(released(&[shuffle, barrier, barrier], 4).is_empty());
    }

    #[test]
    fn subgroup_ops_take_those_that_are_there_when_nothing_else_goes_on() {
        let some = waiting(c"a", Kind::Subgroup { all: false });
        let shuffle = waiting(c"c", Kind::Lanes { width: 1 });
        let all = waiting(c"d", Kind::Subgroup { all: true });
        let barrier = waiting(c"b", Kind::Barrier);
        assert_eq!(released(&[some, some, barrier], 4), [vec![0, 1]]);
        // The shuffle goes first; its lane may come to the reduction then.
        assert_eq!(released(&[shuffle, some, some], 4), [vec![0]]);
        assert_eq!(released(&[all, all, all], 2), [vec![0, 1], vec![2]]);
        assert!(released(&[all, barrier], 4).is_empty());
        assert!(released(&[all, State::Returned], 4).is_empty());
    }

    #[test]
    fn shuffles_read_lanes_below_the_width_only() {
        assert_eq!(Mode::Xor.source(5, 3, 8), Some(6));
        assert_eq!(Mode::Xor.source(5, 8, 8), None);
        assert_eq!(Mode::Down.source(5, 2, 8), Some(7));
        assert_eq!(Mode::Down.source(5, 3, 8), None);
        assert_eq!(Mode::Up.source(5, 5, 8), Some(0));
        assert_eq!(Mode::Up.source(5, 6, 8), None);
        assert_eq!(Mode::Index.source(5, 7, 8), Some(7));
        assert_eq!(Mode::Index.source(5, -1, 8), None);
        assert_eq!(Mode::Rotate.source(6, 3, 8), Some(1));
        assert_eq!(Mode::Rotate.source(8, 3, 8), None);
    }
}
