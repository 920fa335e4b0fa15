//! Which buffers may be the same memory: classes of aliases and where each class comes from.
//!
//! Classes are kept by union-find: views, `select`, loop-carried and yielded buffers join their sources. Two arguments
//! may be the same memory too, unless one of them is marked `llvm.noalias` or their elements differ; that is asked by
//! [`Class::may_alias`], so that the shadows of two arguments stay apart.
//!
//! A class of buffers that hold buffers *points to* one class: all that was stored there, and all that is loaded from
//! there, is in it. Classes that become one point to one class, too.
//!
//! Source: Steensgaard, *Points-to Analysis in Almost Linear Time*, POPL 1996.

use autodiff_dialect::ir::{Op, Type, Value};
use rustc_hash::{FxHashMap, FxHashSet};

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
    /// Loaded from a buffer of the caller: what the caller has stored there.
    Loaded,
    /// A pointer that nothing knows, such as a buffer that an unknown function returned: all that escaped may be there.
    Unknown,
}

/// The alias classes of one function.
#[derive(Default)]
pub struct Aliases {
    ids: FxHashMap<Value, usize>,
    values: Vec<Value>,
    parent: std::cell::RefCell<Vec<usize>>,
    /// By class: what its buffers point to.
    pointees: Vec<Option<usize>>,
    /// What is pointed to by a buffer, but has no name of its own; the value is that buffer.
    unnamed: FxHashSet<usize>,
    /// Buffers that others get hold of, with all that they point to.
    handed_out: Vec<Value>,
    origins: Vec<(Value, Origin)>,
    /// Joined by something else than a view: a loop-carried, yielded or selected buffer.
    merged: Vec<Value>,
}

impl Aliases {
    fn id(&mut self, value: Value) -> usize {
        if let Some(id) = self.ids.get(&value) {
            return *id;
        }
        let id = self.new_class(value);
        self.ids.insert(value, id);
        id
    }

    fn new_class(&mut self, value: Value) -> usize {
        let id = self.values.len();
        self.values.push(value);
        self.pointees.push(None);
        self.parent.get_mut().push(id);
        id
    }

    /// The class that the buffers of a class point to.
    fn pointee(&mut self, id: usize) -> usize {
        let root = self.find(id);
        if let Some(pointee) = self.pointees[root] {
            return self.find(pointee);
        }
        let pointee = self.new_class(self.values[root]);
        self.unnamed.insert(pointee);
        self.pointees[root] = Some(pointee);
        pointee
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
        self.merge(one, other);
    }

    /// Makes one class of two, and of what they point to.
    fn merge(&mut self, one: usize, other: usize) {
        let mut pending = vec![(one, other)];
        while let Some((one, other)) = pending.pop() {
            let (one, other) = (self.find(one), self.find(other));
            if one == other {
                continue;
            }
            // A class that has a name is known by it.
            let rank = |id: &usize| (self.unnamed.contains(id), *id);
            let (low, high) = if rank(&one) < rank(&other) { (one, other) } else { (other, one) };
            self.parent.get_mut()[high] = low;
            match (self.pointees[low], self.pointees[high]) {
                (Some(one), Some(other)) => pending.push((one, other)),
                (None, pointee) => self.pointees[low] = pointee,
                (Some(_), None) => {}
            }
        }
    }

    /// What one buffer holds, or is, may be held by another, if one of them holds buffers.
    pub fn pass_pointers(&mut self, from: Value, to: Value) {
        let depths = [from, to].map(|value| depth(value.ty()));
        if depths.contains(&0) || depths.iter().all(|depth| *depth < 2) {
            return;
        }
        let level = if depths[0] == depths[1] { depths[0] - 1 } else { depths[0].min(depths[1]) };
        let [from, to] = [from, to].map(|value| {
            let mut id = self.id(value);
            if depth(value.ty()) <= level {
                self.merged.push(value);
            }
            for _ in level..depth(value.ty()) {
                id = self.pointee(id);
            }
            id
        });
        self.merge(from, to);
    }

    /// Others get hold of a buffer, and of all that it points to.
    pub fn hand_out(&mut self, buffer: Value) {
        self.id(buffer);
        self.handed_out.push(buffer);
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

    /// The value that stands for what a derivative in a buffer is part of: the class itself, or what it points to in the
    /// end, since numbers are nowhere else.
    pub fn content(&self, value: Value) -> Value {
        let Some(id) = self.ids.get(&value) else { return value };
        let mut id = self.find(*id);
        while let Some(next) = self.pointees[id].map(|next| self.find(next)).filter(|next| *next != id) {
            id = next;
        }
        self.values[id]
    }

    /// Whether there is a class of what the buffers of a class point to.
    pub fn has_class_behind(&self, value: Value) -> bool {
        let pointee = self.ids.get(&value).and_then(|id| self.pointees[self.find(*id)]);
        pointee.is_some_and(|id| !self.unnamed.contains(&self.find(id)))
    }

    /// Makes one class of those that point to each other in a circle: memory of bytes that holds its own addresses.
    fn collapse_circles(&mut self) {
        let mut done = vec![false; self.values.len()];
        for start in 0..self.values.len() {
            let (mut path, mut id) = (vec![], self.find(start));
            while !done[id] && !path.contains(&id) {
                path.push(id);
                match self.pointees[id] {
                    Some(next) => id = self.find(next),
                    None => break,
                }
            }
            let circle = path.iter().position(|other| *other == id).filter(|_| self.pointees[id].is_some());
            path.iter().for_each(|id| done[*id] = true);
            for other in &path[circle.unwrap_or(path.len())..] {
                self.merge(id, *other);
            }
        }
    }

    /// Where else the buffers of a class come from, or are known, because of what points to them; by class.
    fn reached(&self, classes: &FxHashMap<Value, Class>) -> Vec<Option<Origin>> {
        let count = self.values.len();
        let pointing: Vec<_> = (0..count).filter(|id| self.find(*id) == *id && self.pointees[*id].is_some()).collect();
        let pointee = |id: usize| self.pointees[id].map(|pointee| self.find(pointee));
        let (mut reached, mut stored) = (vec![None; count], vec![None; count]);
        let mut is_pointed_to = vec![false; count];
        pointing.iter().filter_map(|id| pointee(*id)).for_each(|id| is_pointed_to[id] = true);
        for id in pointing.iter().copied().filter(|id| !self.unnamed.contains(id)) {
            let known = classes.get(&self.values[id]).filter(|class| !class.origins.is_empty());
            stored[id] = match known {
                Some(class) => class.stored_from_outside(),
                None if is_pointed_to[id] => None,
                None => Some(Origin::Unknown),
            };
        }
        for buffer in &self.handed_out {
            let place = &mut stored[self.find(self.ids[buffer])];
            *place = stronger(*place, Some(Origin::Escaped));
        }
        let mut pending = pointing;
        while let Some(id) = pending.pop() {
            let Some(behind) = pointee(id) else { continue };
            let origin = stronger(reached[behind], stored[id]);
            if origin != reached[behind] {
                reached[behind] = origin;
                stored[behind] = stronger(stored[behind], origin);
                pending.push(behind);
            }
        }
        reached
    }

    /// What is known of each class.
    pub fn classes(&mut self) -> Classes {
        self.collapse_circles();
        let mut classes = FxHashMap::<Value, Class>::default();
        for (value, origin) in &self.origins {
            classes.entry(self.representative(*value)).or_default().origins.push((*value, *origin));
        }
        for value in &self.merged {
            classes.entry(self.representative(*value)).or_default().merged = true;
        }
        for (id, origin) in self.reached(&classes).into_iter().enumerate() {
            if let Some(origin) = origin.filter(|_| !self.unnamed.contains(&id)) {
                let value = self.values[id];
                classes.entry(value).or_default().origins.push((value, origin));
            }
        }
        classes.values_mut().for_each(|class| class.kinds = class.own_kinds());
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
    /// What decides whether it may be the same memory as another, with its own elements, and with those of the buffers of
    /// numbers that are in it or behind it.
    kinds: [Kind; 2],
}

/// What decides whether two different classes may be the same memory: asking the kinds, of which there are few, tells for
/// any number of classes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Kind {
    is_outside: bool,
    is_anywhere: bool,
    is_exposed: bool,
    /// Globals only: those of two classes have different names.
    is_global: bool,
    element: Option<Type>,
}

impl Default for Kind {
    /// Nothing is known of where it comes from.
    fn default() -> Self {
        Self { is_outside: true, is_anywhere: true, is_exposed: true, is_global: false, element: None }
    }
}

impl Kind {
    /// Whether two different classes of these kinds may be the same memory: both are from outside, or one is an unknown
    /// pointer and the other has escaped.
    pub fn may_meet(self, other: Self) -> bool {
        let meet = (self.is_outside && other.is_outside)
            || (self.is_anywhere && other.is_exposed)
            || (other.is_anywhere && self.is_exposed);
        meet && !(self.is_global && other.is_global) && (self.element == other.element || self.element.is_none())
    }
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

    /// Whether a pointer that nothing knows leads there.
    pub fn is_unknown(&self) -> bool {
        self.origins.is_empty() || self.comes_from(|origin| matches!(origin, Origin::Unknown))
    }

    /// Whether another class may be the same memory.
    pub fn is_exposed(&self) -> bool {
        self.kind().is_exposed
    }

    /// What decides whether another class may be the same memory.
    pub fn kind(&self) -> Kind {
        self.kinds[0]
    }

    /// The same, of the buffers of numbers that are in the class or behind it.
    pub fn kind_of_numbers(&self) -> Kind {
        self.kinds[1]
    }

    fn own_kinds(&self) -> [Kind; 2] {
        let is_unknown = self.is_unknown();
        // It may have been there before the function was called.
        let outside = |origin: &Origin| {
            matches!(origin, Origin::Argument { noalias: false } | Origin::Global { constant: false } | Origin::Loaded)
        };
        let is_outside = is_unknown || self.comes_from(outside);
        let first = self.origins.first().map(|(value, _)| value.ty());
        let kind = Kind {
            is_outside,
            // What has escaped may be there.
            is_anywhere: is_unknown || self.comes_from(|origin| matches!(origin, Origin::Loaded)),
            is_exposed: is_outside || self.comes_from(|origin| matches!(origin, Origin::Escaped)),
            is_global: !is_unknown && !self.comes_from(|origin| !matches!(origin, Origin::Global { .. })),
            element: first.map(Type::element),
        };
        let innermost = |ty| std::iter::successors(Some(ty), |ty: &Type| ty.held_memory()).last().unwrap_or(ty);
        [kind, Kind { element: first.map(|ty| innermost(ty).element()), ..kind }]
    }

    /// Where buffers come from that others may have stored in memory of the class.
    fn stored_from_outside(&self) -> Option<Origin> {
        let stored = |(_, origin): &(Value, Origin)| match origin {
            Origin::Allocation(_) => None,
            Origin::Argument { .. } | Origin::Loaded => Some(Origin::Loaded),
            Origin::Global { .. } | Origin::Returned | Origin::Escaped | Origin::Unknown => Some(Origin::Unknown),
        };
        self.origins.iter().map(stored).fold(None, stronger)
    }

    fn comes_from(&self, origin: impl Fn(&Origin) -> bool) -> bool {
        self.origins.iter().any(|(_, other)| origin(other))
    }

    /// Whether two different classes may still be the same memory.
    pub fn may_alias(&self, other: &Class) -> bool {
        self.kind().may_meet(other.kind())
    }

    /// As [`Self::may_alias`], of the buffers of numbers that are in the classes or behind them.
    pub fn may_share_numbers(&self, other: &Class) -> bool {
        self.kind_of_numbers().may_meet(other.kind_of_numbers())
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

/// The origin of two that says more: a buffer that the caller has stored somewhere may have escaped, too.
fn stronger(one: Option<Origin>, other: Option<Origin>) -> Option<Origin> {
    let strength = |origin: &Option<Origin>| match origin {
        Some(Origin::Unknown) => 3,
        Some(Origin::Loaded) => 2,
        Some(_) => 1,
        None => 0,
    };
    if strength(&other) > strength(&one) { other } else { one }
}

/// How many buffers lie behind each other: 2 for a buffer of buffers of numbers.
fn depth(ty: Type) -> usize {
    let (mut next, mut depth) = (ty.is_memory().then_some(ty), 0);
    while let Some(ty) = next {
        next = ty.held_memory();
        // A cache is in one class with the buffers that it keeps.
        depth += usize::from(!(ty.is_cache() && next.is_some()));
    }
    depth
}
