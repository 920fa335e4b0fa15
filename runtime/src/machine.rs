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
    io::Write,
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
    /// The time that a device has taken, in ns.
    pub nanoseconds: u64,
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
    /// Leaves generated code; null if nothing waits for it.
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
    /// Leaves generated code for good. Where nothing waits for that, ends the process with code 2.
    pub fn fail(&self, report: Report) -> ! {
        // SAFETY: a yielder that is not null belongs to a coroutine that runs, and is never resumed after a failure.
        unsafe {
            if let Some(yielder) = self.yielder.get().as_ref() {
                yielder.suspend(crate::block::Event::Failed(report));
            } else if let Some(root) = self.root.get().as_ref() {
                root.suspend(report);
            } else {
                // Standard error may be closed; the exit code says the same.
                let _ = writeln!(std::io::stderr(), "{report}");
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
    // SAFETY: null is a site without a text.
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::abi::*;
    use std::ffi::{CStr, c_char};

    /// What the kernels below take.
    struct Arguments {
        memory: *mut i64,
        wait: bool,
    }

    const STORE: &CStr = c"k.mlir:2:3\nmemref.store";
    const BARRIER: &CStr = c"k.mlir:4:5\ngpu.barrier";

    /// Each thread writes its number, waits, and adds the number of its neighbour.
    unsafe extern "C" fn neighbours(thread: *const Thread, arguments: *const u8) {
        // SAFETY: the kernels take these arguments.
        unsafe {
            let (thread, arguments) = (&*thread, &*arguments.cast::<Arguments>());
            let number = thread.number();
            let place = |number: i64| arguments.memory.offset(number as isize);
            let access = |kind, number| autodiff_gpu_access(STORE.as_ptr(), kind, place(number) as i64, 8);
            access(1, number);
            *place(number) = number;
            if arguments.wait {
                autodiff_gpu_barrier(BARRIER.as_ptr());
            }
            let other = (number + 1) % thread.block_dim[0];
            access(0, other);
            let theirs = *place(other);
            if arguments.wait {
                autodiff_gpu_barrier(BARRIER.as_ptr());
            }
            *place(number) += theirs;
        }
    }

    /// Thread 3 accesses what is not there; others wait for it.
    unsafe extern "C" fn beyond(thread: *const Thread, _: *const u8) {
        // SAFETY: the kernels take these arguments.
        unsafe {
            if (*thread).number() == 3 {
                autodiff_gpu_out_of_bounds(STORE.as_ptr(), 0, 3, 3);
            }
            autodiff_gpu_barrier(BARRIER.as_ptr());
        }
    }

    unsafe fn start(kernel: crate::launch::Kernel, arguments: *const Arguments, threads: i64, synchronises: bool) {
        let (name, site): (*const c_char, *const c_char) = (c"k".as_ptr(), c"k.mlir:9:1\ngpu.launch_func".as_ptr());
        let flag = i64::from(synchronises);
        // SAFETY: the kernels take these arguments.
        unsafe { autodiff_gpu_launch(kernel, arguments.cast(), name, site, 2, 1, 1, threads, 1, 1, 0, 0, 0, flag) }
    }

    #[test]
    fn threads_wait_for_each_other() {
        let mut memory = [0; 5];
        let arguments = Arguments { memory: memory.as_mut_ptr(), wait: true };
        // SAFETY: the kernels take these arguments.
        let outcome = run(Options::default(), || unsafe { start(neighbours, &arguments, 5, true) });
        assert_eq!(outcome.result, Ok(()));
        assert_eq!(memory, [1, 3, 5, 7, 4]);
        let counters = Counters { launches: 1, threads: 10, ..Counters::default() };
        assert_eq!(outcome.kernels, [("k".to_owned(), counters)]);
    }

    #[test]
    fn races_are_found_where_a_barrier_is_missing() {
        let options = Options { check_races: true, ..Options::default() };
        for (wait, message) in [(true, "of block (1, 0, 0)"), (false, "thread (0, 0, 0) of block (0, 0, 0)")] {
            let mut memory = [0; 5];
            let arguments = Arguments { memory: memory.as_mut_ptr(), wait };
            // SAFETY: the kernels take these arguments.
            let outcome = run(options, || unsafe { start(neighbours, &arguments, 5, wait) });
            // With barriers, the two blocks still share the memory.
            let first = outcome.races.first().map(ToString::to_string).unwrap_or_default();
            assert!(first.contains(message), "{first}");
        }
    }

    #[test]
    fn an_error_leaves_the_program_and_harms_nothing() {
        let reached = Cell::new(false);
        for _ in 0..2 {
            let outcome = run(Options::default(), || {
                // SAFETY: the kernels take these arguments.
                unsafe { start(beyond, ptr::null(), 4, true) };
                reached.set(true);
            });
            let message = outcome.result.map_err(|report| report.to_string());
            let expected = "k.mlir:2:3: error: 'memref.store' op is out of bounds: index 3 in dimension 0 of size 3\n\
                            note: in thread (3, 0, 0) of block (0, 0, 0) of kernel 'k'";
            assert_eq!(message, Err(expected.to_owned()));
        }
        assert!(!reached.get());
        assert_eq!(run(Options::default(), || 7).result, Ok(7));
    }
}
