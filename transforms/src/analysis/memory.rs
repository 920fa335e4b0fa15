//! Which buffers may be the same memory: classes of aliases and where each class comes from.
//!
//! Classes are kept by union-find: views, `select`, loop-carried and yielded buffers join their sources. Two arguments
//! may be the same memory too, unless one of them is marked `llvm.noalias` or their elements differ; that is asked by
//! [`Aliases::may_alias`], so that the shadows of two arguments stay apart.

use autodiff_dialect::ir::{Op, Value};
use rustc_hash::FxHashMap;

/// Where a buffer comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// An argument of the function; `noalias`: no other argument reaches it.
    Argument { noalias: bool },
    /// An allocation in the function.
    Allocation(Op),
    /// A global; constant ones are never written.
    Global { constant: bool },
    /// A call whose callee has allocated it, or was given it.
    Returned,
    /// Somewhere else too: it was passed to a function, or stored.
    Escaped,
    /// A pointer that nobody knows, such as a buffer that an unknown function returned: all that escaped may be there.
    Unknown,
}

/// The alias classes of one function.
#[derive(Default)]
pub struct Aliases {
    ids: FxHashMap<Value, usize>,
    values: Vec<Value>,
    parent: std::cell::RefCell<Vec<usize>>,
    origins: Vec<(Value, Origin)>,
    /// Joined by something else than a view: a loop-carried, yielded or selected buffer.
    merged: Vec<Value>,
}

impl Aliases {
    fn id(&mut self, value: Value) -> usize {
        let next = self.values.len();
        *self.ids.entry(value).or_insert_with(|| {
            self.values.push(value);
            self.parent.get_mut().push(next);
            next
        })
    }

    fn find(&self, mut id: usize) -> usize {
        let mut parent = self.parent.borrow_mut();
        while parent[id] != id {
            parent[id] = parent[parent[id]];
            id = parent[id];
        }
        id
    }

    /// Puts two buffers into one class.
    pub fn unite(&mut self, one: Value, other: Value) {
        let is_view = other.defining_op().is_some_and(|op| op.operand_count() > 0 && op.operand(0) == one);
        if !is_view {
            self.merged.push(other);
        }
        let (one, other) = (self.id(one), self.id(other));
        let (one, other) = (self.find(one), self.find(other));
        let (low, high) = (one.min(other), one.max(other));
        self.parent.get_mut()[high] = low;
    }

    /// Says where a buffer comes from.
    pub fn add_origin(&mut self, value: Value, origin: Origin) {
        self.id(value);
        self.origins.push((value, origin));
    }

    /// The value that stands for the class of a buffer; the value itself if it is no buffer.
    pub fn representative(&self, value: Value) -> Value {
        match self.ids.get(&value) {
            Some(id) => self.values[self.find(*id)],
            None => value,
        }
    }

    /// What is known of each class.
    pub fn classes(&self) -> Classes {
        let mut classes = FxHashMap::<Value, Class>::default();
        for (value, origin) in &self.origins {
            classes.entry(self.representative(*value)).or_default().origins.push((*value, *origin));
        }
        for value in &self.merged {
            classes.entry(self.representative(*value)).or_default().merged = true;
        }
        Classes { classes }
    }
}

/// One alias class.
#[derive(Clone, Debug, Default)]
pub struct Class {
    /// The buffers that it starts from.
    pub origins: Vec<(Value, Origin)>,
    /// Whether it has members that are no views of their source.
    pub merged: bool,
}

impl Class {
    /// Its only origin, if every member is a view of it.
    pub fn single_origin(&self) -> Option<(Value, Origin)> {
        match self.origins.as_slice() {
            [one] if !self.merged => Some(*one),
            _ => None,
        }
    }

    /// Whether the memory is reachable from outside the function.
    pub fn is_visible(&self) -> bool {
        self.origins.is_empty() || self.origins.iter().any(|(_, origin)| !matches!(origin, Origin::Allocation(_)))
    }

    /// Whether others may write to the memory when the function has returned.
    pub fn changes_later(&self) -> bool {
        let stays = |origin: &Origin| matches!(origin, Origin::Allocation(_) | Origin::Global { constant: true });
        self.origins.is_empty() || !self.origins.iter().all(|(_, origin)| stays(origin))
    }

    /// Whether a pointer that nobody knows leads there.
    pub fn is_unknown(&self) -> bool {
        self.origins.is_empty() || self.comes_from(|origin| matches!(origin, Origin::Unknown))
    }

    /// Whether another class may be the same memory.
    pub fn is_exposed(&self) -> bool {
        self.is_outside() || self.comes_from(|origin| matches!(origin, Origin::Escaped))
    }

    /// Whether it may have been there before the function was called.
    fn is_outside(&self) -> bool {
        self.is_unknown()
            || self.comes_from(|origin| {
                matches!(origin, Origin::Argument { noalias: false } | Origin::Global { constant: false })
            })
    }

    fn comes_from(&self, origin: impl Fn(&Origin) -> bool) -> bool {
        self.origins.iter().any(|(_, other)| origin(other))
    }

    /// Whether two different classes may still be the same memory: both are from outside, or one is an unknown pointer
    /// and the other has escaped.
    pub fn may_alias(&self, other: &Class) -> bool {
        let element = |class: &Class| class.origins.first().map(|(value, _)| value.ty().element());
        let meet = (self.is_outside() && other.is_outside())
            || (self.is_unknown() && other.is_exposed())
            || (other.is_unknown() && self.is_exposed());
        meet && (element(self) == element(other) || element(self).is_none())
    }
}

/// All alias classes by representative.
pub struct Classes {
    classes: FxHashMap<Value, Class>,
}

impl Classes {
    /// The class with a representative.
    pub fn get(&self, representative: Value) -> Option<&Class> {
        self.classes.get(&representative)
    }

    /// All classes.
    pub fn iter(&self) -> impl Iterator<Item = (Value, &Class)> {
        self.classes.iter().map(|(value, class)| (*value, class))
    }
}
