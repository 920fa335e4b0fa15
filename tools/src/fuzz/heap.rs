//! The heap of generated code. It poisons what is allocated and what is freed, and finds leaks, double frees, frees of
//! what is no block, and writes after blocks or after their release.

use libc::{c_int, c_void, size_t};
use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

const GUARD: usize = 64;
const POISON: u8 = 0xFF;
const CANARY: u8 = 0xA5;

#[derive(Default)]
struct Heap {
    live: Option<HashMap<usize, usize>>,
    freed: Vec<(usize, usize)>,
    faults: Vec<String>,
}

static HEAP: Mutex<Heap> = Mutex::new(Heap { live: None, freed: vec![], faults: vec![] });

fn heap() -> MutexGuard<'static, Heap> {
    HEAP.lock().unwrap_or_else(PoisonError::into_inner)
}

fn add(size: usize, byte: u8) -> *mut c_void {
    // A size that is too large, such as a negative one, has no memory.
    let Some(bytes) = size.checked_add(2 * GUARD + 63).filter(|bytes| *bytes < 1 << 40) else {
        return std::ptr::null_mut();
    };
    // SAFETY: the block has room for both guards.
    unsafe {
        let base = libc::aligned_alloc(64, bytes & !63) as *mut u8;
        if base.is_null() {
            return base as *mut c_void;
        }
        base.write_bytes(CANARY, GUARD);
        base.add(GUARD).write_bytes(byte, size);
        base.add(GUARD + size).write_bytes(CANARY, GUARD);
        let block = base.add(GUARD);
        heap().live.get_or_insert_default().insert(block as usize, size);
        block as *mut c_void
    }
}

fn intact(block: usize, size: usize) -> bool {
    // SAFETY: blocks are kept until the check, with their guards.
    let (before, after) = unsafe {
        (
            std::slice::from_raw_parts((block - GUARD) as *const u8, GUARD),
            std::slice::from_raw_parts((block + size) as *const u8, GUARD),
        )
    };
    before.iter().chain(after).all(|byte| *byte == CANARY)
}

fn remove(block: *mut c_void) {
    if block.is_null() {
        return;
    }
    let mut heap = heap();
    let key = block as usize;
    match heap.live.get_or_insert_default().remove(&key) {
        Some(size) => {
            if !intact(key, size) {
                heap.faults.push(format!("write outside a block of {size} bytes"));
            }
            // SAFETY: the block was allocated with this size and stays until the end of the call.
            unsafe { (block as *mut u8).write_bytes(POISON, size) };
            heap.freed.push((key, size));
        }
        None if heap.freed.iter().any(|(freed, _)| *freed == key) => heap.faults.push("double free".into()),
        None => heap.faults.push("free of what is no heap block".into()),
    }
}

unsafe extern "C" fn malloc(size: size_t) -> *mut c_void {
    add(size, POISON)
}

unsafe extern "C" fn calloc(count: size_t, size: size_t) -> *mut c_void {
    count.checked_mul(size).map_or(std::ptr::null_mut(), |size| add(size, 0))
}

unsafe extern "C" fn aligned_alloc(_: size_t, size: size_t) -> *mut c_void {
    add(size, POISON)
}

unsafe extern "C" fn posix_memalign(result: *mut *mut c_void, _: size_t, size: size_t) -> c_int {
    // SAFETY: C's contract of the function.
    unsafe { *result = add(size, POISON) };
    0
}

unsafe extern "C" fn free(block: *mut c_void) {
    remove(block);
}

/// The functions that generated code gets instead of the C library's.
pub fn symbols() -> [(&'static str, *mut c_void); 5] {
    [
        ("malloc", malloc as *mut c_void),
        ("calloc", calloc as *mut c_void),
        ("aligned_alloc", aligned_alloc as *mut c_void),
        ("posix_memalign", posix_memalign as *mut c_void),
        ("free", free as *mut c_void),
    ]
}

/// What a call has done wrong.
pub struct Report {
    pub faults: Vec<String>,
    /// Sizes of blocks that were not freed.
    pub leaks: Vec<usize>,
}

/// Looks at the heap after a call and empties it.
pub fn finish() -> Report {
    let mut heap = heap();
    let mut faults = std::mem::take(&mut heap.faults);
    let live = heap.live.take().unwrap_or_default();
    let freed = std::mem::take(&mut heap.freed);
    for (block, size) in &live {
        if !intact(*block, *size) {
            faults.push(format!("write outside a block of {size} bytes"));
        }
    }
    for (block, size) in &freed {
        // SAFETY: freed blocks are kept until here.
        let content = unsafe { std::slice::from_raw_parts(*block as *const u8, *size) };
        if content.iter().any(|byte| *byte != POISON) || !intact(*block, *size) {
            faults.push(format!("write to a freed block of {size} bytes"));
        }
    }
    for block in live.keys().copied().chain(freed.iter().map(|(block, _)| *block)) {
        // SAFETY: no generated code runs any more.
        unsafe { libc::free((block - GUARD) as *mut c_void) };
    }
    Report { faults, leaks: live.into_values().collect() }
}
