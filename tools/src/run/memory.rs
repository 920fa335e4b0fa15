//! The heap of generated code: it counts bytes, and frees after a call what the code has left.

use libc::{c_int, c_void, size_t};
use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

#[derive(Default)]
struct Heap {
    blocks: Option<HashMap<usize, usize>>,
    live: usize,
    peak: usize,
}

static HEAP: Mutex<Heap> = Mutex::new(Heap { blocks: None, live: 0, peak: 0 });

fn heap() -> MutexGuard<'static, Heap> {
    HEAP.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Heap {
    fn add(&mut self, block: *mut c_void, size: usize) -> *mut c_void {
        if !block.is_null() {
            self.blocks.get_or_insert_default().insert(block as usize, size);
            self.live += size;
            self.peak = self.peak.max(self.live);
        }
        block
    }

    fn remove(&mut self, block: *mut c_void) {
        if let Some(size) = self.blocks.as_mut().and_then(|blocks| blocks.remove(&(block as usize))) {
            self.live -= size;
        }
    }
}

unsafe extern "C" fn malloc(size: size_t) -> *mut c_void {
    heap().add(unsafe { libc::malloc(size) }, size)
}

unsafe extern "C" fn calloc(count: size_t, size: size_t) -> *mut c_void {
    heap().add(unsafe { libc::calloc(count, size) }, count.saturating_mul(size))
}

unsafe extern "C" fn aligned_alloc(alignment: size_t, size: size_t) -> *mut c_void {
    heap().add(unsafe { libc::aligned_alloc(alignment, size) }, size)
}

unsafe extern "C" fn posix_memalign(result: *mut *mut c_void, alignment: size_t, size: size_t) -> c_int {
    let code = unsafe { libc::posix_memalign(result, alignment, size) };
    if code == 0 {
        heap().add(unsafe { *result }, size);
    }
    code
}

unsafe extern "C" fn realloc(block: *mut c_void, size: size_t) -> *mut c_void {
    let mut heap = heap();
    let result = unsafe { libc::realloc(block, size) };
    if !result.is_null() || size == 0 {
        heap.remove(block);
    }
    heap.add(result, size)
}

unsafe extern "C" fn free(block: *mut c_void) {
    let mut heap = heap();
    heap.remove(block);
    unsafe { libc::free(block) }
}

/// The functions that generated code gets instead of the C library's.
pub fn symbols() -> [(&'static str, *mut c_void); 6] {
    [
        ("malloc", malloc as *mut c_void),
        ("calloc", calloc as *mut c_void),
        ("aligned_alloc", aligned_alloc as *mut c_void),
        ("posix_memalign", posix_memalign as *mut c_void),
        ("realloc", realloc as *mut c_void),
        ("free", free as *mut c_void),
    ]
}

/// Starts to count anew.
pub fn start() {
    let mut heap = heap();
    heap.peak = heap.live;
}

/// The most bytes that were in use at once since [`start`].
pub fn peak() -> usize {
    heap().peak
}

/// Frees all blocks that generated code has not freed.
///
/// # Safety
///
/// No generated code may run, and nothing may use memory that it has returned.
pub unsafe fn release() {
    let mut heap = heap();
    for block in heap.blocks.take().unwrap_or_default().into_keys() {
        unsafe { libc::free(block as *mut c_void) }
    }
    heap.live = 0;
}

/// The largest resident size that the process has had, in bytes.
pub fn peak_resident() -> u64 {
    // SAFETY: zero is a valid value of the structure, which the call fills.
    let usage = unsafe {
        let mut usage: libc::rusage = std::mem::zeroed();
        libc::getrusage(libc::RUSAGE_SELF, &mut usage);
        usage
    };
    u64::try_from(usage.ru_maxrss).unwrap_or(0) * 1024
}
