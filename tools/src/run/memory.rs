//! The heap of generated code: it counts bytes, and frees after a call what the code has left. With a CUDA device, it is
//! memory that the host and the device share.

use autodiff_runtime::cuda;
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

/// New memory, not on record yet. On a device, generated code does not come back where there is none: no lock is held.
fn allocate(bytes: usize, alignment: usize) -> *mut c_void {
    if cuda::is_open() {
        return cuda::allocate_or_leave(bytes);
    }
    // SAFETY: the alignment is a power of two that the function takes.
    unsafe {
        if alignment <= 16 {
            return libc::malloc(bytes);
        }
        let mut block = std::ptr::null_mut();
        libc::posix_memalign(&mut block, alignment, bytes);
        block
    }
}

/// Frees what [`allocate`] gave.
fn release_block(block: *mut c_void) {
    if cuda::is_open() {
        cuda::free(block);
    } else {
        // SAFETY: generated code frees what it was given, and the rest is on record.
        unsafe { libc::free(block) }
    }
}

unsafe extern "C" fn malloc(size: size_t) -> *mut c_void {
    let block = allocate(size, 1);
    heap().add(block, size)
}

unsafe extern "C" fn calloc(count: size_t, size: size_t) -> *mut c_void {
    let bytes = count.saturating_mul(size);
    let block = allocate(bytes, 1);
    if !block.is_null() {
        // SAFETY: the block has this size.
        unsafe { std::ptr::write_bytes(block.cast::<u8>(), 0, bytes) };
    }
    heap().add(block, bytes)
}

unsafe extern "C" fn aligned_alloc(alignment: size_t, size: size_t) -> *mut c_void {
    let block = allocate(size, alignment);
    heap().add(block, size)
}

unsafe extern "C" fn posix_memalign(result: *mut *mut c_void, alignment: size_t, size: size_t) -> c_int {
    let block = allocate(size, alignment);
    if block.is_null() {
        return libc::ENOMEM;
    }
    unsafe { *result = heap().add(block, size) };
    0
}

unsafe extern "C" fn realloc(block: *mut c_void, size: size_t) -> *mut c_void {
    if cuda::is_open() {
        let old = heap().blocks.as_ref().and_then(|blocks| blocks.get(&(block as usize)).copied()).unwrap_or(0);
        let new = allocate(size, 1);
        unsafe {
            std::ptr::copy_nonoverlapping(block.cast::<u8>(), new.cast::<u8>(), old.min(size));
            free(block);
        }
        return heap().add(new, size);
    }
    let mut heap = heap();
    let result = unsafe { libc::realloc(block, size) };
    if !result.is_null() || size == 0 {
        heap.remove(block);
    }
    heap.add(result, size)
}

unsafe extern "C" fn free(block: *mut c_void) {
    heap().remove(block);
    release_block(block);
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
        release_block(block as *mut c_void);
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
