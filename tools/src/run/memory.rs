//! The heap of generated code: it counts bytes, and frees after a call what the code has left. With a CUDA device, it is
//! memory that the host and the device share.
//!
//! Generated code does not look whether it got memory, and frees whatever it has an address of. Where there is no memory,
//! and where a block is freed that is not the program's to free, the process ends with a message.

use crate::out_of_memory::{leave, may_fail};
use autodiff_runtime::cuda;
use libc::{c_int, c_void, size_t};
use std::{
    collections::{HashMap, VecDeque},
    sync::{Mutex, MutexGuard, PoisonError},
};

/// How many released blocks are remembered, so that a second release can be told from a wrong address.
const REMEMBERED: usize = 4096;

/// What a range of memory is to generated code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Owner {
    /// A block on the heap.
    Heap,
    /// A block that was on the heap.
    Freed,
    /// An argument of the call, by its name.
    Caller(String),
}

struct Heap {
    blocks: Option<HashMap<usize, usize>>,
    /// Address and size of blocks that were freed, the oldest first.
    freed: VecDeque<(usize, usize)>,
    /// Address, size and name of what the caller of generated code has lent to it.
    lent: Vec<(usize, usize, String)>,
    /// What runs.
    running: &'static str,
    live: usize,
    peak: usize,
}

static HEAP: Mutex<Heap> =
    Mutex::new(Heap { blocks: None, freed: VecDeque::new(), lent: vec![], running: "the program", live: 0, peak: 0 });

fn heap() -> MutexGuard<'static, Heap> {
    HEAP.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Heap {
    fn add(&mut self, block: *mut c_void, size: usize) -> *mut c_void {
        self.blocks.get_or_insert_default().insert(block as usize, size);
        self.live = self.live.saturating_add(size);
        self.peak = self.peak.max(self.live);
        block
    }

    /// Takes a block off the record; ends the process if it is not on it.
    fn remove(&mut self, block: *mut c_void) {
        let address = block as usize;
        let Some(size) = self.blocks.as_mut().and_then(|blocks| blocks.remove(&address)) else {
            let running = self.running;
            match self.owner(address) {
                Some(Owner::Caller(name)) => leave(format_args!(
                    "error: {running} frees {name}, which belongs to its caller: do not release a buffer \
                     that was passed in"
                )),
                Some(Owner::Freed) => leave(format_args!("error: {running} frees a buffer that it has freed before")),
                Some(Owner::Heap) => leave(format_args!("error: {running} frees an address inside a buffer")),
                None => leave(format_args!(
                    "error: {running} frees memory that is not on the heap, or that it has freed before"
                )),
            }
        };
        self.live -= size;
        if self.freed.len() == REMEMBERED {
            self.freed.pop_front();
        }
        self.freed.push_back((address, size));
    }

    /// Who owns the memory at an address; none if that is not known.
    fn owner(&self, address: usize) -> Option<Owner> {
        let holds = |start: usize, size: usize| (start..start.saturating_add(size.max(1))).contains(&address);
        if let Some((.., name)) = self.lent.iter().find(|(start, size, _)| holds(*start, *size)) {
            return Some(Owner::Caller(name.clone()));
        }
        if self.blocks.iter().flatten().any(|(start, size)| holds(*start, *size)) {
            return Some(Owner::Heap);
        }
        self.freed.iter().any(|(start, size)| holds(*start, *size)).then_some(Owner::Freed)
    }
}

/// New memory, not on record yet. On a device, generated code does not come back where there is none: no lock is held.
fn allocate(bytes: usize, alignment: usize) -> *mut c_void {
    if cuda::is_open() {
        return cuda::allocate_or_leave(bytes);
    }
    let block = match alignment {
        // SAFETY: any size will do.
        0..=16 => unsafe { libc::malloc(bytes.max(1)) },
        _ => {
            let mut block = std::ptr::null_mut();
            // SAFETY: the function refuses what is no power of two, and leaves the pointer alone then.
            unsafe { libc::posix_memalign(&mut block, alignment, bytes.max(1)) };
            block
        }
    };
    if block.is_null() {
        no_memory(bytes);
    }
    block
}

/// Says how much generated code has asked for, and ends the process.
fn no_memory(bytes: usize) -> ! {
    let (running, live) = {
        let heap = heap();
        (heap.running, heap.live)
    };
    if isize::try_from(bytes).is_err() {
        let size = bytes as isize;
        leave(format_args!("error: {running} allocates a buffer of a negative size: {size} bytes"));
    }
    let advice =
        if running == FUNCTION { "" } else { "; a larger '--cache-cost' stores fewer values for the reverse sweep" };
    leave(format_args!(
        "error: out of memory: {running} asks for {bytes} bytes at once, beside {live} that it holds{advice}"
    ))
}

/// What runs, as messages call it.
pub const FUNCTION: &str = "the function";
pub const DERIVATIVE: &str = "the derivative";

/// Frees what [`allocate`] gave.
fn release_block(block: *mut c_void) {
    if cuda::is_open() {
        cuda::free(block);
    } else {
        // SAFETY: the block was on record.
        unsafe { libc::free(block) }
    }
}

unsafe extern "C" fn malloc(size: size_t) -> *mut c_void {
    let block = allocate(size, 1);
    heap().add(block, size)
}

unsafe extern "C" fn calloc(count: size_t, size: size_t) -> *mut c_void {
    let bytes = count.checked_mul(size).unwrap_or_else(|| no_memory(isize::MAX as usize));
    let block = allocate(bytes, 1);
    // SAFETY: the block has this size.
    unsafe { std::ptr::write_bytes(block.cast::<u8>(), 0, bytes) };
    heap().add(block, bytes)
}

unsafe extern "C" fn aligned_alloc(alignment: size_t, size: size_t) -> *mut c_void {
    let block = allocate(size, alignment);
    heap().add(block, size)
}

unsafe extern "C" fn posix_memalign(result: *mut *mut c_void, alignment: size_t, size: size_t) -> c_int {
    let block = allocate(size, alignment);
    // SAFETY: generated code passes the address of a pointer.
    unsafe { *result = heap().add(block, size) };
    0
}

unsafe extern "C" fn realloc(block: *mut c_void, size: size_t) -> *mut c_void {
    let old = heap().blocks.as_ref().and_then(|blocks| blocks.get(&(block as usize)).copied());
    let new = allocate(size, 1);
    if !block.is_null() {
        // SAFETY: both blocks have at least this size; the old one goes as generated code lets it go.
        unsafe {
            std::ptr::copy_nonoverlapping(block.cast::<u8>(), new.cast::<u8>(), old.unwrap_or(0).min(size));
            free(block);
        }
    }
    heap().add(new, size)
}

unsafe extern "C" fn free(block: *mut c_void) {
    if !block.is_null() {
        heap().remove(block);
        release_block(block);
    }
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

/// Starts to count anew, for `running`, which may use but not free `lent`: addresses, sizes in bytes, and names.
pub fn start(running: &'static str, lent: Vec<(usize, usize, String)>) {
    let mut heap = heap();
    heap.running = running;
    heap.lent = lent;
    heap.freed.clear();
    heap.peak = heap.live;
}

/// The most bytes that were in use at once since [`start`].
pub fn peak() -> usize {
    heap().peak
}

/// Who owns the memory at an address; none if that is not known: it may belong to a global.
pub fn owner(address: usize) -> Option<Owner> {
    heap().owner(address)
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
    heap.lent.clear();
}

/// Bytes that hold zero; none if there is no memory.
pub fn zeros(size: usize) -> Option<Vec<u8>> {
    let mut bytes = vec![];
    may_fail(|| bytes.try_reserve_exact(size)).ok()?;
    bytes.resize(size, 0);
    Some(bytes)
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
