//! The threads of one block, as coroutines.
//!
//! 1. Each thread runs until it waits for others, or returns.
//! 2. Threads that have found together go on, with what they have brought.
//! 3. If threads are left and none can go on, they wait for ever: an error.

use crate::{
    exchange::{Kind, State, Table, Wait, released},
    launch::Launch,
    machine::Machine,
    report::{Report, Site},
    thread::{Thread, triple},
};
use corosensei::{
    Coroutine, CoroutineResult, Yielder,
    stack::{DefaultStack, Stack},
};
use std::{cell::Cell, ptr, rc::Rc};

/// Why a thread stops running.
pub enum Event {
    Wait(Wait),
    Failed(Report),
}

/// What a thread leaves its coroutine by.
pub type ThreadYielder = Yielder<(), Event>;

/// One thread of a block.
struct Fiber<'m> {
    machine: &'m Machine,
    coroutine: Option<Coroutine<(), Event, (), DefaultStack>>,
    yielder: Rc<Cell<*const ThreadYielder>>,
    thread: Box<Thread>,
    stack_top: usize,
}

impl<'m> Fiber<'m> {
    fn new(machine: &'m Machine, launch: &Launch, thread: Thread) -> Result<Self, Report> {
        let stack = machine
            .take_stack()
            .map_err(|error| Report::new(launch.site, format!("cannot allocate a stack for a thread: {error}")))?;
        let stack_top = stack.base().get();
        let yielder = Rc::new(Cell::new(ptr::null()));
        let thread = Box::new(thread);
        let (slot, place) = (yielder.as_ptr(), ptr::from_ref(&*thread));
        let (machine_pointer, kernel, arguments) = (ptr::from_ref(machine), launch.kernel, launch.arguments);
        // SAFETY: what the pointers lead to lives as long as the coroutine: the slot and the thread are in the fiber,
        // and the arguments belong to the caller of the launch.
        let coroutine = unsafe {
            Coroutine::with_stack_unchecked(stack, move |yielder: &ThreadYielder, ()| {
                *slot = ptr::from_ref(yielder);
                (*machine_pointer).yielder.set(yielder);
                kernel(place, arguments);
            })
        };
        Ok(Self { machine, coroutine: Some(coroutine), yielder, thread, stack_top })
    }

    fn resume(&mut self) -> Result<State, Report> {
        let Some(coroutine) = &mut self.coroutine else { return Ok(State::Returned) };
        self.machine.yielder.set(self.yielder.get());
        self.machine.thread.set(&*self.thread);
        self.machine.stack_top.set(self.stack_top);
        let result = coroutine.resume(());
        self.machine.yielder.set(ptr::null());
        match result {
            CoroutineResult::Return(()) => Ok(State::Returned),
            CoroutineResult::Yield(Event::Wait(wait)) => Ok(State::Waiting(wait)),
            CoroutineResult::Yield(Event::Failed(report)) => Err(report),
        }
    }
}

impl Drop for Fiber<'_> {
    fn drop(&mut self) {
        if let Some(mut coroutine) = self.coroutine.take() {
            // SAFETY: what stands on the stack is generated code and functions of this crate that own nothing.
            unsafe { coroutine.force_reset() };
            self.machine.return_stack(coroutine.into_stack());
        }
    }
}

/// Runs all threads of a block.
///
/// # Errors
///
/// An error of a thread, or threads that wait for each other for ever.
pub fn run(machine: &Machine, launch: &Launch, first: Thread) -> Result<(), Report> {
    let count = launch.block.iter().product();
    let mut fibers =
        (0..count).map(|number| Fiber::new(machine, launch, first.at(number))).collect::<Result<Vec<_>, _>>()?;
    let mut states = fibers.iter_mut().map(Fiber::resume).collect::<Result<Vec<_>, _>>()?;
    while states.iter().any(|state| matches!(state, State::Waiting(_))) {
        let groups = released(&states, first.subgroup_size as usize);
        if groups.is_empty() {
            return Err(divergence(launch, &first, &states));
        }
        for group in groups {
            let table = Rc::new(Table::new(&states, &group));
            if let Some(State::Waiting(Wait { kind: Kind::Barrier, .. })) = group.first().map(|one| states[*one]) {
                machine.epoch.set(machine.epoch.get() + 1);
            }
            for thread in group {
                machine.table.replace(Rc::clone(&table));
                states[thread] = fibers[thread].resume()?;
            }
        }
    }
    machine.table.take();
    Ok(())
}

/// Says who waits where.
fn divergence(launch: &Launch, first: &Thread, states: &[State]) -> Report {
    let mut places: Vec<(Option<Site>, i64, usize)> = vec![];
    for (number, state) in states.iter().enumerate() {
        let site = match state {
            State::Waiting(wait) => Some(wait.site),
            State::Returned => None,
        };
        match places.iter_mut().find(|(other, ..)| *other == site) {
            Some((.., count)) => *count += 1,
            None => places.push((site, number as i64, 1)),
        }
    }
    // Those that wait first, barriers in front.
    places.sort_by_key(|(site, ..)| site.map_or(2, |site| u8::from(site.op() != "gpu.barrier")));
    let who = |number: i64| triple(first.at(number).thread_id);
    let mut places = places.into_iter();
    let (site, number, count) = places.next().unwrap_or((None, 0, 0));
    let site = site.unwrap_or(launch.site);
    let message = format!(
        "barrier divergence in block {} of kernel '{}': {count} of {} threads wait at this '{}', the first is {}",
        triple(first.block_id),
        launch.name,
        states.len(),
        site.op(),
        who(number)
    );
    let threads = |count: usize| if count == 1 { "1 thread".into() } else { format!("{count} threads") };
    places.fold(Report::new(site, message), |report, (site, number, count)| {
        let (threads, who) = (threads(count), who(number));
        match site {
            Some(other) => report.note(site, format!("{threads} at this '{}', the first is {who}", other.op())),
            None => report.note(Some(launch.site), format!("{threads} returned from the kernel, the first is {who}")),
        }
    })
}
