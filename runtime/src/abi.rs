//! The functions that generated code calls. Their names and parameters are those of `lowering/src/gpu_host/abi.rs`.
//!
//! Nothing in them may own memory while a thread waits or fails: the thread may never come back.

use crate::{
    block::Event,
    exchange::{Kind, Mode, Table, Wait},
    launch::{self, Kernel, Launch},
    machine::{Machine, machine},
    races::{Access, Moment},
    report::{Report, Site},
    thread::{Thread, triple},
};
use std::{
    ffi::{CStr, c_char, c_double, c_void},
    io::Write,
    rc::Rc,
};

/// All functions, by name.
pub fn symbols() -> [(&'static str, *mut c_void); 13] {
    [
        ("autodiff_gpu_launch", autodiff_gpu_launch as *mut c_void),
        ("autodiff_gpu_thread", autodiff_gpu_thread as *mut c_void),
        ("autodiff_gpu_barrier", autodiff_gpu_barrier as *mut c_void),
        ("autodiff_gpu_gather", autodiff_gpu_gather as *mut c_void),
        ("autodiff_gpu_fetch", autodiff_gpu_fetch as *mut c_void),
        ("autodiff_gpu_shuffle", autodiff_gpu_shuffle as *mut c_void),
        ("autodiff_gpu_broadcast", autodiff_gpu_broadcast as *mut c_void),
        ("autodiff_gpu_out_of_bounds", autodiff_gpu_out_of_bounds as *mut c_void),
        ("autodiff_gpu_access", autodiff_gpu_access as *mut c_void),
        ("autodiff_gpu_forget", autodiff_gpu_forget as *mut c_void),
        ("autodiff_gpu_count", autodiff_gpu_count as *mut c_void),
        ("autodiff_gpu_print", autodiff_gpu_print as *mut c_void),
        ("autodiff_gpu_launch_cuda", crate::cuda::autodiff_gpu_launch_cuda as *mut c_void),
    ]
}

/// Runs a kernel on a grid of blocks; returns when all threads have.
///
/// # Safety
///
/// The kernel takes the arguments; the texts end with NUL and live for ever.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn autodiff_gpu_launch(
    kernel: Kernel,
    arguments: *const u8,
    name: *const c_char,
    site: *const c_char,
    grid_x: i64,
    grid_y: i64,
    grid_z: i64,
    block_x: i64,
    block_y: i64,
    block_z: i64,
    static_bytes: i64,
    static_end: i64,
    dynamic_bytes: i64,
    synchronises: i64,
) {
    let machine = machine();
    let launch = Launch {
        kernel,
        arguments,
        // SAFETY: the contract above.
        name: unsafe { CStr::from_ptr(name) }.to_str().unwrap_or_default(),
        // SAFETY: the text lives for ever, says the caller's contract.
        site: unsafe { Site::new(site) },
        grid: [grid_x, grid_y, grid_z],
        block: [block_x, block_y, block_z],
        static_bytes,
        static_end,
        dynamic_bytes,
        synchronises: synchronises != 0,
    };
    if let Some(thread) = machine.current() {
        let message = format!("kernel '{}' cannot launch a kernel from block {}", launch.name, triple(thread.block_id));
        machine.fail(Report::new(launch.site, message));
    }
    if let Err(report) = launch::launch(machine, &launch) {
        machine.fail(report);
    }
}

/// The thread that runs now.
#[unsafe(no_mangle)]
pub extern "C" fn autodiff_gpu_thread() -> *const Thread {
    machine().thread.get()
}

/// Waits for all threads of the block.
///
/// # Safety
///
/// `site` is as for a launch, here and below.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn autodiff_gpu_barrier(site: *const c_char) {
    // SAFETY: the text lives for ever, says the caller's contract.
    let site = unsafe { Site::new(site) };
    exchange(machine(), Wait { site, kind: Kind::Barrier, value: std::ptr::null(), bytes: 0 });
}

/// Waits for the values of others; returns how many there are, of which `autodiff_gpu_fetch` gives each.
///
/// `scope` is 0 for the block, 1 for all lanes of the subgroup, 2 for its lanes that are there. In a subgroup, only
/// lanes of the thread's own cluster count: `size` lanes, `stride` apart (a size of 0: all).
///
/// # Safety
///
/// `value` points to `bytes` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn autodiff_gpu_gather(
    site: *const c_char,
    scope: i32,
    size: i64,
    stride: i64,
    value: *const u8,
    bytes: i64,
) -> i64 {
    let machine = machine();
    // SAFETY: the text lives for ever, says the caller's contract.
    let site = unsafe { Site::new(site) };
    let kind = match scope {
        0 => Kind::Block,
        1 => Kind::Subgroup { all: true },
        _ => Kind::Subgroup { all: false },
    };
    let wait = Wait { site, kind, value, bytes: bytes.max(0) as usize };
    let table = exchange(machine, wait);
    if size > 0
        && stride > 0
        && let Some(thread) = machine.current()
    {
        let cluster = |lane: i64| (lane / size.saturating_mul(stride), lane % stride);
        let own = cluster(thread.lane);
        let lanes = thread.subgroup_size;
        machine.table.replace(Rc::new(table.filtered(|other| cluster(other as i64 % lanes) == own)));
    }
    machine.table.borrow().threads.len() as i64
}

/// Copies a value that `autodiff_gpu_gather` has found, by its position.
///
/// # Safety
///
/// `value` points to `bytes` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn autodiff_gpu_fetch(position: i64, value: *mut u8, bytes: i64) {
    let table = machine().table.borrow();
    if let Some(found) = usize::try_from(position).ok().and_then(|position| table.value(position)) {
        // SAFETY: the contract above; the value is no longer than what was gathered.
        unsafe { found.as_ptr().copy_to_nonoverlapping(value, found.len().min(bytes.max(0) as usize)) };
    }
}

/// Replaces a value by that of another lane; 1 if there is such a lane below `width`. `mode` as in [`Mode`].
///
/// # Safety
///
/// `value` points to `bytes` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn autodiff_gpu_shuffle(
    site: *const c_char,
    mode: i32,
    value: *mut u8,
    bytes: i64,
    offset: i32,
    width: i32,
) -> i32 {
    let machine = machine();
    // SAFETY: the text lives for ever, says the caller's contract.
    let site = unsafe { Site::new(site) };
    let (Some(thread), Some(mode)) = (machine.current(), Mode::from_number(mode)) else { return 0 };
    let (lane, width) = (thread.lane, i64::from(width));
    if width < 1 || width > thread.subgroup_size {
        let message = format!(
            "'{}' op expected a width from 1 to {}, the lanes of a subgroup, got {width}",
            site.op(),
            thread.subgroup_size
        );
        machine.fail(Report::new(site, message).note(None, format!("in {}", machine.who())));
    }
    if lane >= width {
        return 0;
    }
    let bytes = bytes.max(0) as usize;
    let table = exchange(machine, Wait { site, kind: Kind::Lanes { width }, value, bytes });
    let Some(source) = mode.source(lane, i64::from(offset), width) else { return 0 };
    let number = thread.number() - lane + source;
    // SAFETY: the value has as many bytes, says the caller's contract.
    if unsafe { copy_from(&table, number, value, bytes) } {
        return 1;
    }
    drop(table);
    absent_lane(machine, site, source)
}

/// Replaces a value by that of one lane for all lanes that are there: of the first one (`lane` below 0), or of `lane`.
///
/// # Safety
///
/// `value` points to `bytes` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn autodiff_gpu_broadcast(site: *const c_char, lane: i32, value: *mut u8, bytes: i64) {
    let machine = machine();
    // SAFETY: the text lives for ever, says the caller's contract.
    let site = unsafe { Site::new(site) };
    let Some(thread) = machine.current() else { return };
    let bytes = bytes.max(0) as usize;
    let table = exchange(machine, Wait { site, kind: Kind::Subgroup { all: false }, value, bytes });
    let first = thread.number() - thread.lane;
    let number =
        if lane < 0 { table.threads.first().map_or(first, |number| *number as i64) } else { first + i64::from(lane) };
    let in_subgroup = i64::from(lane) < thread.subgroup_size;
    // SAFETY: the value has as many bytes, says the caller's contract.
    if in_subgroup && unsafe { copy_from(&table, number, value, bytes) } {
        return;
    }
    drop(table);
    absent_lane(machine, site, i64::from(lane))
}

/// # Safety
///
/// `value` points to `bytes` bytes.
unsafe fn copy_from(table: &Table, thread: i64, value: *mut u8, bytes: usize) -> bool {
    let found = usize::try_from(thread).ok().and_then(|thread| table.of_thread(thread));
    if let Some(found) = found {
        // SAFETY: the copy is no longer than either place.
        unsafe { found.as_ptr().copy_to_nonoverlapping(value, found.len().min(bytes)) };
    }
    found.is_some()
}

fn absent_lane(machine: &Machine, site: Site, lane: i64) -> ! {
    let message =
        format!("'{}' op reads from lane {lane}, which does not exist, has returned or is elsewhere", site.op());
    machine.fail(Report::new(site, message).note(None, format!("in {}", machine.who())))
}

/// Stops running until others have come.
fn exchange(machine: &Machine, wait: Wait) -> Rc<Table> {
    // SAFETY: the yielder belongs to the coroutine that runs now.
    match unsafe { machine.yielder.get().as_ref() } {
        Some(yielder) => yielder.suspend(Event::Wait(wait)),
        None => {
            let message = format!("internal error: '{}' in a kernel that does not synchronise", wait.site.op());
            machine.fail(Report::new(wait.site, message));
        }
    }
    machine.table.borrow().clone()
}

/// Says that an index is beyond a buffer; does not return.
///
/// # Safety
///
/// As above.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn autodiff_gpu_out_of_bounds(site: *const c_char, dimension: i64, index: i64, size: i64) {
    let machine = machine();
    // SAFETY: the text lives for ever, says the caller's contract.
    let site = unsafe { Site::new(site) };
    let message = format!("'{}' op is out of bounds: index {index} in dimension {dimension} of size {size}", site.op());
    machine.fail(Report::new(site, message).note(None, format!("in {}", machine.who())));
}

/// Notes an access of memory; `kind` as in [`Access`].
///
/// # Safety
///
/// As above.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn autodiff_gpu_access(site: *const c_char, kind: i32, address: i64, bytes: i64) {
    let machine = machine();
    let (Some(thread), Some(access)) = (machine.current(), Access::from_number(kind)) else { return };
    let here = 0u8;
    let address = address as usize;
    // What lies on the stack of the thread is its own.
    if !machine.options.get().check_races || (&raw const here as usize..machine.stack_top.get()).contains(&address) {
        return;
    }
    let moment = Moment {
        block: thread.block_number(),
        thread: thread.number(),
        epoch: machine.epoch.get(),
        // SAFETY: the text lives for ever, says the caller's contract.
        site: unsafe { Site::new(site) },
    };
    let describe = |moment: &Moment| {
        let other = thread.in_block(moment.block).at(moment.thread);
        let (thread_id, block_id) = (triple(other.thread_id), triple(other.block_id));
        format!("thread {thread_id} of block {block_id} of kernel '{}'", machine.kernel())
    };
    machine.races.borrow_mut().access(address, bytes.max(0) as usize, access, moment, describe);
}

/// Takes memory for new: nothing has accessed it yet.
#[unsafe(no_mangle)]
pub extern "C" fn autodiff_gpu_forget(address: i64, bytes: i64) {
    let machine = machine();
    if machine.options.get().check_races {
        machine.races.borrow_mut().forget(address as usize, bytes.max(0) as usize);
    }
}

/// Adds to a counter of the kernel: 0 atomics, 1 loads, 2 stores, 3 floating-point operations.
#[unsafe(no_mangle)]
pub extern "C" fn autodiff_gpu_count(counter: i32, number: i64) {
    let number = number.max(0) as u64;
    machine().count(|counters| {
        let count = match counter {
            0 => &mut counters.atomics,
            1 => &mut counters.loads,
            2 => &mut counters.stores,
            _ => &mut counters.flops,
        };
        *count = count.saturating_add(number);
    });
}

/// Prints a number as C's `printf` would: `kind` 0 an integer, 1 a floating-point number, 2 none. To standard error,
/// where it does not mix with what a tool says of the results.
///
/// # Safety
///
/// `format` is a text with one conversion that fits.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn autodiff_gpu_print(format: *const c_char, kind: i32, integer: i64, number: c_double) {
    let mut text = [0u8; 512];
    let (place, size) = (text.as_mut_ptr().cast::<c_char>(), text.len());
    // SAFETY: the format fits, says the contract above; the text ends with NUL wherever it is cut.
    let length = unsafe {
        match kind {
            0 => libc::snprintf(place, size, format, integer),
            1 => libc::snprintf(place, size, format, number),
            _ => libc::snprintf(place, size, format),
        }
    };
    let length = usize::try_from(length).unwrap_or(0).min(size - 1);
    let _ = std::io::stderr().write_all(&text[..length]);
}
