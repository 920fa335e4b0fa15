//! The state of a run: what generated code may do, where it is, and what it has done so far.
//!
//! There is one machine for each thread of the process. Nothing here is borrowed while a coroutine is switched.

use crate::{
    block::ThreadYielder,
    exchange::Table,
    launch::Line,
    races::Races,
    report::Report,
    thread::{Thread, triple},
};
use corosensei::{Coroutine, CoroutineResult, Yielder, stack::DefaultStack};
use std::{
    cell::{Cell, RefCell},
    ptr,
    rc::Rc,
};

/// The stack of generated code outside kernels, in bytes; only what is used takes memory.
const HOST_STACK: usize = 512 << 20;

/// The stack of each thread of a kernel, in bytes: what `memref.alloca` and private memory take from.
const THREAD_STACK: usize = 512 << 10;

/// How kernels run.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Whether accesses are compared; the code must have been compiled for it.
    pub check_races: bool,
    /// Lanes in a subgroup.
    pub subgroup_size: u32,
    /// The most workgroup memory that a block may use, in bytes, static and dynamic together.
    pub workgroup_bytes: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self { check_races: false, subgroup_size: 32, workgroup_bytes: 48 << 10 }
    }
}

/// What a kernel has done, summed over launches and threads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    pub launches: u64,
    pub threads: u64,
    pub atomics: u64,
    /// Elements read, written and floating-point operations: counted where the code was compiled for it.
    pub loads: u64,
    pub stores: u64,
    pub flops: u64,
}

/// What a run has come to.
pub struct Outcome<R> {
    /// What the body has returned, or why it was left.
    pub result: Result<R, Report>,
    /// The races that were found, if they were looked for.
    pub races: Vec<Report>,
    /// Counters by the name of the kernel, in the order of their first launches.
    pub kernels: Vec<(String, Counters)>,
}

/// The state of a run.
pub struct Machine {
    pub options: Cell<Options>,
    /// Leaves generated code; null if nobody waits for it.
    root: Cell<*const Yielder<(), Report>>,
    /// Leaves the thread of a kernel that runs now; null outside coroutines.
    pub yielder: Cell<*const ThreadYielder>,
    /// The thread that runs now.
    pub thread: Cell<*const Thread>,
    /// The highest address of the stack of the thread that runs now.
    pub stack_top: Cell<usize>,
    /// Barriers that the block that runs now has passed.
    pub epoch: Cell<u32>,
    /// What the thread that runs now has got from others.
    pub table: RefCell<Rc<Table>>,
    pub workgroup: RefCell<Vec<Line>>,
    pub races: RefCell<Races>,
    kernels: RefCell<Vec<(String, Counters)>>,
    kernel: Cell<usize>,
    stacks: RefCell<Vec<DefaultStack>>,
}

/// The machine of this thread of the process.
pub fn machine() -> &'static Machine {
    thread_local! {
        // Left behind when the thread ends, so that a reference to it holds for as long as generated code may run.
        static MACHINE: &'static Machine = Box::leak(Box::new(Machine {
            options: Cell::default(),
            root: Cell::new(ptr::null()),
            yielder: Cell::new(ptr::null()),
            thread: Cell::new(ptr::null()),
            stack_top: Cell::default(),
            epoch: Cell::default(),
            table: RefCell::default(),
            workgroup: RefCell::default(),
            races: RefCell::default(),
            kernels: RefCell::default(),
            kernel: Cell::default(),
            stacks: RefCell::default(),
        }));
    }
    MACHINE.with(|machine| *machine)
}

impl Machine {
    /// Leaves generated code for good. Where nobody waits for that, ends the process with code 2.
    pub fn fail(&self, report: Report) -> ! {
        // SAFETY: a yielder that is not null belongs to a coroutine that runs, and is never resumed after a failure.
        unsafe {
            if let Some(yielder) = self.yielder.get().as_ref() {
                yielder.suspend(crate::block::Event::Failed(report));
            } else if let Some(root) = self.root.get().as_ref() {
                root.suspend(report);
            } else {
                eprintln!("{report}");
                libc::_exit(2);
            }
            libc::abort()
        }
    }

    /// The thread that runs now, if one does.
    pub fn current(&self) -> Option<&Thread> {
        // SAFETY: whoever runs a thread sets the pointer, and resets it before the thread is gone.
        unsafe { self.thread.get().as_ref() }
    }

    /// Starts to count for a kernel.
    pub fn enter(&self, kernel: &str) {
        let mut kernels = self.kernels.borrow_mut();
        let known = kernels.iter().position(|(name, _)| name == kernel);
        self.kernel.set(known.unwrap_or(kernels.len()));
        if known.is_none() {
            kernels.push((kernel.to_owned(), Counters::default()));
        }
    }

    /// Changes the counters of the kernel that runs.
    pub fn count(&self, change: impl FnOnce(&mut Counters)) {
        if let Some((_, counters)) = self.kernels.borrow_mut().get_mut(self.kernel.get()) {
            change(counters);
        }
    }

    /// The name of the kernel that runs.
    pub fn kernel(&self) -> String {
        self.kernels.borrow().get(self.kernel.get()).map(|(name, _)| name.clone()).unwrap_or_default()
    }

    /// Says which thread runs now.
    pub fn who(&self) -> String {
        let Some(thread) = self.current() else { return "the host".into() };
        let (thread_id, block_id) = (triple(thread.thread_id), triple(thread.block_id));
        format!("thread {thread_id} of block {block_id} of kernel '{}'", self.kernel())
    }

    /// A stack for the thread of a kernel.
    pub fn take_stack(&self) -> std::io::Result<DefaultStack> {
        let stack = self.stacks.borrow_mut().pop();
        stack.map_or_else(|| DefaultStack::new(THREAD_STACK), Ok)
    }

    /// Keeps a stack for the next thread.
    pub fn return_stack(&self, stack: DefaultStack) {
        self.stacks.borrow_mut().push(stack);
    }
}

/// Runs generated code, and comes back when it returns or fails.
///
/// What the body owns when generated code fails is never dropped: let it own nothing that matters.
pub fn run<R>(options: Options, body: impl FnOnce() -> R) -> Outcome<R> {
    let machine = machine();
    let before = (machine.options.replace(options), machine.root.get(), machine.kernels.take());
    machine.races.borrow_mut().reset();
    let result = call(machine, body);
    machine.yielder.set(ptr::null());
    machine.thread.set(ptr::null());
    machine.options.set(before.0);
    machine.root.set(before.1);
    let kernels = machine.kernels.replace(before.2);
    let races = machine.races.borrow_mut().take_reports();
    Outcome { result, races, kernels }
}

fn call<R>(machine: &'static Machine, body: impl FnOnce() -> R) -> Result<R, Report> {
    let nowhere = unsafe { crate::report::Site::new(ptr::null()) };
    let stack = DefaultStack::new(HOST_STACK)
        .map_err(|error| Report::new(nowhere, format!("cannot allocate a stack for the program: {error}")))?;
    // SAFETY: the body outlives the coroutine, which ends in this function.
    let mut coroutine = unsafe {
        Coroutine::with_stack_unchecked(stack, |yielder: &Yielder<(), Report>, ()| {
            machine.root.set(yielder);
            body()
        })
    };
    match coroutine.resume(()) {
        CoroutineResult::Return(result) => Ok(result),
        CoroutineResult::Yield(report) => {
            // SAFETY: what stands on the stack is generated code and functions of this crate that own nothing.
            unsafe { coroutine.force_reset() };
            Err(report)
        }
    }
}
