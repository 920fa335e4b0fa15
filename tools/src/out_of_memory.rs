//! What the tools do when there is no memory: they say how much was asked for and end with an exit code, where the
//! standard library would abort.
//!
//! Memory is asked for in three ways: by Rust through [`Allocator`], by MLIR and LLVM through a handler of C++'s, and by
//! generated code through the runner's heap.

use std::{
    alloc::{GlobalAlloc, Layout, System},
    cell::Cell,
    ffi::c_int,
    io::Write,
    sync::OnceLock,
};

/// The name of the tool, and the exit code that says that there is no memory.
static TOOL: OnceLock<(&str, c_int)> = OnceLock::new();

thread_local! {
    /// Whether this thread asks for memory that it can do without.
    static MAY_FAIL: Cell<bool> = const { Cell::new(false) };
}

/// The system's allocator, but for what happens where it has no memory.
pub struct Allocator;

#[global_allocator]
static ALLOCATOR: Allocator = Allocator;

// SAFETY: everything is handed to the system's allocator; where that fails, the process ends or null is returned.
unsafe impl GlobalAlloc for Allocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promise.
        checked(unsafe { System.alloc(layout) }, layout.size())
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promise.
        checked(unsafe { System.alloc_zeroed(layout) }, layout.size())
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: the caller's promise.
        unsafe { System.dealloc(block, layout) }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: the caller's promise.
        checked(unsafe { System.realloc(block, layout, size) }, size)
    }
}

fn checked(block: *mut u8, size: usize) -> *mut u8 {
    if block.is_null() && !MAY_FAIL.get() {
        leave(format_args!("error: out of memory: cannot allocate {size} bytes"));
    }
    block
}

/// Runs code that knows what to do where there is no memory: allocations of this thread return null meanwhile.
pub fn may_fail<R>(body: impl FnOnce() -> R) -> R {
    let before = MAY_FAIL.replace(true);
    let result = body();
    MAY_FAIL.set(before);
    result
}

/// Ends the process at once, with a line on standard error after the name of the tool. It needs no memory but what the
/// text does.
pub fn leave(text: std::fmt::Arguments) -> ! {
    // Through a buffer on the stack: there is no memory for another.
    let mut line = [0u8; 512];
    let mut rest = &mut line[..];
    let (tool, code) = TOOL.get().copied().unwrap_or(("autodiff", 2));
    let _ = writeln!(rest, "{tool}: {text}");
    let unused = rest.len();
    let used = line.len() - unused;
    let _ = std::io::stderr().write_all(&line[..used]);
    // SAFETY: ends the process at once; destructors would ask for memory.
    unsafe { libc::_exit(code) }
}

/// Says who speaks and how the process ends, and installs the handler of C++'s `operator new` and of LLVM.
pub fn watch(tool: &'static str, code: c_int) {
    extern "C" fn no_memory() {
        leave(format_args!("error: out of memory"));
    }
    TOOL.get_or_init(|| (tool, code));
    autodiff_dialect::bridge::on_out_of_memory(no_memory);
}
